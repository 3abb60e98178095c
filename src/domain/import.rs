//! Loading a register: many learners and events at once (`lrs learner import`, the demo's people).

use std::sync::mpsc::sync_channel;
use std::thread;

use super::names::search_keys;
use super::{Action, Administration, AdministrationError};
use crate::model::{Learner, LearningEvent, SearchKeys};
use crate::store::{StoreError, audit, events, learners};

/// Rows of one transaction. Every transaction writes nearly every page of the register's indexes anew, so that there should be few; other
/// writers wait for each of them, one or two seconds.
const ROWS_AT_ONCE: usize = 50_000;

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
    /// how many were handed to the store so far. What was added before an error stays.
    pub fn import_learners(
        &self,
        people: impl IntoIterator<Item = Learner>,
        mut progress: impl FnMut(u64),
    ) -> Result<ImportReport, AdministrationError> {
        let store = &self.service.inner.store;
        store.write(learners::begin_bulk)?;
        let mut people = people.into_iter();
        let mut handed_over = 0;
        // One thread works out the search keys of the next rows while another waits for the last to be written.
        let added = thread::scope(|scope| {
            let (queue, waiting) = sync_channel::<Vec<_>>(0);
            let adding = scope.spawn(move || {
                waiting.into_iter().try_fold(0, |added, rows| {
                    Ok::<_, StoreError>(added + store.write(move |store| learners::insert_many(store, &rows))?)
                })
            });
            loop {
                let rows: Vec<_> = people.by_ref().take(ROWS_AT_ONCE).map(with_keys).collect();
                let count = rows.len();
                if count == 0 || queue.send(rows).is_err() {
                    break;
                }
                handed_over += count;
                progress(u64::try_from(handed_over).unwrap_or(u64::MAX));
            }
            drop(queue);
            adding.join().unwrap_or(Err(StoreError::Panicked))
        });
        let added = match added {
            Ok(added) => added,
            Err(error) => {
                // As far as the store lets us; the next import or migration does the rest.
                let _ = store.write(learners::end_bulk);
                return Err(error.into());
            }
        };
        let skipped = u64::try_from(handed_over.saturating_sub(added)).unwrap_or_default();
        let report = ImportReport { added: u64::try_from(added).unwrap_or_default(), skipped };
        self.call(Action::ImportLearners, |operator| {
            let entry = operator.entry(self.service.clock().now(), None, &format!("{} added", report.added));
            store.write(move |store| {
                learners::mark_masters(store)?;
                learners::end_bulk(store)?;
                audit::insert(store, std::iter::once(&entry))
            })?;
            Ok(report)
        })
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
        self.call(Action::ImportEvents, |operator| {
            operator.trail([None], &format!("{added} added"));
            Ok(added)
        })
    }
}

fn with_keys(learner: Learner) -> (Learner, SearchKeys) {
    let keys = search_keys(&learner);
    (learner, keys)
}
