//! What an organisation sees of its own jobs, and may do with them. Another organisation's job is
//! not found, and neither is one whose records were deleted. A job's list and counts name no
//! learner and leave no line of the trail; whatever shows records does (our choice).

use super::results::{JobReport, ResultPage, ResultQuery, ResultRow};
use super::{Job, JobId, JobKind, JobState, Jobs, Upload};
use crate::domain::{Caller, Error, Service, codes};
use crate::model::{AuditEntry, Permission};
use crate::store::jobs::{self, JobFilter};
use crate::store::{StoreError, audit};

/// Most jobs of a page (our choice).
const MOST_JOBS: usize = 10_000;

/// Selects jobs.
#[derive(Debug, Clone, Copy, Default)]
pub struct JobQuery<'a> {
    /// Of these kinds; none given is any.
    pub kinds: &'a [JobKind],
    /// In these states; none given is any.
    pub states: &'a [JobState],
    /// Older than this one: the last of the page before.
    pub before: Option<JobId>,
    /// So many at most; beyond 10,000 it is 10,000.
    pub limit: usize,
}

/// Jobs, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobPage {
    /// The jobs.
    pub jobs: Vec<Job>,
    /// Where the next page begins ([`JobQuery::before`]), if there are more.
    pub next: Option<JobId>,
}

/// What becomes of the wish to cancel a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// It is cancelled. A worker that holds it stops at the end of its chunk, which is not kept;
    /// what was done before stays done.
    Done,
    /// It was over.
    Over,
    /// No such job of this organisation.
    Unknown,
}

impl Jobs<'_> {
    /// The organisation's jobs.
    pub fn list(&self, caller: &Caller<'_>, query: &JobQuery<'_>) -> Result<JobPage, Error> {
        caller.require(Permission::SubmitBatches)?;
        Ok(self.0.job_page(Some(caller.organisation()?.id), query)?)
    }

    /// A job with how many of its records came to which code so far; `None` where there is none.
    pub fn report(&self, caller: &Caller<'_>, id: JobId) -> Result<Option<JobReport>, Error> {
        self.0.own_job(caller, id)?.map(|job| self.0.report(job)).transpose()
    }

    /// The records of a job that are done, whatever its state; `None` where there is no such job of
    /// the row's kind. A line of the trail for every learner whose number is shown.
    pub fn results<R: ResultRow>(
        &self,
        caller: &Caller<'_>,
        id: JobId,
        query: &ResultQuery<'_>,
    ) -> Result<Option<ResultPage<R>>, Error> {
        if self.own_or_trail(caller, id)?.is_none_or(|job| job.kind != R::KIND) {
            return Ok(None);
        }
        let page = self.0.result_page(id, query)?;
        self.0.trail_rows::<R>(caller, page.rows.iter().map(|(_, row)| row), &of_job(id));
        Ok(Some(page))
    }

    /// The file that was kept with a job; `None` where there is no such job, or it has none.
    pub fn file(&self, caller: &Caller<'_>, id: JobId) -> Result<Option<Upload>, Error> {
        let Some(job) = self.own_or_trail(caller, id)? else { return Ok(None) };
        let bytes = self.0.inner.store.read(|store| jobs::file(store, id))?;
        caller.trail([None], &of_job(id));
        Ok(bytes.map(|bytes| Upload { name: job.file_name.unwrap_or_default(), bytes }))
    }

    /// Ends a job that is not over.
    pub fn cancel(&self, caller: &Caller<'_>, id: JobId) -> Result<Cancelled, Error> {
        caller.call.must_be_able_to_block()?;
        if self.own_or_trail(caller, id)?.is_none() {
            return Ok(Cancelled::Unknown);
        }
        let entry = caller.entry(self.0.inner.clock.now(), None, &of_job(id));
        let cancelled = self.0.cancel_job(id, "Cancelled by its organisation.", entry)?;
        Ok(if cancelled { Cancelled::Done } else { Cancelled::Over })
    }

    fn own_or_trail(&self, caller: &Caller<'_>, id: JobId) -> Result<Option<Job>, Error> {
        let job = self.0.own_job(caller, id)?;
        if job.is_none() {
            caller.trail([None], codes::UNKNOWN_JOB);
        }
        Ok(job)
    }
}

/// The outcome of a line that names a job and no learner.
pub(super) fn of_job(id: JobId) -> String {
    format!("job {id}")
}

impl Service {
    /// A job of the caller's organisation that still has its records.
    pub(in crate::domain) fn own_job(&self, caller: &Caller<'_>, id: JobId) -> Result<Option<Job>, Error> {
        caller.require(Permission::SubmitBatches)?;
        let organisation_id = caller.organisation()?.id;
        let job = self.inner.store.read(|store| jobs::by_id(store, id))?;
        Ok(job.filter(|job| job.organisation_id == organisation_id && job.records_deleted_at.is_none()))
    }

    /// Jobs of an organisation, or of all.
    pub(super) fn job_page(&self, organisation_id: Option<i32>, query: &JobQuery<'_>) -> Result<JobPage, StoreError> {
        let JobQuery { kinds, states, before, limit } = *query;
        let limit = limit.clamp(1, MOST_JOBS);
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let filter = JobFilter { organisation_id, kinds, states, before };
        let mut jobs = self.inner.store.read(|store| jobs::newest(store, filter, one_more))?;
        let more = jobs.len() > limit;
        jobs.truncate(limit);
        let next = jobs.last().filter(|_| more).map(|job| job.id);
        Ok(JobPage { jobs, next })
    }

    /// Cancels a job with its line of the trail, in one transaction; `false` where it was over.
    pub(super) fn cancel_job(&self, id: JobId, reason: &'static str, entry: AuditEntry) -> Result<bool, StoreError> {
        let now = self.inner.clock.now();
        self.inner.store.write(move |store| {
            let cancelled = jobs::cancel(store, id, reason, now)?;
            if cancelled {
                audit::insert(store, std::iter::once(&entry))?;
            }
            Ok(cancelled)
        })
    }
}
