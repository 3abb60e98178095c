//! Jobs as operators see them in the store.

use std::io::Write;

use super::{List, Part};
use crate::cli::failure::Failure;
use crate::cli::{config, setup};
use crate::domain::jobs::{Job, JobReport};
use crate::domain::kinds::JobOutput;
use crate::files::{Answered, NamedText, exception_file, registration_file, verification_file};
use crate::model::{JobId, Ukprn, london_text};

pub(super) fn list(list: &List, out: &mut impl Write) -> Result<(), Failure> {
    let (jobs, organisations) =
        setup::administer(&list.config, |admin| Ok((admin.jobs(&list.state, list.limit)?, admin.organisations()?)))?;
    for job in &jobs {
        let ukprn = organisations
            .iter()
            .find(|each| each.id == job.organisation_id)
            .map_or_else(String::new, |each| each.ukprn.to_string());
        writeln!(
            out,
            "{:>8}  {:<12}  {:<10}  {ukprn}  {} of {} records  {}",
            job.id.0,
            job.kind.code(),
            job.state.code(),
            job.records_done,
            job.records,
            times(job)
        )?;
    }
    if jobs.is_empty() {
        writeln!(out, "No jobs.")?;
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
            let (output, organisations) =
                setup::administer(config, |admin| Ok((admin.job_output(id)?, admin.organisations()?)))?;
            let ukprn_of =
                |job: &Job| organisations.iter().find(|each| each.id == job.organisation_id).map(|each| each.ukprn);
            print(part, &output, ukprn_of, out)
        }
    }
}

fn summary(report: &JobReport, out: &mut impl Write) -> Result<(), Failure> {
    let JobReport { job, counts } = report;
    writeln!(out, "Job {}: {}, {}", job.id, job.kind.code(), job.state.code())?;
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

fn print(
    part: Part,
    output: &JobOutput,
    ukprn_of: impl Fn(&Job) -> Option<Ukprn>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let answered = |job: &Job| {
        let unknown = || Failure::Failed("The job's organisation no longer exists.".to_owned());
        Ok::<_, Failure>(Answered {
            name: None,
            ukprn: ukprn_of(job).ok_or_else(unknown)?,
            submitted_at: job.submitted_at,
        })
    };
    let text = match (output, part) {
        (JobOutput::Registration(job, rows), Part::Errors) => exception_file(&answered(job)?, rows),
        (JobOutput::Registration(job, rows), _) => registration_file(&answered(job)?, rows),
        (JobOutput::Verification(job, rows), _) => verification_file(&answered(job)?, rows),
        (JobOutput::Achievement(achievements), Part::Errors) => {
            achievements.error_file.clone().map(|text| NamedText { name: achievements.file_name.clone(), text })
        }
        (JobOutput::Achievement(_), _) => {
            return Err(Failure::Usage(
                "Achievement jobs have no output file. Use 'lrs batch show' or 'lrs batch errors'.".to_owned(),
            ));
        }
    };
    match text {
        Some(NamedText { text, .. }) => Ok(out.write_all(text.as_bytes())?),
        None => Err(Failure::Failed("No records of the job need attention.".to_owned())),
    }
}
