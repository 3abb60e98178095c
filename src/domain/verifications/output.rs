//! Reads the results of a verify batch (rules.md 2.10).

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::VerificationRow;
use crate::domain::jobs::{BatchOutput, JobId, JobKind, JobRecord, ResultRow, output, row};
use crate::domain::{Caller, Error, Service, codes};
use crate::store::StoreError;

/// The reply to getVerifyBatchOutput, and the content of the result file.
pub type VerificationOutput = BatchOutput<VerifiedRow>;

/// A verify record and its result.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedRow {
    /// The row as sent.
    pub row: VerificationRow,
    /// The response code.
    pub code: String,
    /// The learner, if the details were verified.
    pub learner: Option<Identity>,
    /// The comparisons that failed.
    pub flags: Vec<String>,
}

impl fmt::Debug for VerifiedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedRow").field("code", &self.code).field("flags", &self.flags).finish_non_exhaustive()
    }
}

/// What is stored with a record in addition to its code.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Output {
    /// The learner, if the details were verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) learner: Option<Identity>,
    /// The comparisons that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) flags: Vec<String>,
}

/// What a verification discloses about a learner.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The ULN; the master's if the one asked for was merged.
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

impl VerificationOutput {
    /// The response code.
    pub const fn response_code(&self) -> &'static str {
        self.code([
            codes::UNKNOWN_JOB,
            codes::VERIFY_BATCH_INCOMPLETE,
            codes::VERIFY_BATCH_FAILED,
            codes::VERIFY_BATCH_SUCCESSFUL,
        ])
    }
}

impl ResultRow for VerifiedRow {
    const KIND: JobKind = JobKind::Verification;

    fn read(record: &JobRecord) -> Result<Self, StoreError> {
        let Output { learner, flags } = record.output.as_ref().map(|_| output(record)).transpose()?.unwrap_or_default();
        Ok(Self { row: row(record)?, code: record.code.clone().unwrap_or_default(), learner, flags })
    }

    fn code(&self) -> &str {
        &self.code
    }

    fn disclosed(&self) -> Option<&str> {
        self.learner.as_ref().map(|learner| learner.uln.as_str())
    }
}

impl Service {
    /// getVerifyBatchOutput, and the result file of a verify file.
    pub fn verification_output(&self, caller: &Caller<'_>, id: JobId) -> Result<VerificationOutput, Error> {
        let output: VerificationOutput = self.batch_output(caller, id)?;
        self.trail_rows(caller, output.rows(), output.response_code());
        Ok(output)
    }
}
