//! Erasure of what was kept long enough: learners with everything about them, and audit lines
//! (rules.md 8, our choice). Operators do it; nothing is erased by itself.

#[cfg(test)]
mod tests;

use std::sync::atomic::Ordering;

use chrono::{Months, NaiveDate};

use super::{Action, Administration, AdministrationError, codes};
use crate::model::{AuditEntry, LearningEvent, Timestamp, Uln};
use crate::store::learners as rows;
use crate::store::{AnyConnection, StoreError, audit, erasure, events};

/// Learners that are looked at together.
const AT_ONCE: i64 = 500;

/// What was, or would be, erased.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// Learners; every ULN counts.
    pub learners: usize,
    /// Their learning events.
    pub events: usize,
    /// Lines of the audit trail.
    pub audit_lines: usize,
}

impl Administration<'_> {
    /// The moment before which everything was kept long enough (UTC).
    pub fn kept_since(&self) -> Timestamp {
        let months = Months::new(self.service.inner.settings.kept_years.saturating_mul(12));
        self.service.inner.clock.now().checked_sub_months(months).unwrap_or(Timestamp::MIN)
    }

    /// Counts what [`Self::erase_past`] would erase ([`Action::PreviewErasure`]).
    pub fn erasable(&self) -> Result<Erased, AdministrationError> {
        let before = self.kept_since();
        self.call(Action::PreviewErasure, |operator| {
            operator.trail([None], codes::DONE);
            let store = &self.service.inner.store;
            let mut erased = self.for_each_past(before, |Past { ulns, events }| Ok((ulns.len(), events)))?;
            erased.audit_lines = store.read(|store| erasure::audit_lines(store, before))?;
            Ok(erased)
        })
    }

    /// Erases learners about whom nothing was written in the time to keep them, each person in one
    /// transaction, and the audit lines from before that time ([`Action::Erase`]). Their ULNs are
    /// never issued again. An erasure that was interrupted can be run again. It leaves an audit
    /// line with the counts, and none about the learners.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn erase_past(&self) -> Result<Erased, AdministrationError> {
        let (before, now) = (self.kept_since(), self.service.inner.clock.now());
        let store = &self.service.inner.store;
        // Lines that still wait for the table may be about those who are erased.
        store.flush_trail()?;
        self.call(Action::Erase, |operator| {
            let Erased { learners, events, .. } = self.for_each_past(before, |Past { ulns, .. }| {
                let Some(master) = ulns.first().copied() else { return Ok((0, 0)) };
                store.write(move |store| {
                    // Somebody may have changed the learner since.
                    let Some(Past { ulns, .. }) = past(store, master, before)? else { return Ok((0, 0)) };
                    Ok((ulns.len(), erasure::erase(store, &ulns, now)?))
                })
            })?;
            self.learners_changed.store(true, Ordering::Relaxed);
            let entry = operator.entry(now, None, "");
            let audit_lines = store.write(move |store| {
                let lines = erasure::erase_audit(store, before, now)?;
                let outcome = format!("learners {learners}, events {events}, lines {lines}");
                audit::insert(store, std::iter::once(&AuditEntry { outcome, ..entry.clone() }))?;
                Ok(lines)
            })?;
            Ok(Erased { learners, events, audit_lines })
        })
    }

    /// Does something about each person whose time is over, and sums up how many learners and
    /// events it concerned.
    fn for_each_past(
        &self,
        before: Timestamp,
        act: impl Fn(Past) -> Result<(usize, usize), StoreError>,
    ) -> Result<Erased, StoreError> {
        let store = &self.service.inner.store;
        let (mut erased, mut after) = (Erased::default(), None);
        loop {
            let page = store.read(|store| erasure::unchanged_since(store, before, after, AT_ONCE))?;
            let Some(last) = page.last().copied() else { return Ok(erased) };
            after = Some(last);
            for master in page {
                let Some(found) = store.read(|store| past(store, master, before))? else { continue };
                let (learners, events) = act(found)?;
                erased.learners += learners;
                erased.events += events;
            }
        }
    }
}

/// A person whose time is over: the ULNs, and how many events there are.
struct Past {
    ulns: Vec<Uln>,
    events: usize,
}

/// The person with this master, if nothing was written about any of the ULNs since that moment.
fn past(store: &mut AnyConnection, master: Uln, before: Timestamp) -> Result<Option<Past>, StoreError> {
    let linked = rows::linked_to(store, &[master])?.into_iter().map(|(linked, _)| linked);
    let ulns: Vec<Uln> = std::iter::once(master).chain(linked).collect();
    let learners = rows::by_ulns(store, &ulns)?;
    if learners.is_empty() || learners.iter().any(|stored| stored.learner.updated_at >= before) {
        return Ok(None);
    }
    let events = events::of(store, &ulns)?;
    if events.iter().any(|event| is_later(event, before)) || erasure::has_later(store, &ulns, before)? {
        return Ok(None);
    }
    Ok(Some(Past { ulns, events: events.len() }))
}

/// Whether an event was loaded, or happened, since that moment.
fn is_later(event: &LearningEvent, before: Timestamp) -> bool {
    let day: NaiveDate = before.date();
    let days = [event.achievement_award_date, event.participation_end_date, event.participation_start_date];
    event.date_loaded.is_some_and(|loaded| loaded >= before) || days.into_iter().flatten().any(|each| each >= day)
}
