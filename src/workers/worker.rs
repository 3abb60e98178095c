//! A worker: claims a job, processes chunks for a turn, releases the job if others wait, and
//! repeats.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::Observer;
use super::pace::Pace;
use crate::domain::jobs::{HeldJob, Step};
use crate::domain::{Error, Service};
use crate::files;

/// How long a worker processes a job before it checks whether others wait.
const TURN: Duration = Duration::from_secs(1);
/// How often an idle worker looks for jobs submitted through another process.
const ASKS_EVERY: Duration = Duration::from_millis(500);
/// How long a worker waits when the store fails.
const TROUBLE: Duration = Duration::from_secs(2);
/// After deleting the records of an old job, a worker rests for this multiple of the time that the
/// database took.
const RESTS: u32 = 4;
/// How often a worker deletes broken submissions and the records of old jobs.
const CLEARS_EVERY: Duration = Duration::from_secs(600);

pub(super) struct Worker {
    service: Service,
    /// Unique, so that a worker that lost its job cannot be mistaken for the one that claimed it.
    name: String,
    lease: Duration,
    observer: Observer,
    stop: Arc<AtomicBool>,
}

impl Worker {
    pub(super) fn new(service: Service, lease: Duration, observer: Observer, stop: Arc<AtomicBool>) -> Self {
        let name = format!("{}-{:016x}", std::process::id(), rand::random::<u64>());
        Self { service, name, lease, observer, stop }
    }

    pub(super) fn run(self) {
        let mut heard = 0;
        let mut cleared: Option<Instant> = None;
        while !self.must_stop() {
            if cleared.is_none_or(|at| at.elapsed() > CLEARS_EVERY) {
                cleared = Some(Instant::now());
                if let Err(error) = self.service.forget_broken_submissions() {
                    log::warn!("cannot clear aborted submissions: {error}");
                }
                if let Err(error) = self.service.forget_broken_uploads() {
                    log::warn!("cannot clear aborted uploads: {error}");
                }
                if let Err(error) = self.delete_old_records() {
                    log::warn!("cannot delete the records of old jobs: {error}");
                }
            }
            if let Err(error) = self.check_uploads() {
                log::warn!("cannot check an upload: {error}");
            }
            match self.service.claim_job(&self.name, self.lease) {
                Ok(Some(job)) => self.turn(job),
                Ok(None) => heard = self.service.await_jobs(heard, ASKS_EVERY),
                Err(error) => {
                    log::warn!("cannot read the job queue: {error}");
                    heard = self.service.await_jobs(heard, TROUBLE);
                }
            }
        }
    }

    /// Job by job, with a rest after each, so that calls need not wait for several.
    fn delete_old_records(&self) -> Result<(), Error> {
        while !self.must_stop()
            && let Some(took) = self.service.delete_old_batch_records()?
        {
            std::thread::sleep(took * RESTS);
        }
        while !self.must_stop()
            && let Some(took) = self.service.delete_old_upload()?
        {
            std::thread::sleep(took * RESTS);
        }
        Ok(())
    }

    /// Checks what was uploaded, because somebody waits for it at a browser: one file before each
    /// turn of a job.
    fn check_uploads(&self) -> Result<(), Error> {
        let Some(held) = self.service.claim_upload(&self.name, self.lease)? else { return Ok(()) };
        // A file may be hostile, and libraries read it: a panic must not end the worker.
        match catch_unwind(AssertUnwindSafe(|| files::check_upload(&held))) {
            Ok(checked) => held.keep(&checked?).map(|_| self.service.wake_workers()),
            Err(_) => held.fail(),
        }
    }

    fn must_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Processes the job until it ends or the turn is over.
    fn turn(&self, mut job: HeldJob<'_>) {
        let mut pace = Pace::new(self.service.database().is_embedded());
        let mut begun = Instant::now();
        let ended = loop {
            match job.step(pace.next()) {
                Ok(Step::Done(records, took)) => {
                    (self.observer)(job.kind(), records);
                    pace.learn(records, took);
                }
                Ok(Step::Finished(records)) => {
                    (self.observer)(job.kind(), records);
                    break Ok(());
                }
                Ok(Step::Lost) => {
                    log::info!("a job was cancelled or taken over");
                    break Ok(());
                }
                Err(error) => break job.fail(&error),
            }
            if self.must_stop() {
                break job.give_back();
            }
            if begun.elapsed() > TURN {
                match self.service.has_claimable_job(self.lease) {
                    Ok(true) => break job.give_back(),
                    Ok(false) | Err(_) => begun = Instant::now(),
                }
            }
        };
        if let Err(error) = ended {
            self.rest(&error);
        }
    }

    /// The store fails, so the lease will have to expire.
    fn rest(&self, error: &Error) {
        log::warn!("cannot return a job to the queue: {error}");
        std::thread::sleep(TROUBLE.min(self.lease));
    }
}
