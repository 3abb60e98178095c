//! Reads the results of a registration batch (rules.md 2.8).

use serde::{Deserialize, Serialize};

use super::RegistrationRow;
use super::codes::{self as return_codes, Counted};
use crate::domain::jobs::{BatchOutput, JobId, JobKind, JobRecord, JobReport, ResultRow, output, row};
use crate::domain::{Caller, Error, Service, codes};
use crate::store::StoreError;

/// The reply to getBatchRegistrationOutput, and the content of the result file.
pub type RegistrationOutput = BatchOutput<RegisteredRow>;

/// A registration record and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredRow {
    /// The row as sent, but with the ULN of the learner found or created; without one if the code
    /// says so.
    pub row: RegistrationRow,
    /// The return code.
    pub code: String,
}

/// What is stored with a record in addition to its code.
#[derive(Serialize, Deserialize)]
pub(super) struct Output {
    /// The learner's ULN, if the code says that there is one.
    pub(super) uln: String,
}

impl RegistrationOutput {
    /// The response code.
    pub const fn response_code(&self) -> &'static str {
        self.code([codes::UNKNOWN_JOB, codes::BATCH_INCOMPLETE, codes::BATCH_FAILED, codes::BATCH_SUCCESSFUL])
    }
}

impl JobReport {
    /// The number of registration records counted under this heading (rules.md 5.5).
    pub fn registrations(&self, counted: Counted) -> i64 {
        self.count(|code| return_codes::lookup(code).is_some_and(|entry| entry.counted == counted))
    }
}

impl ResultRow for RegisteredRow {
    const KIND: JobKind = JobKind::Registration;

    fn read(record: &JobRecord) -> Result<Self, StoreError> {
        let mut row: RegistrationRow = row(record)?;
        row.uln = record.output.as_ref().map(|_| output::<Output>(record)).transpose()?.map(|output| output.uln);
        Ok(Self { row, code: record.code.clone().unwrap_or_default() })
    }

    fn code(&self) -> &str {
        &self.code
    }

    fn disclosed(&self) -> Option<&str> {
        self.row.get("ULN")
    }
}

impl Service {
    /// getBatchRegistrationOutput, and the result file of a registration file.
    pub fn registration_output(&self, caller: &Caller<'_>, id: JobId) -> Result<RegistrationOutput, Error> {
        let output: RegistrationOutput = self.batch_output(caller, id)?;
        self.trail_rows(caller, output.rows(), output.response_code());
        Ok(output)
    }
}
