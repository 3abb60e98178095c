//! What a worker does with a chunk of a job's records, whatever their kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{Job, JobKind, JobRecord, RecordResult};
use crate::domain::{Error, Service};
use crate::model::{AuditEntry, Organisation, Timestamp, Uln};
use crate::store::{AnyConnection, StoreError};

/// A job in a worker's hands.
#[derive(Clone)]
pub struct JobInHand {
    /// The job.
    pub job: Job,
    /// Who submitted it, as it is now.
    pub organisation: Arc<Organisation>,
    /// The time of this chunk.
    pub now: Timestamp,
}

impl JobInHand {
    /// The line of the trail for one record: every disclosure and change of a batch has one, in the transaction of the chunk.
    pub fn entry(&self, uln: Option<Uln>, outcome: &str) -> AuditEntry {
        AuditEntry {
            at: self.now,
            organisation_id: Some(self.organisation.id),
            organisation_ref: self.organisation.ukprn.as_str().to_owned(),
            organisation_name: self.organisation.name.clone(),
            user_name: self.job.user_name.clone(),
            certificate: self.job.certificate,
            door: self.job.door,
            action: operation(self.job.kind).to_owned(),
            uln,
            outcome: outcome.to_owned(),
            record_shown: false,
        }
    }

    /// What the kind needs beside the records.
    ///
    /// # Errors
    /// When what is stored is not what the kind stores.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        serde_json::from_str(&self.job.settings).map_err(|_| StoreError::Corrupt("jobs.settings"))
    }
}

/// The work of one kind of job. It runs inside a transaction with the saving of its results: what it changes and what it says are kept
/// together, or neither. It may run again on the same records after a failure, and must not remember anything from before.
pub trait ChunkWork: Send + Sync {
    /// Does the records, in their order, and writes their lines of the trail. One result for each record.
    ///
    /// # Errors
    /// When the store fails; the whole chunk is undone and tried again later. What is wrong with a record is its code and no error.
    fn work(
        &self,
        store: &mut AnyConnection,
        job: &JobInHand,
        records: &[JobRecord],
    ) -> Result<Vec<RecordResult>, StoreError>;
}

/// The operation that submits jobs of a kind: the action of the trail.
pub const fn operation(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Registration => "submitBatchRegistration",
        JobKind::Verification => "submitVerifyBatch",
        JobKind::Achievement => "SubmitAchievementBatchJob",
    }
}

/// The row of a record.
///
/// # Errors
/// When what is stored is no such row.
pub fn row<T: DeserializeOwned>(record: &JobRecord) -> Result<T, StoreError> {
    serde_json::from_str(&record.input).map_err(|_| StoreError::Corrupt("job_records.input"))
}

/// The counters of a finished job as they are kept with it.
pub fn counters(counts: Vec<(String, i64)>) -> String {
    let counts: BTreeMap<String, i64> = counts.into_iter().collect();
    // A map of texts and numbers can always be written.
    serde_json::to_string(&counts).unwrap_or_default()
}

impl Service {
    /// The work of a kind of job.
    pub fn chunk_work(&self, kind: JobKind) -> Arc<dyn ChunkWork> {
        match kind {
            JobKind::Registration => Arc::new(super::registration::Registrations::new(self.inner.settings.clone())),
            JobKind::Verification => Arc::new(super::verification::Verifications),
            JobKind::Achievement => Arc::new(crate::domain::achievements::Achievements),
        }
    }

    /// A claimed job with its organisation; `None` when that is not known any more.
    ///
    /// # Errors
    /// When the store fails.
    pub fn take_in_hand(&self, job: Job) -> Result<Option<JobInHand>, Error> {
        let organisation = self.registry(true)?.organisation_of(job.organisation_id).cloned();
        Ok(organisation.map(|organisation| JobInHand { job, organisation, now: self.inner.clock.now() }))
    }
}
