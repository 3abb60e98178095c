//! What people decide about a batch: submit it, cancel it, submit what failed again.

use super::show::upload;
use super::{Batch, named, named_file, named_job};
use crate::domain::Action;
use crate::domain::achievements::AchievementSubmission;
use crate::domain::jobs::Cancelled;
use crate::domain::registrations::JobType;
use crate::files::{self, Finding, SubmittedUpload, Taken};
use crate::model::JobKind;
use crate::portal::answer::Answer;
use crate::portal::blocks::Blocks;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `POST /batches/{id}/submit`
pub(in crate::portal) fn submit(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let id = named_file(visit)?;
    let form = visit.form();
    let taken = match form.text("rows") {
        "good" => Taken::Good,
        "all" => Taken::All,
        _ => return Err(Problem::Malformed),
    };
    let job_type = match form.text("job_type") {
        "" => JobType::Full,
        code => code.parse().map_err(|()| Problem::Malformed)?,
    };
    let action = match upload(visit, id)?.kind {
        Some(JobKind::Verification) => Action::SubmitVerifications,
        Some(JobKind::Achievement) => Action::SubmitAchievements,
        Some(JobKind::Registration) | None => Action::SubmitRegistrations,
    };
    let service = visit.service();
    match visit.call(action, |caller| files::submit_upload(service, caller, id, taken, job_type))? {
        SubmittedUpload::Accepted(job) => Ok(Answer::redirect(format!("/batches/{job}"))),
        SubmittedUpload::NotReady(_) | SubmittedUpload::NoneGood => Ok(Answer::redirect(format!("/batches/file-{id}"))),
        SubmittedUpload::Unknown => Err(Problem::NotFound),
        SubmittedUpload::Refused(findings) => {
            let say = |page: Blocks, finding: &Finding| {
                page.say(format!(
                    "The file has {}, but {} {}. {}",
                    finding.found, finding.column, finding.rule, finding.advice
                ))
            };
            let page = Blocks::new(visit, "The batch was not submitted").back(&format!("/batches/file-{id}"));
            Answer::page(&findings.iter().fold(page, say))
        }
    }
}

/// `POST /batches/{id}/cancel`
pub(in crate::portal) fn cancel(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let service = visit.service();
    let (cancelled, next) = match named(visit)? {
        Batch::File(id) => {
            let cancelled = visit.call(Action::CancelUpload, |caller| service.uploads().cancel(caller, id))?;
            (cancelled, format!("/batches/file-{id}"))
        }
        Batch::Job(id) => {
            (visit.call(Action::CancelJob, |caller| service.jobs().cancel(caller, id))?, format!("/batches/{id}"))
        }
    };
    match cancelled {
        // Where it had ended meanwhile, its page says how.
        Cancelled::Done | Cancelled::Over => Ok(Answer::redirect(next)),
        Cancelled::Unknown => Err(Problem::NotFound),
    }
}

/// `POST /batches/{id}/resubmit`
pub(in crate::portal) fn resubmit(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let id = named_job(visit)?;
    let service = visit.service();
    let submitted = visit.call(Action::SubmitAchievements, |caller| service.resubmit_achievements(caller, id))?;
    let page = || Blocks::new(visit, "The records were not submitted").back(&format!("/batches/{id}"));
    match submitted.ok_or(Problem::NotFound)? {
        AchievementSubmission::Accepted(job) => Ok(Answer::redirect(format!("/batches/{job}"))),
        AchievementSubmission::Empty => Answer::page(&page().say("No record of this batch failed.")),
        AchievementSubmission::NotConfigured => Answer::page(
            &page().say("Your organisation is not set up to submit achievements (WSRC0043). Ask the service desk."),
        ),
        AchievementSubmission::InvalidEmail | AchievementSubmission::InvalidType | AchievementSubmission::TooMany => {
            Err(Problem::Failed("failed records that cannot be submitted".into()))
        }
    }
}
