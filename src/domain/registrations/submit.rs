//! Submits a registration batch (rules.md 2.7).

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::RegistrationRow;
use crate::domain::jobs::{BatchFile, JobKind, MOST_LEARNERS, Submission};
use crate::domain::{Caller, Error, Service, codes, misses};
use crate::model::Permission;

/// What a registration batch should do (rules.md 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobType {
    /// FUL: find, update or register.
    #[serde(rename = "FUL")]
    Full,
    /// CHK: check only, without creating or changing anything (our choice).
    #[serde(rename = "CHK")]
    Check,
}

impl FromStr for JobType {
    type Err = ();

    fn from_str(code: &str) -> Result<Self, ()> {
        match code {
            "FUL" => Ok(Self::Full),
            "CHK" => Ok(Self::Check),
            _ => Err(()),
        }
    }
}

/// The settings stored with the job.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) job_type: JobType,
}

/// The settings of a job of this type, as they are stored.
pub(in crate::domain) fn settings_of(job_type: JobType) -> String {
    // An enum of two values always serialises.
    serde_json::to_string(&Settings { job_type }).unwrap_or_default()
}

impl Service {
    /// submitBatchRegistration and registration files: learners to find, update or register.
    /// `stated_count` is the number of records according to the submitter.
    pub fn submit_registration(
        &self,
        caller: &Caller<'_>,
        job_type: JobType,
        stated_count: usize,
        rows: impl IntoIterator<Item = RegistrationRow>,
    ) -> Result<Submission, Error> {
        self.submit_registration_file(caller, job_type, BatchFile::default(), stated_count, rows)
    }

    /// Like [`Service::submit_registration`], for a batch that comes in a file.
    ///
    /// # Errors
    /// When the caller lacks a permission or has too much under way, or the store fails.
    pub fn submit_registration_file(
        &self,
        caller: &Caller<'_>,
        job_type: JobType,
        file: BatchFile,
        stated_count: usize,
        rows: impl IntoIterator<Item = RegistrationRow>,
    ) -> Result<Submission, Error> {
        caller.require_in_batch(match job_type {
            JobType::Full => &[Permission::RegisterLearner, Permission::UpdateLearner],
            JobType::Check => &[Permission::FindLearner],
        })?;
        caller.call.must_be_able_to_block()?;
        let rows = rows.into_iter().take(MOST_LEARNERS + 1).collect::<Vec<_>>();
        // A record that changes its learner is not a guess.
        let tried = rows.iter().filter(|_| job_type == JobType::Check);
        self.may_submit(
            caller,
            rows.len(),
            tried.map(|row| (row.get("ULN"), misses::DETAILS.map(|field| row.get(field)))),
        )?;
        let intake = self.receive(caller, JobKind::Registration, &Settings { job_type })?.in_file(file);
        intake.take_all(stated_count, rows, codes::BATCH_SUBMITTED)
    }
}
