//! A job in a worker's hands: what its kind is given, and how records are read and results written.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{Job, JobRecord};
use crate::model::{AuditEntry, Organisation, Timestamp, Uln};
use crate::store::StoreError;

/// A job in a worker's hands.
#[derive(Clone)]
pub struct JobInHand {
    /// The job.
    pub job: Job,
    /// Who submitted it, as it is now.
    pub organisation: Arc<Organisation>,
    /// The operation that submitted it.
    pub operation: &'static str,
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
            action: self.operation.to_owned(),
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
