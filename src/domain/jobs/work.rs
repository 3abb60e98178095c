//! A job being processed: what its kind is given, and how records are read and results written.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{Job, JobRecord};
use crate::domain::Action;
use crate::domain::caller::Party;
use crate::model::{AuditEntry, Organisation, Timestamp, Uln};
use crate::store::StoreError;

/// A job being processed.
#[derive(Clone)]
pub struct JobInHand {
    /// The job.
    pub job: Job,
    /// The organisation that submitted it, as it is now.
    pub organisation: Arc<Organisation>,
    /// The action of its submitter.
    pub action: Action,
    /// The time of this chunk.
    pub now: Timestamp,
}

impl JobInHand {
    /// The audit line for one record: every disclosure and change in a batch has one, in the
    /// transaction of the chunk.
    pub fn entry(&self, uln: Option<Uln>, outcome: &str) -> AuditEntry {
        let Self { job, organisation, action, now } = self;
        let party = Party::Worker {
            organisation: Arc::clone(organisation),
            certificate: job.certificate,
            user_name: &job.user_name,
        };
        party.line(job.door, *action, *now, uln, outcome)
    }

    /// The settings of the job's kind.
    ///
    /// # Errors
    /// When the stored settings are not of this kind.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        serde_json::from_str(&self.job.settings).map_err(|_| StoreError::Corrupt("jobs.settings"))
    }
}

/// The row of a record.
///
/// # Errors
/// When the stored row is not of this type.
pub fn row<T: DeserializeOwned>(record: &JobRecord) -> Result<T, StoreError> {
    serde_json::from_str(&record.input).map_err(|_| StoreError::Corrupt("job_records.input"))
}

/// The counters of a finished job in their stored format.
pub fn counters(counts: Vec<(String, i64)>) -> String {
    let counts: BTreeMap<String, i64> = counts.into_iter().collect();
    // A map of strings and numbers always serialises.
    serde_json::to_string(&counts).unwrap_or_default()
}

/// The rest of a record's stored result.
///
/// # Errors
/// When nothing is stored, or not a value of this type.
pub fn output<T: DeserializeOwned>(record: &JobRecord) -> Result<T, StoreError> {
    serde_json::from_str(record.output.as_deref().unwrap_or_default())
        .map_err(|_| StoreError::Corrupt("job_results.output"))
}
