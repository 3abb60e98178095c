//! Processing jobs: claim one, process a chunk, release it, handle failures. A worker calls this in
//! a loop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::work::counters;
use super::{Job, JobInHand, JobKind, Kind};
use crate::domain::{Error, Service};
use crate::model::Timestamp;
use crate::store::StoreError;
use crate::store::jobs::{self, Lease};

/// Attempts without progress before a job fails (our choice).
pub const MOST_ATTEMPTS: i32 = 5;
/// The pause before a job's second attempt; it doubles with each further one.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(1);
/// The pause after an attempt during which the database failed.
const AFTER_AN_OUTAGE: TimeDelta = TimeDelta::seconds(2);
/// The pause before the last attempt.
const LONGEST_PAUSE: TimeDelta = TimeDelta::seconds(8);

/// A job that this worker holds exclusively, as long as it renews the lease. Every step does so, in
/// the transaction that does the work; a separate heartbeat would prove nothing more.
pub struct HeldJob<'s> {
    service: &'s Service,
    hand: JobInHand,
    work: Arc<dyn Kind>,
    owner: String,
    lease: TimeDelta,
}

/// The outcome of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// This many more records are done; the database was busy with them for this long.
    Done(usize, Duration),
    /// The job has ended.
    Finished(usize),
    /// The job was cancelled or another worker holds it; the step was rolled back.
    Lost,
}

impl Service {
    /// Waits until a job is submitted in this process, at most this long.
    pub fn await_jobs(&self, heard: u64, at_most: Duration) -> u64 {
        self.inner.jobs_bell.wait(heard, at_most)
    }

    /// Wakes the workers that wait for jobs, so that they can stop.
    pub fn wake_workers(&self) {
        self.inner.jobs_bell.ring();
    }

    /// Whether there is a job to claim. A lease or pause that ends implausibly late is ignored.
    pub fn has_claimable_job(&self, lease: Duration) -> Result<bool, Error> {
        let now = self.inner.clock.now();
        let latest = latest_lease(now, lease);
        Ok(self.inner.store.read(|store| jobs::has_claimable(store, now, latest))?)
    }

    /// Claims the next job, if there is one. `owner` is this worker's unique name; `lease` is how
    /// long it may go without a step before others may claim the job.
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
    /// The kind of its records.
    pub const fn kind(&self) -> JobKind {
        self.hand.job.kind
    }

    /// Processes at most `most` records: effects, results, progress and lease in one transaction.
    /// The last chunk also ends the job.
    ///
    /// # Errors
    /// When the store fails; the chunk is then rolled back. See [`HeldJob::fail`].
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
            // This comes first, so that anyone else who wants the job waits for the end of this
            // transaction.
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

    /// Releases the job for any worker on any node: after its turn, or because this worker stops.
    pub fn give_back(self) -> Result<(), Error> {
        let (id, owner, attempts) = (self.hand.job.id, self.owner, self.hand.job.attempts);
        self.service.inner.store.write_aside(move |store| jobs::release(store, id, &owner, attempts, None))?;
        self.service.inner.jobs_bell.ring();
        Ok(())
    }

    /// Handles an error in a step: the job is retried after a pause, and fails after too many
    /// attempts. An attempt during which the database failed does not count: the job was accepted,
    /// and has done nothing wrong.
    pub fn fail(self, error: &Error) -> Result<(), Error> {
        let Self { service, hand: JobInHand { mut job, .. }, owner, .. } = self;
        let id = job.id;
        log::warn!("job {id} made no progress: {error}");
        let store = &service.inner.store;
        let is_outage =
            matches!(error, Error::Unavailable(error) if error.is_outage() || store.check_writable().is_err());
        if is_outage {
            let not_before = later(service.inner.clock.now(), AFTER_AN_OUTAGE);
            let attempts = job.attempts;
            store.write_aside(move |store| jobs::release(store, id, &owner, attempts, Some(not_before)))?;
            return Ok(());
        }
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

/// The reason shown to the submitter.
fn given_up(job: &Job) -> String {
    format!(
        "Record {} and those after it could not be processed. Nothing of them was kept; the records before it are done.",
        job.records_done.saturating_add(1)
    )
}

/// The latest plausible end of a lease or pause. One beyond it was set by a clock that was fast.
fn latest_lease(now: Timestamp, lease: Duration) -> Timestamp {
    later(now, TimeDelta::from_std(lease).unwrap_or(TimeDelta::MAX).max(LONGEST_PAUSE))
}

fn later(now: Timestamp, by: TimeDelta) -> Timestamp {
    now.checked_add_signed(by).unwrap_or(Timestamp::MAX)
}
