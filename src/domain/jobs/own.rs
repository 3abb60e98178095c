//! An organisation's own jobs: it lists them, reads their results and cancels them. A job of
//! another organisation is not found, nor is one whose records were deleted. Lists and counts name
//! no learner and leave no audit line; reading records or a file does (our choice).

use super::results::{JobReport, ResultPage, ResultQuery, ResultRow};
use super::{BatchFile, Job, JobId, JobKind, JobState, Jobs};
use crate::domain::{Caller, Error, Service, codes};
use crate::model::{AuditEntry, Permission};
use crate::store::jobs::{self, JobFilter};
use crate::store::{StoreError, audit};

/// The maximum number of jobs on a page (our choice).
const MOST_JOBS: usize = 10_000;

/// Selects jobs.
#[derive(Debug, Clone, Copy, Default)]
pub struct JobQuery<'a> {
    /// Only these kinds; empty means all.
    pub kinds: &'a [JobKind],
    /// Only these states; empty means all.
    pub states: &'a [JobState],
    /// Only jobs older than this one: the last job of the previous page.
    pub before: Option<JobId>,
    /// The maximum number of jobs, from 1 to 10,000.
    pub limit: usize,
}

/// Jobs, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobPage {
    /// The jobs.
    pub jobs: Vec<Job>,
    /// The [`JobQuery::before`] of the next page, if there are more jobs.
    pub next: Option<JobId>,
}

/// The outcome of cancelling a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// The job was cancelled. A worker that holds it stops after its current chunk, which is rolled
    /// back; earlier chunks stay committed.
    Done,
    /// The job had already ended.
    Over,
    /// The organisation has no such job.
    Unknown,
}

impl Jobs<'_> {
    /// Lists the organisation's jobs, newest first.
    pub fn list(&self, caller: &Caller<'_>, query: &JobQuery<'_>) -> Result<JobPage, Error> {
        caller.require(Permission::SubmitBatches)?;
        Ok(self.0.job_page(Some(caller.organisation()?.id), query)?)
    }

    /// A job, with the number of its records for each code so far; `None` if there is no such job.
    pub fn report(&self, caller: &Caller<'_>, id: JobId) -> Result<Option<JobReport>, Error> {
        self.0.own_job(caller, id)?.map(|job| self.0.report(job)).transpose()
    }

    /// A page of the results of a job in any state; `None` if there is no such job of the row's
    /// kind. Writes an audit line for every learner whose ULN is shown.
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

    /// The file stored with a job; `None` if there is no such job or no file.
    pub fn file(&self, caller: &Caller<'_>, id: JobId) -> Result<Option<BatchFile>, Error> {
        let Some(job) = self.own_or_trail(caller, id)? else { return Ok(None) };
        let bytes = self.0.inner.store.read(|store| jobs::file(store, id))?;
        caller.trail([None], &of_job(id));
        Ok(bytes.map(|bytes| BatchFile { name: job.file_name.unwrap_or_default(), bytes, upload: None }))
    }

    /// Cancels an open job.
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

/// The outcome in an audit line that names a job and no learner.
pub(super) fn of_job(id: JobId) -> String {
    format!("job {id}")
}

impl Service {
    /// A job of the caller's organisation whose records have not been deleted.
    pub(in crate::domain) fn own_job(&self, caller: &Caller<'_>, id: JobId) -> Result<Option<Job>, Error> {
        caller.require(Permission::SubmitBatches)?;
        let organisation_id = caller.organisation()?.id;
        let job = self.inner.store.read(|store| jobs::by_id(store, id))?;
        Ok(job.filter(|job| job.organisation_id == organisation_id && job.records_deleted_at.is_none()))
    }

    /// A page of the jobs of one organisation, or of all.
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

    /// Cancels a job and writes the audit line in one transaction; `false` if it had already ended.
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
