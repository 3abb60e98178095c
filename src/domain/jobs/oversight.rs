//! What operators can see of jobs and do with them, and the length of the queue.

use chrono::TimeDelta;

use super::own::of_job;
use super::{Job, JobId, JobKind, JobPage, JobQuery, JobReport, ResultPage, ResultQuery, ResultRow};
use crate::domain::{Action, Administration, AdministrationError, Error, Service};
use crate::store::jobs::{self, Depth};

/// How soon a job must be done (rules.md 9, row 9).
pub const DUE_AFTER: TimeDelta = TimeDelta::hours(48);

impl Service {
    /// The length of the queue; jobs still open 48 hours after submission count as late.
    pub fn queue_depth(&self) -> Result<Depth, Error> {
        let now = self.inner.clock.now();
        let late = now.checked_sub_signed(DUE_AFTER).unwrap_or(now);
        Ok(self.inner.store.read(|store| jobs::depth(store, late))?)
    }
}

impl Administration<'_> {
    /// The newest jobs of all organisations, newest first.
    pub fn jobs(&self, query: &JobQuery<'_>) -> Result<JobPage, AdministrationError> {
        Ok(self.service.job_page(None, query)?)
    }

    /// A job with the number of its records for each code.
    pub fn job(&self, id: JobId) -> Result<JobReport, AdministrationError> {
        let job = self.service.inner.store.read(|store| jobs::by_id(store, id))?;
        let job = job.ok_or(AdministrationError::UnknownJob(id))?;
        Ok(self.service.report(job)?)
    }

    /// A page of the results of a job, for an operator who helps its submitter. Writes an audit
    /// line.
    ///
    /// # Errors
    /// When there is no such job, or its records were deleted.
    pub fn job_results<R: ResultRow>(
        &self,
        id: JobId,
        query: &ResultQuery<'_>,
    ) -> Result<ResultPage<R>, AdministrationError> {
        self.look(id, R::KIND)?;
        Ok(self.service.result_page(id, query)?)
    }

    /// Writes the audit line of an operator who is about to see a job's records.
    ///
    /// # Errors
    /// When there is no such job of this kind, or its records were deleted.
    pub(in crate::domain) fn look(&self, id: JobId, kind: JobKind) -> Result<Job, AdministrationError> {
        let JobReport { job, .. } = self.job(id)?;
        if let Some(at) = job.records_deleted_at {
            return Err(AdministrationError::RecordsDeleted(id, at.date()));
        }
        if job.kind != kind {
            return Err(AdministrationError::UnknownJob(id));
        }
        self.call(Action::ShowRecords, |operator| {
            operator.trail([None], &of_job(id));
            Ok(job)
        })
    }

    /// Cancels an open job. Results of processed records stay.
    pub fn cancel_job(&self, id: JobId) -> Result<(), AdministrationError> {
        self.job(id)?;
        self.call(Action::CancelJob, |operator| {
            let entry = operator.entry(self.service.inner.clock.now(), None, &of_job(id));
            let cancelled = self.service.cancel_job(id, "Cancelled by an operator.", entry)?;
            if cancelled { Ok(()) } else { Err(AdministrationError::JobIsOver(id)) }
        })
    }
}
