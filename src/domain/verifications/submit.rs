//! Submits a verify batch (rules.md 2.9).

use serde::Serialize;

use super::VerificationRow;
use crate::domain::jobs::{BatchFile, JobKind, MOST_LEARNERS, Submission};
use crate::domain::{Caller, Error, Service, codes, misses};
use crate::model::Permission;

/// The settings stored with the job.
#[derive(Serialize)]
struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

impl Service {
    /// submitVerifyBatch and verify files. The e-mail address is stored, but nothing is sent to it
    /// (our choice).
    pub fn submit_verification(
        &self,
        caller: &Caller<'_>,
        email: Option<&str>,
        stated_count: usize,
        rows: impl IntoIterator<Item = VerificationRow>,
    ) -> Result<Submission, Error> {
        self.submit_verification_file(caller, email, BatchFile::default(), stated_count, rows)
    }

    /// Like [`Service::submit_verification`], for a batch that comes in a file.
    ///
    /// # Errors
    /// When the caller lacks a permission or has too much under way, or the store fails.
    pub fn submit_verification_file(
        &self,
        caller: &Caller<'_>,
        email: Option<&str>,
        file: BatchFile,
        stated_count: usize,
        rows: impl IntoIterator<Item = VerificationRow>,
    ) -> Result<Submission, Error> {
        caller.require_in_batch(&[Permission::VerifyLearner])?;
        caller.call.must_be_able_to_block()?;
        let settings = Settings { email: email.map(str::to_owned) };
        let rows = rows.into_iter().take(MOST_LEARNERS + 1).collect::<Vec<_>>();
        self.may_submit(
            caller,
            rows.len(),
            rows.iter().map(|row| (row.get("ULN"), misses::DETAILS.map(|field| row.get(field)))),
        )?;
        let intake = self.receive(caller, JobKind::Verification, &settings)?.in_file(file);
        intake.take_all(stated_count, rows, codes::VERIFY_BATCH_SUBMITTED)
    }
}
