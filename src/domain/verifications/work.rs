//! Verify records: each gets the result that verifyLearner would return (rules.md 2.9, 4.3). A
//! malformed record, possible only in a file, gets RC011 (our choice: verifyLearner has no such
//! code).

use std::borrow::Cow;

use super::output::{Identity, Output};
use super::{VerificationRow, format};
use crate::domain::Action;
use crate::domain::jobs::{JobInHand, JobRecord, Kind, RecordResult, row};
use crate::domain::learners::{VerifyQuery, verify_in};
use crate::domain::verification::Claimed;
use crate::model::JobKind;
use crate::store::{StoreError, Transaction, audit};

/// The code of a malformed record.
pub const INCORRECT_FORMAT: &str = "RC011";

/// Processes verify jobs.
pub(in crate::domain) struct Verifications;

impl Kind for Verifications {
    fn kind(&self) -> JobKind {
        JobKind::Verification
    }

    fn action(&self) -> Action {
        Action::SubmitVerifications
    }

    fn work(
        &self,
        store: &mut Transaction<'_>,
        job: &JobInHand,
        records: &[JobRecord],
    ) -> Result<Vec<RecordResult>, StoreError> {
        let mut results = Vec::with_capacity(records.len());
        let mut trail = Vec::with_capacity(records.len());
        for record in records {
            let row: VerificationRow = row(record)?;
            if !format(&row).is_empty() {
                let code = INCORRECT_FORMAT;
                trail.push(job.entry(None, code));
                results.push(RecordResult { number: record.number, code: Cow::Borrowed(code), output: None });
                continue;
            }
            let text = |field| row.get(field).unwrap_or_default();
            let claimed =
                Claimed::names(text("GivenName"), text("FamilyName")).born(row.get("DateOfBirth"), row.get("Gender"));
            let query = VerifyQuery { uln: text("ULN").parse().ok(), claimed };
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
