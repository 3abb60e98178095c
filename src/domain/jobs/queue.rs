//! Getting on with jobs: claiming one, doing a chunk of it, giving it back, and what follows a failure. One worker calls this in a loop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::work::counters;
use super::{Job, JobInHand, JobKind, Kind};
use crate::domain::{Error, Service};
use crate::model::Timestamp;
use crate::store::StoreError;
use crate::store::jobs::{self, Lease};

/// As often as a job is taken up without getting on before it fails (our choice).
pub const MOST_ATTEMPTS: i32 = 5;
/// How long nobody takes up a job whose first attempt failed; each further one doubles it.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(1);
/// The pause after the last attempt but one.
const LONGEST_PAUSE: TimeDelta = TimeDelta::seconds(8);

/// A job that this worker holds, and nobody else as long as the lease is renewed: every step does so. A step renews it in the very
/// transaction that does the work, so that no heartbeat beside it could say more.
pub struct HeldJob<'s> {
    service: &'s Service,
    hand: JobInHand,
    work: Arc<dyn Kind>,
    owner: String,
    lease: TimeDelta,
}

/// What a step comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many records more are done; the database was busy with them for so long.
    Done(usize, Duration),
    /// The job is over.
    Finished(usize),
    /// The job was cancelled, or another worker has it: nothing of the step was kept.
    Lost,
}

impl Service {
    /// Waits for a job to come in, at most so long; workers of other processes are not heard.
    pub fn await_jobs(&self, heard: u64, at_most: Duration) -> u64 {
        self.inner.jobs_bell.wait(heard, at_most)
    }

    /// Wakes whoever waits for jobs, so that it may stop.
    pub fn wake_workers(&self) {
        self.inner.jobs_bell.ring();
    }

    /// Whether there is a job that nobody holds; a lease that lasts longer than `lease` from now, or than a pause, is void.
    pub fn has_claimable_job(&self, lease: Duration) -> Result<bool, Error> {
        let now = self.inner.clock.now();
        let latest = latest_lease(now, lease);
        Ok(self.inner.store.read(|store| jobs::has_claimable(store, now, latest))?)
    }

    /// Takes the next job, if there is one. `owner` is this worker's name and nobody else's, `lease` how long it may go without a step
    /// before others take the job.
    pub fn claim_job(&self, owner: &str, lease: Duration) -> Result<Option<HeldJob<'_>>, Error> {
        if !self.has_claimable_job(lease)? {
            return Ok(None);
        }
        let now = self.inner.clock.now();
        let latest = latest_lease(now, lease);
        let lease = TimeDelta::from_std(lease).map_err(|_| Error::Unexpected("a lease that is too long"))?;
        let mine = Lease { owner: owner.to_owned(), until: later(now, lease) };
        let Some(job) = self.inner.store.write_aside(move |store| jobs::claim(store, &mine, now, latest))? else {
            return Ok(None);
        };
        let work = Arc::clone(self.inner.kinds.get(job.kind)?);
        let Some(organisation) = self.registry(true)?.organisation_of(job.organisation_id).cloned() else {
            self.end(&job, owner, "The organisation is not known any more.")?;
            return Ok(None);
        };
        if job.attempts >= MOST_ATTEMPTS {
            self.end(&job, owner, &given_up(&job))?;
            return Ok(None);
        }
        let hand = JobInHand { job, organisation, action: work.action(), now };
        Ok(Some(HeldJob { service: self, hand, work, owner: owner.to_owned(), lease }))
    }

    fn end(&self, job: &Job, owner: &str, reason: &str) -> Result<(), Error> {
        let (id, owner, reason, now) = (job.id, owner.to_owned(), reason.to_owned(), self.inner.clock.now());
        log::error!("job {id} failed: {reason}");
        self.inner.store.write_aside(move |store| jobs::finish(store, id, &owner, Err(reason.clone()), now))?;
        Ok(())
    }
}

