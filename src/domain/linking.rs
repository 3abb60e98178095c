//! Merges the ULNs of one person, undoes that, and deletes learners (rules.md 1.5, our choice).
//! Links have one level: a master is never merged itself. A ULN is never reissued. Only for
//! operators.

use super::names::search_keys;
use super::{Action, Administration, AdministrationError};
use crate::model::{AuditEntry, LearnerStatus, Timestamp, Uln};
use crate::store::learners::{self as rows, Stored};
use crate::store::{StoreError, Transaction, audit};

/// The outcome of a change of links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linking {
    /// Done.
    Done,
    /// One of the ULNs has no learner.
    NotFound,
    /// A merged learner cannot be a master or be merged again, only a merged one can be unmerged,
    /// and a master cannot be deleted.
    NotAllowed,
}

impl Administration<'_> {
    /// Merges a learner into a master; learners merged into it follow.
    pub fn merge(&self, merged: Uln, master: Uln) -> Result<Linking, AdministrationError> {
        self.change_links(Action::MergeLearner, merged, move |store, now| {
            let (Some(from), Some(to)) = (rows::by_uln(store, merged)?, rows::by_uln(store, master)?) else {
                return Ok(Linking::NotFound);
            };
            if merged == master || !is_active(&from) || !is_active(&to) {
                return Ok(Linking::NotAllowed);
            }
            for (child, _) in rows::linked_to(store, &[merged])? {
                if let Some(mut child) = rows::by_uln(store, child)? {
                    child.learner.master = Some(master);
                    save(store, child, now)?;
                }
            }
            let mut from = Stored { has_linked: false, ..from };
            from.learner.status = LearnerStatus::Merged;
            from.learner.master = Some(master);
            save(store, from, now)?;
            save(store, Stored { has_linked: true, ..to }, now)?;
            Ok(Linking::Done)
        })
    }

    /// Undoes a merge: the ULN means its own learner again.
    pub fn unmerge(&self, merged: Uln) -> Result<Linking, AdministrationError> {
        self.change_links(Action::UnmergeLearner, merged, move |store, now| {
            let Some(mut from) = rows::by_uln(store, merged)? else { return Ok(Linking::NotFound) };
            let (LearnerStatus::Merged, Some(master)) = (from.learner.status, from.learner.master) else {
                return Ok(Linking::NotAllowed);
            };
            from.learner.status = LearnerStatus::Active;
            from.learner.master = None;
            save(store, from, now)?;
            if let Some(master) = rows::by_uln(store, master)? {
                let has_linked = !rows::linked_to(store, &[master.learner.uln])?.is_empty();
                save(store, Stored { has_linked, ..master }, now)?;
            }
            Ok(Linking::Done)
        })
    }

    /// Deletes a learner: from then on every operation returns "not found".
    pub fn delete_learner(&self, uln: Uln) -> Result<Linking, AdministrationError> {
        self.change_links(Action::DeleteLearner, uln, move |store, now| {
            let Some(mut stored) = rows::by_uln(store, uln)? else { return Ok(Linking::NotFound) };
            if !is_active(&stored) || stored.has_linked {
                return Ok(Linking::NotAllowed);
            }
            stored.learner.status = LearnerStatus::Deleted;
            save(store, stored, now)?;
            Ok(Linking::Done)
        })
    }

    fn change_links(
        &self,
        action: Action,
        uln: Uln,
        change: impl Fn(&mut Transaction<'_>, Timestamp) -> Result<Linking, StoreError> + Send + 'static,
    ) -> Result<Linking, AdministrationError> {
        self.call(action, |operator| {
            let now = self.service.inner.clock.now();
            let entry = operator.entry(now, Some(uln), "");
            Ok(self.service.inner.store.write(move |store| {
                let outcome = change(store, now)?;
                let entry = AuditEntry { outcome: format!("{outcome:?}"), ..entry.clone() };
                audit::insert(store, std::iter::once(&entry))?;
                Ok(outcome)
            })?)
        })
    }
}

fn is_active(stored: &Stored) -> bool {
    stored.learner.status == LearnerStatus::Active
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
