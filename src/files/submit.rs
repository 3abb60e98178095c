//! Turns a checked file into a job, exactly as the web service does with a batch.

use super::batch::{Batch, Placed, Records};
use super::check::{Checked, Format};
use super::finding::{Finding, Weight};
use crate::domain::achievements::{AchievementBatch, AchievementSubmission};
use crate::domain::jobs::{BatchFile, Submission};
use crate::domain::registrations::JobType;
use crate::domain::{Caller, Error, Service};
use crate::model::JobId;

/// The result of submitting a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    /// The job was created. Records with an invalid format will be refused by the job.
    Accepted(JobId),
    /// Nothing was submitted, for these reasons.
    Refused(Vec<Finding>),
}

/// Submits a file on behalf of its sender. The file should have been checked with the caller's
/// UKPRN in `Expected::ukprn`. The job type applies to registration files only.
///
/// # Errors
/// When the caller lacks permission, or the store fails.
pub fn submit(service: &Service, caller: &Caller<'_>, checked: Checked, job_type: JobType) -> Result<Submitted, Error> {
    let refused = checked.is_refused();
    let Checked { name, format, batch, mut findings, .. } = checked;
    let (Some(batch), false) = (batch, refused) else {
        findings.retain(|finding| finding.weight == Weight::File);
        return Ok(Submitted::Refused(findings));
    };
    if format == Format::Spreadsheet {
        return Ok(refuse("a spreadsheet", "must be CSV or XML", "Convert it with lrs-check --output."));
    }
    submit_batch(service, caller, batch, BatchFile::named(name), job_type)
}

/// Submits the records of a batch as they are.
pub(super) fn submit_batch(
    service: &Service,
    caller: &Caller<'_>,
    batch: Batch,
    file: BatchFile,
    job_type: JobType,
) -> Result<Submitted, Error> {
    let count = batch.len();
    match batch.records {
        Records::Registration(rows) => {
            let rows = rows.into_iter().map(|Placed { row, .. }| row);
            Ok(of_learners(service.submit_registration_file(caller, job_type, file, count, rows)?))
        }
        Records::Verification(rows) => {
            let email = Some(batch.header.email.as_str()).filter(|email| !email.is_empty());
            let rows = rows.into_iter().map(|Placed { row, .. }| row);
            Ok(of_learners(service.submit_verification_file(caller, email, file, count, rows)?))
        }
        Records::Achievement(rows) => {
            let terms = AchievementBatch { email: "", submission_type: &batch.header.submission, file: Some(file) };
            let rows = rows.into_iter().map(|Placed { row, .. }| row);
            Ok(of_achievements(service.submit_achievements(caller, &terms, rows)?))
        }
    }
}

fn refuse(found: &str, rule: &str, advice: &str) -> Submitted {
    Submitted::Refused(vec![Finding::file("the file", found, rule, advice)])
}

/// A file that passed the check cannot cause the last three; the domain decides all the same.
fn of_learners(submission: Submission) -> Submitted {
    match submission {
        Submission::Accepted(id) => Submitted::Accepted(id),
        Submission::WrongCount => {
            refuse("a different number of records", "must match the count in the header", "Correct the count.")
        }
        Submission::TooMany => refuse("more than 200 learners", "must be at most 200", "Split it into several files."),
        Submission::Empty => refuse("no records", "must contain at least one", "Add records below the headings."),
    }
}

fn of_achievements(submission: AchievementSubmission) -> Submitted {
    match submission {
        AchievementSubmission::Accepted(id) => Submitted::Accepted(id),
        AchievementSubmission::NotConfigured => refuse(
            "an organisation that is not configured to submit achievements",
            "must be submitted by an awarding organisation",
            "Contact the helpdesk.",
        ),
        AchievementSubmission::InvalidEmail => {
            refuse("an invalid e-mail address", "must be an e-mail address", "Correct it.")
        }
        AchievementSubmission::InvalidType => {
            refuse("an invalid submission type", "must be P or F", "Correct SubmissionType.")
        }
        AchievementSubmission::TooMany => {
            refuse("more than 10,000 achievements", "must be at most 10,000", "Split it into several files.")
        }
        AchievementSubmission::Empty => {
            refuse("no records", "must contain at least one", "Add records below the headings.")
        }
    }
}