impl HeldJob<'_> {
    /// What its records are.
    pub const fn kind(&self) -> JobKind {
        self.hand.job.kind
    }

    /// Does at most so many records more: their effects, their results, the count and the lease in one transaction. The last chunk also
    /// finishes the job.
    ///
    /// # Errors
    /// When the store fails; nothing of the chunk was kept then. See [`HeldJob::fail`].
    pub fn step(&mut self, most: usize) -> Result<Step, Error> {
        let job = &self.hand.job;
        let (id, done, total) = (job.id, job.records_done, job.records);
        let limit = i64::try_from(most.max(1)).unwrap_or(i64::MAX);
        let records = self.service.inner.store.read(|store| jobs::records(store, id, done, limit))?;
        let count = i32::try_from(records.len()).map_err(|_| Error::Unexpected("a chunk that is too large"))?;
        if count == 0 && done < total {
            return Err(StoreError::Corrupt("jobs.records").into());
        }
        let is_last = done.saturating_add(count) >= total;
        self.hand.now = self.service.inner.clock.now();
        let (hand, work) = (self.hand.clone(), Arc::clone(&self.work));
        let lease = Lease { owner: self.owner.clone(), until: later(hand.now, self.lease) };
        let kept = self.service.inner.store.write_aside(move |store| {
            let begun = Instant::now();
            // First of all, so that whoever else might want the job waits for the end of this transaction.
            if !jobs::advance(store, id, &lease, done, count)? {
                return Ok(None);
            }
            let results = work.work(store, &hand, &records)?;
            if results.len() != records.len() {
                return Err(StoreError::Corrupt("job_results.code"));
            }
            jobs::save_results(store, id, &results)?;
            if is_last {
                let counters = counters(jobs::count_codes(store, id)?);
                jobs::finish(store, id, &lease.owner, Ok(counters), hand.now)?;
            }
            Ok(Some(begun.elapsed()))
        })?;
        let Some(took) = kept else { return Ok(Step::Lost) };
        self.hand.job.records_done = done.saturating_add(count);
        self.hand.job.attempts = 0;
        let count = usize::try_from(count).unwrap_or_default();
        Ok(if is_last { Step::Finished(count) } else { Step::Done(count, took) })
    }

    /// Lets others have the job, here or on another node: after its turn, or because the worker stops.
    pub fn give_back(self) -> Result<(), Error> {
        let (id, owner, attempts) = (self.hand.job.id, self.owner, self.hand.job.attempts);
        self.service.inner.store.write_aside(move |store| jobs::release(store, id, &owner, attempts, None))?;
        self.service.inner.jobs_bell.ring();
        Ok(())
    }

    /// What follows an error of a step: the job is tried again after a pause, and fails when that was in vain too often.
    pub fn fail(self, error: &Error) -> Result<(), Error> {
        let Self { service, hand: JobInHand { mut job, .. }, owner, .. } = self;
        let id = job.id;
        log::warn!("job {id} made no progress: {error}");
        job.attempts = job.attempts.saturating_add(1);
        if job.attempts >= MOST_ATTEMPTS {
            return service.end(&job, &owner, &given_up(&job));
        }
        let doublings = u32::try_from(job.attempts.saturating_sub(1)).unwrap_or_default();
        let pause = FIRST_PAUSE * 2_i32.saturating_pow(doublings);
        let not_before = later(service.inner.clock.now(), pause);
        let attempts = job.attempts;
        service.inner.store.write_aside(move |store| jobs::release(store, id, &owner, attempts, Some(not_before)))?;
        Ok(())
    }
}

/// The reason that the submitter sees.
fn given_up(job: &Job) -> String {
    format!(
        "Record {} and those after it could not be processed. Nothing of them was kept; the records before it are done.",
        job.records_done.saturating_add(1)
    )
}

/// The latest moment until which anybody may hold a job, or keep everybody from it: a lease beyond it was given while the clock was ahead.
fn latest_lease(now: Timestamp, lease: Duration) -> Timestamp {
    later(now, TimeDelta::from_std(lease).unwrap_or(TimeDelta::MAX).max(LONGEST_PAUSE))
}

fn later(now: Timestamp, by: TimeDelta) -> Timestamp {
    now.checked_add_signed(by).unwrap_or(Timestamp::MAX)
}
