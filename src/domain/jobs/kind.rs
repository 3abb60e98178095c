//! What the queue needs to know about a kind of job: its name, and how to process records. `kinds`
//! in the domain lists them.

use std::sync::Arc;

use super::{JobInHand, JobKind, JobRecord, RecordResult};
use crate::domain::{Action, Error};
use crate::store::{StoreError, Transaction};

/// A kind of job. Its work runs in the transaction that stores the results, so effects and results
/// are committed together or not at all. It may run again on the same records after a failure, and
/// must keep no state.
pub trait Kind: Send + Sync {
    /// The kind.
    fn kind(&self) -> JobKind;

    /// The action of submitting such jobs, also used in the audit lines of their records.
    fn action(&self) -> Action;

    /// Processes the records in order and writes their audit lines. Returns one result per record.
    ///
    /// # Errors
    /// When the store fails; the whole chunk is rolled back and retried later. A fault in a record
    /// is a result, not an error.
    fn work(
        &self,
        store: &mut Transaction<'_>,
        job: &JobInHand,
        records: &[JobRecord],
    ) -> Result<Vec<RecordResult>, StoreError>;
}

/// All kinds of job.
pub(in crate::domain) struct Kinds(Vec<Arc<dyn Kind>>);

impl Kinds {
    /// The list of kinds.
    pub(in crate::domain) fn new(kinds: Vec<Arc<dyn Kind>>) -> Self {
        Self(kinds)
    }

    /// Looks up a kind of job.
    ///
    /// # Errors
    /// When the kind is not in the list.
    pub(super) fn get(&self, kind: JobKind) -> Result<&Arc<dyn Kind>, Error> {
        self.0.iter().find(|each| each.kind() == kind).ok_or(Error::Unexpected("a kind of job that is not listed"))
    }
}
