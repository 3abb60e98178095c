//! Verify records: each as verifyLearner would answer (rules.md 2.9, 4.3). A record whose form is wrong, which only a file can hold, gets
//! RC011 (our choice: there is no such code in the list of verifyLearner).

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::work::row;
use super::{ChunkWork, JobInHand, JobRecord, RecordResult, VerificationRow, format, return_codes};
use crate::domain::learners::{VerifyQuery, verify_in};
use crate::store::{AnyConnection, StoreError, audit};

/// What is kept with the job.
#[derive(Serialize, Deserialize)]
pub(super) struct Settings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
}

/// What is kept with a record beside its code.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Output {
    /// The learner, where the details were verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) learner: Option<Identity>,
    /// The comparisons that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) flags: Vec<String>,
}

/// What a verification shows of a learner.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The number; the master's where the one asked for was merged.
    pub uln: String,
    /// Family name.
    pub family_name: String,
    /// Given name.
    pub given_name: String,
    /// Date of birth.
    pub date_of_birth: NaiveDate,
    /// Gender code.
    pub gender: String,
}

/// The work of verify jobs.
pub(super) struct Verifications;

impl ChunkWork for Verifications {
    fn work(
        &self,
        store: &mut AnyConnection,
        job: &JobInHand,
        records: &[JobRecord],
    ) -> Result<Vec<RecordResult>, StoreError> {
        let mut results = Vec::with_capacity(records.len());
        let mut trail = Vec::with_capacity(records.len());
        for record in records {
            let row: VerificationRow = row(record)?;
            if !format::verification(&row).is_empty() {
                let code = return_codes::INCORRECT_FORMAT;
                trail.push(job.entry(None, code));
                results.push(RecordResult { number: record.number, code: Cow::Borrowed(code), output: None });
                continue;
            }
            let query = VerifyQuery {
                uln: row.uln.as_deref().unwrap_or_default(),
                family_name: row.family_name.as_deref().unwrap_or_default(),
                given_name: row.given_name.as_deref().unwrap_or_default(),
                date_of_birth: row.date_of_birth.as_deref(),
                gender: row.gender.as_deref(),
            };
            let (verification, uln) = verify_in(store, &query)?;
            let code = verification.code();
            trail.push(job.entry(uln, code));
            let output = Output {
                learner: verification.learner.map(|learner| Identity {
                    uln: learner.uln.to_string(),
                    family_name: learner.names.family,
                    given_name: learner.names.given,
                    date_of_birth: learner.birth.date,
                    gender: learner.gender.code().to_owned(),
                }),
                flags: verification.flags.iter().map(|flag| flag.code().to_owned()).collect(),
            };
            let output = serde_json::to_string(&output).ok();
            results.push(RecordResult { number: record.number, code: Cow::Borrowed(code), output });
        }
        audit::insert(store, trail.iter())?;
        Ok(results)
    }
}
