//! What `lrs serve` and `lrs worker` share: starting workers, gauges for the metrics, and the
//! minutes that `lrs slo` reads.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::failure::Failure;
use crate::config;
use crate::domain::service_levels::FunctionMinute;
use crate::domain::{Guesses, Service};
use crate::ops::{Calls, Metrics, Queue};
use crate::workers::{Observer, WorkerSettings, Workers};

/// How often the service records that it is up.
const MINUTE: Duration = Duration::from_secs(60);

/// Starts the workers that the configuration asks for.
pub fn start(service: &Service, jobs: config::Jobs, observer: &Observer) -> Result<Workers, Failure> {
    let settings = WorkerSettings { workers: jobs.workers, lease: jobs.lease };
    Workers::start(service, settings, observer).map_err(|error| Failure::doing("Cannot start the workers", error))
}

/// Sets the metrics of the queue.
pub fn look_at_queue(service: &Service, metrics: &Metrics) {
    match service.queue_depth() {
        Ok(depth) => {
            let age = |oldest| service.clock().now().signed_duration_since(oldest).num_seconds().max(0);
            metrics.queue(Queue {
                waiting: depth.waiting,
                in_progress: depth.in_progress,
                oldest_seconds: depth.oldest.map_or(0, age),
                late: depth.late,
            });
        }
        Err(error) => log::warn!("cannot read the job queue: {error}"),
    }
}

/// Sets the metrics of guesses.
pub fn look_at_guesses(service: &Service, metrics: &Metrics) {
    let Guesses { wrong_passwords, passwords_refused, misses, misses_refused } = service.status().guesses();
    metrics.guesses("wrong_password", wrong_passwords);
    metrics.guesses("password_refused", passwords_refused);
    metrics.guesses("miss", misses);
    metrics.guesses("miss_refused", misses_refused);
}

/// Records every minute that the service is up, and the calls since the last time, for `lrs slo`.
/// Dropping it makes a last record.
pub struct Minutes {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Minutes {
    /// Starts now.
    pub fn start(service: &Service, metrics: &Arc<Metrics>) -> Result<Self, Failure> {
        let (end, ended) = channel::<()>();
        let (service, metrics) = (service.clone(), Arc::clone(metrics));
        let thread = std::thread::Builder::new()
            .name("lrs-minutes".to_owned())
            .spawn(move || {
                let mut before = BTreeMap::new();
                let mut note = || {
                    let calls = metrics.calls_so_far();
                    match service.status().note_minute(&since(&before, &calls)) {
                        Ok(()) => before = calls,
                        Err(error) => log::warn!("cannot record the minute for 'lrs slo': {error}"),
                    }
                };
                note();
                while ended.recv_timeout(MINUTE) == Err(RecvTimeoutError::Timeout) {
                    note();
                }
                // The calls since the last full minute count, too.
                note();
            })
            .map_err(|error| Failure::doing("Cannot start a thread", error))?;
        Ok(Self { end: Some(end), thread: Some(thread) })
    }
}

impl Drop for Minutes {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn since<'a>(before: &BTreeMap<String, Calls>, now: &'a BTreeMap<String, Calls>) -> Vec<FunctionMinute<'a>> {
    now.iter()
        .map(|(function, calls)| {
            let earlier = before.get(function).copied().unwrap_or_default();
            FunctionMinute {
                function,
                answered: calls.answered - earlier.answered,
                failed: calls.failed - earlier.failed,
            }
        })
        .collect()
}
