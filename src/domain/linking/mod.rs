//! Merges the ULNs of one person, undoes that, deletes learners and restores them (rules.md 1.5,
//! our choice). Only for the service's operators and its service desk. What each change does is in
//! `plan.rs`; it moves no learning event, since a record is read by all ULNs of a learner.
//! `split.rs` moves those of a ULN that two people shared.

mod plan;
mod report;
mod request;
mod split;
#[cfg(test)]
mod split_tests;
#[cfg(test)]
mod tests;

use std::sync::atomic::Ordering;

use super::names::search_keys;
use super::{Administration, AdministrationError, Caller, Error, Service};
use crate::model::{AuditEntry, Learner, LearnerStatus, LinkChange, Reason, Timestamp, Uln};
use crate::store::learners::{self as rows, Stored};
use crate::store::{AnyConnection, StoreError, Transaction, audit, events, links};

use plan::{Plan, Step, plan};
pub use report::{LinkReport, ReportedChange, ReportedDays, ReportedKinds};
use request::Single;
pub use request::{LinkRefusal, LinkRequest};
pub use split::{Split, SplitRefusal};

/// The outcome in the trail of what has no other.
const DONE: &str = "Done";

/// The links between the ULNs of one person.
#[derive(Clone, Copy)]
pub struct Linking<'s>(pub(super) &'s Service);

/// The outcome of a change of links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Linked {
    /// Done; this is what changed.
    Done(Vec<LinkEffect>),
    /// Nothing was changed, because one of the ULNs, counted from 0, does not allow it.
    Refused {
        /// Its place in the request.
        place: usize,
        /// Why.
        why: LinkRefusal,
    },
}

/// What a change does to one learner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkEffect {
    /// The learner.
    pub uln: Uln,
    /// How the learner stood before.
    pub before: Standing,
    /// How the learner stands afterwards.
    pub after: Standing,
    /// The number of learning events under this ULN itself.
    pub events: i64,
}

/// How a learner stands among the linked ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Active, merged or deleted.
    pub status: LearnerStatus,
    /// The master of a merged one.
    pub master: Option<Uln>,
}

/// A learner of any status, as those see them who decide about links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRecord {
    /// The record of this ULN itself, even if it was merged or deleted.
    pub learner: Learner,
    /// The ULNs merged into it.
    pub linked_ulns: Vec<Uln>,
    /// The number of learning events under this ULN itself.
    pub events: i64,
}

impl Linking<'_> {
    /// The record of a ULN itself ([`Action::ViewLinks`](super::Action::ViewLinks)).
    ///
    /// # Errors
    /// As for [`Self::change`].
    pub fn record(&self, caller: &Caller<'_>, uln: Uln) -> Result<Option<LinkRecord>, Error> {
        caller.require_desk()?;
        caller.trail([Some(uln)], "record");
        Ok(self.0.inner.store.read(|store| {
            let Some(Stored { learner, .. }) = rows::by_uln(store, uln)? else { return Ok(None) };
            let linked_ulns = rows::linked_to(store, &[uln])?.into_iter().map(|(linked, _)| linked).collect();
            Ok(Some(LinkRecord { learner, linked_ulns, events: events::count(store, uln)? }))
        })?)
    }

    /// Changes links: for all ULNs of the request, or for none. Every door answers accordingly once
    /// this returns; on SQLite, other processes within a second. Each learner concerned gets an
    /// audit line.
    ///
    /// # Errors
    /// [`Error::InsufficientAccess`] for anybody but operators and the service desk, with an audit
    /// line; errors of the store.
    pub fn change(&self, caller: &Caller<'_>, request: &LinkRequest, reason: &Reason) -> Result<Linked, Error> {
        caller.require_desk()?;
        caller.call.must_be_able_to_block()?;
        let now = self.0.inner.clock.now();
        let (requests, reason) = (request.each(), reason.clone());
        let line = caller.entry_of(request.action(), now, None, DONE);
        Ok(self.0.inner.store.write(move |store| {
            if let Some(Refused { place, why, uln }) = first_refusal(store, &requests)? {
                let line = AuditEntry { uln: Some(uln), outcome: format!("{why:?}"), ..line.clone() };
                audit::insert(store, std::iter::once(&line))?;
                return Ok(Linked::Refused { place, why });
            }
            let mut effects = Vec::new();
            for request in &requests {
                // Someone else changed it since the look above: the whole change runs again.
                let Ok(plan) = plan(store, *request)? else { return Err(StoreError::Overtaken) };
                effects.extend(effects_of(store, &plan)?);
                apply(store, plan, now, &reason, &line)?;
            }
            Ok(Linked::Done(effects))
        })?)
    }

    /// What [`Self::change`] would do ([`Action::PreviewLinks`](super::Action::PreviewLinks)).
    ///
    /// # Errors
    /// As for [`Self::change`].
    pub fn preview(&self, caller: &Caller<'_>, request: &LinkRequest) -> Result<Linked, Error> {
        caller.require_desk()?;
        let requests = request.each();
        caller.trail(requests.iter().map(|each| Some(each.uln())), DONE);
        Ok(self.0.inner.store.read(|store| {
            if let Some(Refused { place, why, .. }) = first_refusal(store, &requests)? {
                return Ok(Linked::Refused { place, why });
            }
            let mut effects: Vec<LinkEffect> = Vec::new();
            for request in &requests {
                let Ok(plan) = plan(store, *request)? else { return Err(StoreError::Overtaken) };
                effects.extend(effects_of(store, &plan)?);
            }
            Ok(Linked::Done(effects))
        })?)
    }

    /// What was done to the links of these learners, the newest first
    /// ([`Action::ViewLinks`](super::Action::ViewLinks)).
    ///
    /// # Errors
    /// As for [`Self::change`].
    pub fn history(&self, caller: &Caller<'_>, ulns: &[Uln]) -> Result<Vec<LinkChange>, Error> {
        caller.require_desk()?;
        caller.trail(ulns.iter().copied().map(Some), DONE);
        Ok(self.0.inner.store.read(|store| links::about(store, ulns))?)
    }
}

