//! Loading a register: many learners and events at once (`lrs learner import`, the demo's people).

use super::learners::key_columns;
use super::{Administration, AdministrationError};
use crate::model::{Learner, LearningEvent};
use crate::store::{audit, events, learners};

/// Learners of one transaction: enough to make its cost small, few enough for other writers to get their turn.
const ROWS_AT_ONCE: usize = 5_000;

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// Learners added.
    pub added: u64,
    /// Learners left as they are because their number is taken.
    pub skipped: u64,
}

impl Administration<'_> {
    /// Adds learners as they are, numbers, versions and links included; those whose number is taken are left as they are. `progress` hears
    /// how many were dealt with. What was added before an error stays.
    pub fn import_learners(
        &self,
        people: impl IntoIterator<Item = Learner>,
        mut progress: impl FnMut(u64),
    ) -> Result<ImportReport, AdministrationError> {
        let store = &self.service.inner.store;
        let mut report = ImportReport::default();
        let mut people = people.into_iter();
        loop {
            let rows: Vec<_> = people
                .by_ref()
                .take(ROWS_AT_ONCE)
                .map(|learner| {
                    let keys = key_columns(&learner);
                    (learner, keys)
                })
                .collect();
            if rows.is_empty() {
                break;
            }
            let count = rows.len();
            let added = store.write(move |store| learners::insert_many(store, &rows))?;
            report.added += u64::try_from(added).unwrap_or_default();
            report.skipped += u64::try_from(count.saturating_sub(added)).unwrap_or_default();
            progress(report.added + report.skipped);
        }
        let mut entry = self.entry("learner import", None);
        entry.outcome = format!("{} added", report.added);
        store.write(move |store| {
            learners::mark_masters(store)?;
            audit::insert(store, std::iter::once(&entry))
        })?;
        Ok(report)
    }

    /// Adds learning events; each gets a number of its own. Returns how many were added.
    pub fn import_events(&self, record: impl IntoIterator<Item = LearningEvent>) -> Result<u64, AdministrationError> {
        let store = &self.service.inner.store;
        let mut added = 0;
        let mut record = record.into_iter();
        loop {
            let rows: Vec<_> = record.by_ref().take(ROWS_AT_ONCE).collect();
            if rows.is_empty() {
                break;
            }
            let count = store.write(move |store| events::insert(store, &rows))?;
            added += u64::try_from(count).unwrap_or_default();
        }
        let mut entry = self.entry("event import", None);
        entry.outcome = format!("{added} added");
        store.write(move |store| audit::insert(store, std::iter::once(&entry)))?;
        Ok(added)
    }
}
