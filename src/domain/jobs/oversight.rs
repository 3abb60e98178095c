//! What the service's operators see of jobs and may do with them, and how the queue stands.

use chrono::TimeDelta;

use super::{Job, JobId, JobRecord, JobReport, JobState};
use crate::domain::{Action, Administration, AdministrationError, Error, Service};
use crate::store::audit;
use crate::store::jobs::{self, Depth, JobFilter};

/// After this long a job must be over (rules.md 9, row 9).
pub const DUE_AFTER: TimeDelta = TimeDelta::hours(48);

impl Service {
    /// How the queue stands; jobs that are not over 48 hours after their submission count as late.
    pub fn queue_depth(&self) -> Result<Depth, Error> {
        let now = self.inner.clock.now();
        let late = now.checked_sub_signed(DUE_AFTER).unwrap_or(now);
        Ok(self.inner.store.read(|store| jobs::depth(store, late))?)
    }
}

impl Administration<'_> {
    /// The newest jobs, newest first; those in these states alone, where any are given.
    pub fn jobs(&self, states: &[JobState], limit: i64) -> Result<Vec<Job>, AdministrationError> {
        let states = Some(states).filter(|states| !states.is_empty());
        let filter = JobFilter { states, ..JobFilter::default() };
        Ok(self.service.inner.store.read(|store| jobs::newest(store, filter, limit))?)
    }

    /// A job with how many of its records came to which code.
    pub fn job(&self, id: JobId) -> Result<JobReport, AdministrationError> {
        let job = self.service.inner.store.read(|store| jobs::by_id(store, id))?;
        let job = job.ok_or(AdministrationError::UnknownJob(id))?;
        Ok(self.service.report(job)?)
    }

    /// Records of a job after the one of number `after`, in the order of the batch. The look is audited.
    pub fn job_records(&self, id: JobId, after: i32, limit: i64) -> Result<Vec<JobRecord>, AdministrationError> {
        self.call(Action::ShowRecords, |operator| {
            operator.trail([None], &format!("job {id}"));
            Ok(self.service.inner.store.read(|store| jobs::records(store, id, after, limit))?)
        })
    }

    /// Ends a job that is not over. What its records did until then stays done.
    pub fn cancel_job(&self, id: JobId) -> Result<(), AdministrationError> {
        self.job(id)?;
        self.call(Action::CancelJob, |operator| {
            let now = self.service.inner.clock.now();
            let entry = operator.entry(now, None, &format!("job {id}"));
            let cancelled = self.service.inner.store.write(move |store| {
                let cancelled = jobs::cancel(store, id, "Cancelled by an operator.", now)?;
                if cancelled {
                    audit::insert(store, std::iter::once(&entry))?;
                }
                Ok(cancelled)
            })?;
            if cancelled { Ok(()) } else { Err(AdministrationError::JobIsOver(id)) }
        })
    }
}
