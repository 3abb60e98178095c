//! Jobs as operators see them in the store.

use std::io::Write;

use super::{List, Part};
use crate::cli::failure::Failure;
use crate::cli::{config, setup};
use crate::domain::achievements::AchievementJob;
use crate::domain::jobs::{Job, JobPage, JobQuery, JobReport, MOST_LEARNERS, ResultQuery, ResultRow};
use crate::domain::{Administration, AdministrationError};
use crate::files::{Answered, NamedText, exception_file, registration_file, verification_file};
use crate::model::{JobId, JobKind, london_text};

pub(super) fn list(list: &List, out: &mut impl Write) -> Result<(), Failure> {
    let kinds: Vec<JobKind> = list.kind.iter().map(|kind| (*kind).into()).collect();
    let query =
        JobQuery { kinds: &kinds, states: &list.state, before: list.before.map(JobId), limit: usize::from(list.limit) };
    let (JobPage { jobs, next }, organisations) =
        setup::administer(&list.config, |admin| Ok((admin.jobs(&query)?, admin.organisations()?)))?;
    for job in &jobs {
        let ukprn = organisations
            .iter()
            .find(|each| each.id == job.organisation_id)
            .map_or_else(String::new, |each| each.ukprn.to_string());
        writeln!(
            out,
            "{:>8}  {:<12}  {:<10}  {ukprn}  {} of {} records  {}{}",
            job.id.0,
            job.kind.code(),
            job.state.code(),
            job.records_done,
            job.records,
            times(job),
            job.file_name.as_ref().map_or_else(String::new, |name| format!("  {name}")),
        )?;
    }
    if jobs.is_empty() {
        writeln!(out, "No jobs.")?;
    }
    if let Some(next) = next {
        writeln!(out, "Older jobs: --before {next}")?;
    }
    Ok(())
}

fn times(job: &Job) -> String {
    let submitted = format!("submitted {}", london_text(job.submitted_at));
    job.finished_at.map_or(submitted.clone(), |at| format!("{submitted}, finished {}", london_text(at)))
}

pub(super) fn cancel(config: &config::File, job: JobId, out: &mut impl Write) -> Result<(), Failure> {
    setup::administer(config, |admin| admin.cancel_job(job))?;
    Ok(writeln!(out, "Job {job} cancelled. Records already processed stay processed.")?)
}

pub(super) fn show(config: &config::File, id: JobId, part: Part, out: &mut impl Write) -> Result<(), Failure> {
    match part {
        Part::Summary => {
            let report = setup::administer(config, |admin| admin.job(id))?;
            summary(&report, out)
        }
        Part::Output | Part::Errors => {
            let (kind, text) = setup::administer(config, |admin| file(admin, id, part))?;
            match text {
                Some(NamedText { text, .. }) => Ok(out.write_all(text.as_bytes())?),
                None if part == Part::Output && kind == JobKind::Achievement => Err(Failure::Usage(
                    "Achievement jobs have no output file. Use 'lrs batch show' or 'lrs batch errors'.".to_owned(),
                )),
                None => Err(Failure::Failed("No records of the job need attention.".to_owned())),
            }
        }
    }
}

fn summary(report: &JobReport, out: &mut impl Write) -> Result<(), Failure> {
    let JobReport { job, counts } = report;
    writeln!(out, "Job {}: {}, {}", job.id, job.kind.code(), job.state.code())?;
    if let Some(name) = &job.file_name {
        writeln!(out, "  file {name}")?;
    }
    writeln!(out, "  {} of {} records processed", job.records_done, job.records)?;
    writeln!(out, "  {}", times(job))?;
    if job.attempts > 0 {
        writeln!(out, "  attempts without progress: {}", job.attempts)?;
    }
    if let Some(reason) = &job.rejection_reason {
        writeln!(out, "  {reason}")?;
    }
    for (code, count) in counts {
        writeln!(out, "  {code:<12} {count}")?;
    }
    Ok(())
}

/// The output or the error file of a job, with its kind.
fn file(
    admin: &Administration<'_>,
    id: JobId,
    part: Part,
) -> Result<(JobKind, Option<NamedText>), AdministrationError> {
    let job = admin.job(id)?.job;
    let ukprn = admin.organisations()?.iter().find(|each| each.id == job.organisation_id).map(|each| each.ukprn);
    let ukprn = ukprn.ok_or(AdministrationError::UnknownJob(id))?;
    let answered = Answered { name: job.file_name.as_deref(), ukprn, submitted_at: job.submitted_at };
    let text = match (job.kind, part) {
        (JobKind::Registration, Part::Errors) => exception_file(&answered, &all_rows(admin, id)?),
        (JobKind::Registration, _) => registration_file(&answered, &all_rows(admin, id)?),
        (JobKind::Verification, _) => verification_file(&answered, &all_rows(admin, id)?),
        (JobKind::Achievement, Part::Errors) => {
            let AchievementJob { file_name, error_file, .. } = admin.achievement_job(id)?;
            error_file.map(|text| NamedText { name: file_name, text })
        }
        (JobKind::Achievement, _) => None,
    };
    Ok((job.kind, text))
}

fn all_rows<R: ResultRow>(admin: &Administration<'_>, id: JobId) -> Result<Vec<R>, AdministrationError> {
    let mut query = ResultQuery { limit: MOST_LEARNERS, ..ResultQuery::default() };
    let mut rows = Vec::new();
    loop {
        let page = admin.job_results(id, &query)?;
        let next = page.next;
        rows.extend(page.into_rows());
        let Some(next) = next else { return Ok(rows) };
        query.after = next;
    }
}
