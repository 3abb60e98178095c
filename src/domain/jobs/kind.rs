//! What a kind of job is to the queue: a name, and what it does with records. The kinds themselves
//! are listed in `kinds` of the domain.

use std::sync::Arc;

use super::{JobInHand, JobKind, JobRecord, RecordResult};
use crate::domain::{Action, Error};
use crate::store::{StoreError, Transaction};

/// A kind of job. Its work runs inside a transaction with the saving of its results: what it
/// changes and what it says are kept together, or neither. It may run again on the same records
/// after a failure, and must remember nothing.
pub trait Kind: Send + Sync {
    /// Which kind this is.
    fn kind(&self) -> JobKind;

    /// What whoever submits jobs of the kind does; their records' lines of the trail say so as
    /// well.
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

/// Every kind of job there is.
pub(in crate::domain) struct Kinds(Vec<Arc<dyn Kind>>);

impl Kinds {
    /// The list.
    pub(in crate::domain) fn new(kinds: Vec<Arc<dyn Kind>>) -> Self {
        Self(kinds)
    }

    /// The kind of a job.
    ///
    /// # Errors
    /// When the kind is not in the list.
    pub(super) fn get(&self, kind: JobKind) -> Result<&Arc<dyn Kind>, Error> {
        self.0.iter().find(|each| each.kind() == kind).ok_or(Error::Unexpected("a kind of job that is not listed"))
    }
}
