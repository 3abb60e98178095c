//! Uploaded files: a worker checks them, and their sender submits their records.

#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};

use super::batch::Batch;
use super::check::{Checked, Expected, check};
use super::finding::Finding;
use super::submit::{Submitted, submit_batch};
use crate::domain::jobs::BatchFile;
use crate::domain::registrations::JobType;
use crate::domain::uploads::{
    CheckSummary, CheckedUpload, HeldUpload, NewFinding, Terms, Upload, UploadId, UploadState,
};
use crate::domain::{Caller, Error, Service};
use crate::model::{JobId, JobKind};

/// One file at a time is read in this process, because each takes up to ten times its size.
static READING: Mutex<()> = Mutex::new(());

/// Which records of a checked file are submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// All. Those with errors get the codes that the check found.
    All,
    /// Those without errors.
    Good,
}

/// The outcome of submitting an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubmittedUpload {
    /// The job, which may have been created by an earlier attempt.
    Accepted(JobId),
    /// Nothing was submitted, for these reasons.
    Refused(Vec<Finding>),
    /// Nothing was submitted, because no record is without errors.
    NoneGood,
    /// The upload is not ready: it is still being checked, was refused or cancelled, or may only be
    /// checked.
    NotReady(Upload),
    /// The organisation has no such upload.
    Unknown,
}

/// A file that was checked without being stored.
#[derive(Debug, Clone)]
pub struct CheckedHere {
    /// The file as it was read.
    pub checked: Checked,
    /// What was found, by kind and by row.
    pub outcome: CheckedUpload,
}

/// Checks a file of the caller's organisation, and stores nothing of it.
///
/// # Errors
/// When the caller acts for no organisation.
pub fn check_here(
    service: &Service,
    caller: &Caller<'_>,
    name: &str,
    bytes: &[u8],
    kind: Option<JobKind>,
) -> Result<CheckedHere, Error> {
    let terms = service.uploads().terms(caller)?;
    let _alone = READING.lock().unwrap_or_else(PoisonError::into_inner);
    let checked = check(name, bytes, &expected(kind, &terms));
    Ok(CheckedHere { outcome: summary(&checked).with(checked.findings.clone()), checked })
}

/// Checks an upload as its worker.
///
/// # Errors
/// When the store fails.
pub fn check_upload(held: &HeldUpload<'_>) -> Result<CheckedUpload, Error> {
    let _alone = READING.lock().unwrap_or_else(PoisonError::into_inner);
    let Upload { file_name, kind, .. } = held.upload();
    let mut checked = check(file_name, &held.bytes()?, &expected(*kind, held.terms()));
    let summary = summary(&checked);
    // The records are dropped before the findings are arranged.
    checked.batch = None;
    Ok(summary.with(checked.findings))
}

/// Reads an upload again, as its check did: for a file with the errors beside the rows. `None` if
/// the caller's organisation has no such upload.
///
/// # Errors
/// When the caller may not submit batches, or the store fails.
pub fn read_upload(service: &Service, caller: &Caller<'_>, id: UploadId) -> Result<Option<Checked>, Error> {
    let terms = service.uploads().terms(caller)?;
    let _alone = READING.lock().unwrap_or_else(PoisonError::into_inner);
    let Some((Upload { file_name, kind, .. }, bytes)) = service.uploads().file(caller, id)? else { return Ok(None) };
    Ok(Some(check(&file_name, &bytes, &expected(kind, &terms))))
}

/// Submits the records of an upload as a job; at most once, whatever runs at the same time. The job
/// type applies to registration files only.
///
/// # Errors
/// When the caller lacks a permission or has too much under way, or the store fails.
pub fn submit_upload(
    service: &Service,
    caller: &Caller<'_>,
    id: UploadId,
    taken: Taken,
    job_type: JobType,
) -> Result<SubmittedUpload, Error> {
    let Some(upload) = service.uploads().get(caller, id)? else { return Ok(SubmittedUpload::Unknown) };
    if let Some(job) = upload.job_id {
        return Ok(SubmittedUpload::Accepted(job));
    }
    if upload.state != UploadState::Ready || upload.check_only {
        return Ok(SubmittedUpload::NotReady(upload));
    }
    let Some(checked) = read_upload(service, caller, id)? else { return Ok(SubmittedUpload::Unknown) };
    let refused = checked.refused_places();
    let Some(mut batch) = checked.batch else { return Ok(SubmittedUpload::NotReady(upload)) };
    if taken == Taken::Good {
        batch.retain(|place| !refused.contains(&place));
    }
    if batch.is_empty() {
        return Ok(SubmittedUpload::NoneGood);
    }
    let file = BatchFile::uploaded(upload.file_name, id);
    match submit_batch(service, caller, batch, file, job_type) {
        Ok(Submitted::Accepted(job)) => Ok(SubmittedUpload::Accepted(job)),
        Ok(Submitted::Refused(findings)) => Ok(SubmittedUpload::Refused(findings)),
        // Somebody else may have submitted or cancelled it meanwhile.
        Err(error) => match service.uploads().get(caller, id)? {
            Some(Upload { job_id: Some(job), .. }) => Ok(SubmittedUpload::Accepted(job)),
            Some(other) if other.state != UploadState::Ready => Ok(SubmittedUpload::NotReady(other)),
            _ => Err(error),
        },
    }
}

fn expected(kind: Option<JobKind>, terms: &Terms) -> Expected {
    Expected { kind, ukprn: Some(terms.ukprn), today: terms.today, ages: terms.ages }
}

/// The outcome of a check, still without its findings.
struct Summarised(CheckedUpload);

fn summary(checked: &Checked) -> Summarised {
    let Checked { format, encoding, batch, .. } = checked;
    let records = batch.as_ref().map_or(0, Batch::len);
    let (kind, version) = match batch {
        Some(batch) => (Some(batch.layout.kind()), batch.layout.version.as_str()),
        None => (None, ""),
    };
    let summary = CheckSummary {
        format: format.word().to_owned(),
        encoding: encoding.map(|encoding| encoding.to_string()),
        version: version.to_owned(),
        records,
        good: records.saturating_sub(checked.refused_places().len()),
    };
    Summarised(CheckedUpload::new(kind, checked.is_refused(), summary))
}

impl Summarised {
    fn with(self, findings: Vec<Finding>) -> CheckedUpload {
        let Self(mut outcome) = self;
        for Finding { weight, row, column, code, found, rule, advice } in findings {
            outcome.add(NewFinding { weight, code: code.to_owned(), heading: column, rule, advice, row, found });
        }
        outcome
    }
}
