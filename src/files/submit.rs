//! A checked file becomes a job, exactly as a batch of the web service does.

use super::batch::{Placed, Records};
use super::check::{Checked, Form};
use super::finding::{Finding, Weight};
use crate::domain::achievements::{AchievementBatch, AchievementSubmission};
use crate::domain::batches::{JobType, Submission};
use crate::domain::{Caller, Error, Service};
use crate::model::JobId;

/// What a file that was handed in comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    /// The job is there. Records that are refused by their form are so by the job.
    Accepted(JobId),
    /// Nothing was submitted; why is said.
    Refused(Vec<Finding>),
}

/// Submits a file in the name of its sender. `Expected::ukprn` should have been the caller's when it was checked. The job type counts for
/// registration files alone.
///
/// # Errors
/// When the caller may not, or the store fails.
pub fn submit(service: &Service, caller: &Caller<'_>, checked: Checked, job_type: JobType) -> Result<Submitted, Error> {
    let refused = checked.is_refused();
    let Checked { name, form, batch, mut findings, .. } = checked;
    let (Some(batch), false) = (batch, refused) else {
        findings.retain(|finding| finding.weight == Weight::File);
        return Ok(Submitted::Refused(findings));
    };
    if form == Form::Spreadsheet {
        return Ok(refuse("a spreadsheet", "must be CSV or XML", "Convert it with lrs-check --output."));
    }
    let count = batch.len();
    match batch.records {
        Records::Registration(rows) => {
            let rows = rows.into_iter().map(|Placed { row, .. }| row);
            Ok(of_learners(service.submit_registration(caller, job_type, count, rows)?))
        }
        Records::Verification(rows) => {
            let email = Some(batch.header.email.as_str()).filter(|email| !email.is_empty());
            let rows = rows.into_iter().map(|Placed { row, .. }| row);
            Ok(of_learners(service.submit_verification(caller, email, count, rows)?))
        }
        Records::Achievement(rows) => {
            let terms =
                AchievementBatch { email: "", submission_type: &batch.header.submission, file_name: Some(&name) };
            let rows = rows.into_iter().map(|Placed { row, .. }| row);
            Ok(of_achievements(service.submit_achievements(caller, &terms, rows)?))
        }
    }
}

fn refuse(found: &str, rule: &str, advice: &str) -> Submitted {
    Submitted::Refused(vec![Finding::file("the file", found, rule, advice)])
}

/// The last three cannot come from a file that was found to be without faults; the domain has the last word all the same.
fn of_learners(submission: Submission) -> Submitted {
    match submission {
        Submission::Accepted(id) => Submitted::Accepted(id),
        Submission::WrongCount => {
            refuse("another number of records", "must be as many as the header says", "Correct the count.")
        }
        Submission::TooMany => refuse("more than 200 learners", "must be at most 200", "Divide it into several files."),
        Submission::Empty => refuse("no records", "must hold at least one", "Add records below the headings."),
    }
}

fn of_achievements(submission: AchievementSubmission) -> Submitted {
    match submission {
        AchievementSubmission::Accepted(id) => Submitted::Accepted(id),
        AchievementSubmission::NotConfigured => refuse(
            "an organisation that is not configured to submit achievements",
            "must be an awarding organisation's",
            "Contact the helpdesk.",
        ),
        AchievementSubmission::InvalidEmail => {
            refuse("an e-mail address that is none", "must be an e-mail address", "Correct it.")
        }
        AchievementSubmission::InvalidType => {
            refuse("another submission type", "must be P or F", "Correct SubmissionType.")
        }
        AchievementSubmission::TooMany => {
            refuse("more than 10,000 achievements", "must be at most 10,000", "Divide it into several files.")
        }
        AchievementSubmission::Empty => {
            refuse("no records", "must hold at least one", "Add records below the headings.")
        }
    }
}
