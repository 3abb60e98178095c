//! Files to download: the output of a job, the records that need attention, and an uploaded file
//! with its errors beside the rows.

use super::{Batch, named, named_job};
use crate::domain::Action;
use crate::domain::jobs::{BatchOutput, JobReport};
use crate::domain::verifications::VerifiedRow;
use crate::files::{self, Answered, Extension, Included, Layout, NamedText};
use crate::model::{Job, JobId, JobKind, Ukprn, london_day};
use crate::portal::answer::Answer;
use crate::portal::form::Form;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /batches/{id}/output`: CSV, or XML where the query asks for it.
pub(in crate::portal) fn output(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let asked = Form::of(visit.asked().query.as_bytes());
    let extension = if asked.text("format") == "xml" { Extension::Xml } else { Extension::Csv };
    let id = named_job(visit)?;
    let text = match kind(visit, id)? {
        JobKind::Registration => {
            let (job, rows) = registrations(visit, id)?;
            files::registration_output(&answered(&job, ukprn(visit)?), &rows, extension)
        }
        JobKind::Verification => {
            let (job, rows) = verifications(visit, id)?;
            files::verification_output(&answered(&job, ukprn(visit)?), &rows, extension)
        }
        JobKind::Achievement => None,
    };
    download(text.ok_or(Problem::NotFound)?)
}

/// `GET /batches/{id}/errors`: what needs attention. Of an uploaded file, all its rows with the
/// errors beside them.
pub(in crate::portal) fn errors(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let id = match named(visit)? {
        Batch::File(_) => return beside(visit, Included::All),
        Batch::Job(id) => id,
    };
    let text = match kind(visit, id)? {
        JobKind::Registration => {
            let (job, rows) = registrations(visit, id)?;
            files::exception_file(&answered(&job, ukprn(visit)?), &rows)
        }
        JobKind::Verification => {
            let (job, rows) = verifications(visit, id)?;
            let failed = |row: &VerifiedRow| super::words::needs_attention(JobKind::Verification, &row.code);
            let rows: Vec<_> = rows.into_iter().filter(failed).collect();
            files::verification_file(&answered(&job, ukprn(visit)?), &rows)
        }
        JobKind::Achievement => {
            let service = visit.service();
            let found = visit.call(Action::ReadAchievements, |caller| service.achievement_job(caller, id))?;
            let found = found.ok_or(Problem::NotFound)?;
            found.error_file.map(|text| NamedText { name: format!("ERR_{id}.CSV"), text })
        }
    };
    download(text.ok_or(Problem::NotFound)?)
}

/// `GET /batches/{id}/rows`: the records with errors, to be corrected and sent again alone.
pub(in crate::portal) fn rows(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let id = match named(visit)? {
        Batch::File(_) => return beside(visit, Included::Refused),
        Batch::Job(id) => id,
    };
    let service = visit.service();
    let failed = visit.call(Action::ReadAchievements, |caller| service.failed_achievements(caller, id))?;
    let failed = failed.ok_or(Problem::NotFound)?;
    let terms = (failed.submission_type, london_day(service.clock().now()));
    let text = files::failed_achievements(&failed.file_name, ukprn(visit)?, terms, &failed.rows);
    download(text.ok_or(Problem::NotFound)?)
}

/// `GET /batches/templates/{layout}`: a file of headings, to be filled in.
pub(in crate::portal) fn template(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let asked = visit.parameter("layout");
    let layout = Layout::all().iter().find(|layout| template_path(layout).ends_with(&format!("/{asked}")));
    download(files::template(layout.ok_or(Problem::NotFound)?))
}

/// The address of the template of a layout.
pub(super) fn template_path(layout: &Layout) -> String {
    format!("/batches/templates/{}-{}", layout.kind().code().to_lowercase(), layout.version)
}

fn beside(visit: &Visit<'_>, included: Included) -> Result<Answer, Problem> {
    let id = super::named_file(visit)?;
    let service = visit.service();
    let read = visit.call(Action::FetchFile, |caller| files::read_upload(service, caller, id))?;
    let text = read.and_then(|checked| files::with_errors(&checked, included));
    download(text.ok_or(Problem::NotFound)?)
}

/// A file to download. Its name was given by a user, so only its harmless letters are kept.
pub(in crate::portal) fn download(NamedText { name, text }: NamedText) -> Result<Answer, Problem> {
    let safe = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | ' ');
    let name: String = name.chars().filter(safe).collect();
    let content_type =
        if name.ends_with(".XML") { "application/xml; charset=utf-8" } else { "text/csv; charset=utf-8" };
    Ok(Answer::file(content_type, name, text.into_bytes()))
}

fn kind(visit: &Visit<'_>, id: JobId) -> Result<JobKind, Problem> {
    super::show::report(visit, id).map(|JobReport { job, .. }| job.kind)
}

fn registrations(
    visit: &Visit<'_>,
    id: JobId,
) -> Result<(Job, Vec<crate::domain::registrations::RegisteredRow>), Problem> {
    let service = visit.service();
    let output = visit.call(Action::ReadRegistrations, |caller| service.registration_output(caller, id))?;
    finished(output)
}

fn verifications(visit: &Visit<'_>, id: JobId) -> Result<(Job, Vec<VerifiedRow>), Problem> {
    let service = visit.service();
    let output = visit.call(Action::ReadVerifications, |caller| service.verification_output(caller, id))?;
    finished(output)
}

fn finished<R>(output: BatchOutput<R>) -> Result<(Job, Vec<R>), Problem> {
    match output {
        BatchOutput::Finished(report, rows) => Ok((report.job, rows)),
        BatchOutput::Unknown | BatchOutput::Unfinished(_) | BatchOutput::Failed(_) => Err(Problem::NotFound),
    }
}

pub(in crate::portal) fn ukprn(visit: &Visit<'_>) -> Result<Ukprn, Problem> {
    Ok(visit.session()?.chosen.as_ref().ok_or(Problem::NoOrganisation)?.organisation.ukprn)
}

fn answered(job: &Job, ukprn: Ukprn) -> Answered<'_> {
    Answered { name: job.file_name.as_deref(), ukprn, submitted_at: job.submitted_at }
}
