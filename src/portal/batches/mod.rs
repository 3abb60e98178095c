//! Batches: uploading a file, what its check found, submitting it, and what became of the job. A
//! file that was uploaded stands at `/batches/file-7`, a job at `/batches/12`.

mod act;
mod downloads;
mod finished;
mod list;
mod new;
mod show;
mod words;

pub(super) use act::{cancel, resubmit, submit};
pub(super) use downloads::{download, errors, output, rows, template, ukprn};
pub(super) use finished::way;
pub(super) use list::{FEW, files_table, jobs_table, list};
pub(super) use new::{form, receive};
pub(super) use show::{progress, report, show};
pub(super) use words::{plain_findings, size, time};

use super::problem::Problem;
use super::visit::Visit;
use crate::domain::uploads::UploadId;
use crate::model::JobId;

/// What a batch's address names.
enum Batch {
    /// A file that was uploaded.
    File(UploadId),
    /// A job.
    Job(JobId),
}

/// What the address of this page names.
fn named(visit: &Visit<'_>) -> Result<Batch, Problem> {
    let text = visit.parameter("id");
    let number = |text: &str| -> Option<i64> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse().ok()).flatten()
    };
    match text.strip_prefix("file-") {
        Some(file) => number(file).map(|id| Batch::File(UploadId(id))),
        None => number(text).map(|id| Batch::Job(JobId(id))),
    }
    .ok_or(Problem::NotFound)
}

/// The job that the address names.
pub(super) fn named_job(visit: &Visit<'_>) -> Result<JobId, Problem> {
    match named(visit)? {
        Batch::Job(id) => Ok(id),
        Batch::File(_) => Err(Problem::NotFound),
    }
}

/// The file that the address names.
fn named_file(visit: &Visit<'_>) -> Result<UploadId, Problem> {
    match named(visit)? {
        Batch::File(id) => Ok(id),
        Batch::Job(_) => Err(Problem::NotFound),
    }
}
