//! Loads a register: many learners and events at once (`lrs learner import`, the demo's people).

mod row;

use std::sync::mpsc::sync_channel;
use std::thread;

pub use self::row::{MANDATORY_ON_IMPORT, imported_learner};
use super::names::search_keys;
use super::{Action, Administration, AdministrationError};
use crate::model::{Learner, LearningEvent, SearchKeys};
use crate::store::{StoreError, audit, events, learners};

/// Rows per transaction. Every transaction rewrites nearly every page of the register's indexes, so
/// there should be few; other writers wait one or two seconds for each.
const ROWS_AT_ONCE: usize = 50_000;

/// The result of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// Learners added.
    pub added: u64,
    /// Learners skipped because their ULN is taken.
    pub skipped: u64,
}

impl Administration<'_> {
    /// Adds learners unchanged, including ULNs, versions and links, skipping those whose ULN is
    /// taken. `progress` is told how many were passed to the store. Learners added before an error
    /// stay.
    pub fn import_learners(
        &self,
        people: impl IntoIterator<Item = Learner>,
        mut progress: impl FnMut(u64),
    ) -> Result<ImportReport, AdministrationError> {
        let store = &self.service.inner.store;
        store.write(learners::begin_bulk)?;
        let mut people = people.into_iter();
        let mut handed_over = 0;
        // One thread computes the search keys of the next rows while another waits for the store.
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
                // Best effort; the next import or migration does the rest.
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

    /// Adds learning events and numbers them. Returns how many were added.
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
