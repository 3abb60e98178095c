//! A job in a worker's hands: what its kind is given, and how records are read and results written.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{Job, JobRecord};
use crate::domain::Action;
use crate::domain::caller::Party;
use crate::model::{AuditEntry, Organisation, Timestamp, Uln};
use crate::store::StoreError;

/// A job in a worker's hands.
#[derive(Clone)]
pub struct JobInHand {
    /// The job.
    pub job: Job,
    /// Who submitted it, as it is now.
    pub organisation: Arc<Organisation>,
    /// What its submitter does with it.
    pub action: Action,
    /// The time of this chunk.
    pub now: Timestamp,
}

impl JobInHand {
    /// The line of the trail for one record: every disclosure and change of a batch has one, in the transaction of the chunk.
    pub fn entry(&self, uln: Option<Uln>, outcome: &str) -> AuditEntry {
        let Self { job, organisation, action, now } = self;
        let party = Party::Worker {
            organisation: Arc::clone(organisation),
            certificate: job.certificate,
            user_name: &job.user_name,
        };
        party.line(job.door, *action, *now, uln, outcome)
    }

    /// What the kind needs beside the records.
    ///
    /// # Errors
    /// When what is stored is not what the kind stores.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        serde_json::from_str(&self.job.settings).map_err(|_| StoreError::Corrupt("jobs.settings"))
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

/// What is kept with a record beside its code.
///
/// # Errors
/// When what is stored is no such thing, or nothing.
pub fn output<T: DeserializeOwned>(record: &JobRecord) -> Result<T, StoreError> {
    serde_json::from_str(record.output.as_deref().unwrap_or_default())
        .map_err(|_| StoreError::Corrupt("job_results.output"))
}