impl Administration<'_> {
    /// [`Linking::change`] as an operator. Every node answers accordingly once
    /// [`Self::reach_every_node`] returns.
    pub fn change_links(&self, request: &LinkRequest, reason: &Reason) -> Result<Linked, AdministrationError> {
        let outcome =
            self.call(request.action(), |operator| self.service.linking().change(operator, request, reason))?;
        self.learners_changed.store(true, Ordering::Relaxed);
        Ok(outcome)
    }

    /// [`Linking::preview`] as an operator.
    pub fn preview_links(&self, request: &LinkRequest) -> Result<Linked, AdministrationError> {
        Ok(self.call(super::Action::PreviewLinks, |operator| self.service.linking().preview(operator, request))?)
    }

    /// [`Linking::history`] as an operator.
    pub fn link_history(&self, uln: Uln) -> Result<Vec<LinkChange>, AdministrationError> {
        Ok(self.call(super::Action::ViewLinks, |operator| self.service.linking().history(operator, &[uln]))?)
    }
}

/// The first of several requests that is not allowed.
struct Refused {
    place: usize,
    why: LinkRefusal,
    uln: Uln,
}

fn first_refusal(store: &mut AnyConnection, requests: &[Single]) -> Result<Option<Refused>, StoreError> {
    for (place, request) in requests.iter().enumerate() {
        if let Err(why) = plan(store, *request)? {
            return Ok(Some(Refused { place, why, uln: request.uln() }));
        }
    }
    Ok(None)
}

fn effects_of(store: &mut AnyConnection, plan: &Plan) -> Result<Vec<LinkEffect>, StoreError> {
    plan.steps
        .iter()
        .map(|step| {
            let uln = step.before.learner.uln;
            let (before, after) = (standing(&step.before), standing(&step.after));
            Ok(LinkEffect { uln, before, after, events: events::count(store, uln)? })
        })
        .collect()
}

const fn standing(stored: &Stored) -> Standing {
    Standing { status: stored.learner.status, master: stored.learner.master }
}

/// Makes the steps of a plan, with their history and audit lines.
fn apply(
    store: &mut Transaction<'_>,
    plan: Plan,
    now: Timestamp,
    reason: &Reason,
    line: &AuditEntry,
) -> Result<(), StoreError> {
    let mut whole = None;
    for Step { before, after, kind, master } in plan.steps {
        let uln = before.learner.uln;
        save(store, after, now)?;
        let line = AuditEntry { uln: Some(uln), ..line.clone() };
        audit::insert(store, std::iter::once(&line))?;
        let Some(kind) = kind else { continue };
        let change = LinkChange {
            id: 0,
            at: now,
            kind,
            uln,
            master,
            reason: reason.clone(),
            user_name: line.user_name,
            organisation_id: line.organisation_id,
            part_of: whole,
        };
        let id = links::insert(store, &change)?;
        whole = whole.or(Some(id));
    }
    Ok(())
}

/// Stores the next version of a learner. If someone else changed it meanwhile, the whole change
/// fails and runs again.
fn save(store: &mut Transaction<'_>, mut stored: Stored, now: Timestamp) -> Result<(), StoreError> {
    let version = stored.learner.version;
    stored.learner.version = version.saturating_add(1);
    stored.learner.updated_at = now;
    let keys = search_keys(&stored.learner);
    if rows::replace(store, &stored, &keys, version)? { Ok(()) } else { Err(StoreError::Overtaken) }
}
