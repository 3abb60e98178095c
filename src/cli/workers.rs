//! What `lrs serve` and `lrs worker` share: starting workers, gauges for the metrics, and the
//! minutes that `lrs slo` reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::failure::Failure;
use crate::config;
use crate::domain::desk::ClockState;
use crate::domain::service_levels::FunctionMinute;
use crate::domain::{Database, Guesses, Service};
use crate::model::london_text;
use crate::ops::{Calls, Metrics, Queue};
use crate::workers::{Observer, WorkerSettings, Workers};

/// How often the service records that it is up.
const MINUTE: Duration = Duration::from_secs(60);
/// How often it looks for certificates of organisations that end soon, in such minutes.
const MINUTES_OF_A_LOOK: u32 = 60;

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

/// Sets the metrics of the service desk's open cases.
pub fn look_at_cases(service: &Service, metrics: &Metrics) {
    match service.desk().open_figures() {
        Ok(figures) => figures.iter().for_each(|each| {
            metrics.cases(each.category.code(), each.open, each.run_out_soon, each.open_late);
        }),
        Err(error) => log::warn!("cannot read the cases of the service desk: {error}"),
    }
}

/// Warns once of each case whose clock runs out soon, and once more when it has.
fn warn_of_cases(service: &Service, warned: &mut BTreeSet<(i32, bool)>) {
    let cases = match service.desk().to_escalate() {
        Ok(cases) => cases,
        Err(error) => return log::warn!("cannot read the cases of the service desk: {error}"),
    };
    for (number, category, clock) in cases {
        let is_late = clock.state == ClockState::Late;
        if warned.insert((number, is_late)) {
            let limit = clock.runs_out_at.map(london_text).unwrap_or_default();
            if is_late {
                log::warn!(
                    "case {number} of category {category} is late: its limit ended at {limit} (/desk/incidents)"
                );
            } else {
                log::warn!(
                    "escalate case {number} of category {category}: its limit ends at {limit} (/desk/incidents)"
                );
            }
        }
    }
}

/// Tells super users whose certificates end soon.
fn warn_of_certificates(service: &Service) {
    match service.warn_of_certificates() {
        Ok(0) => {}
        Ok(messages) => log::info!("wrote {messages} e-mails to super users about certificates that end soon"),
        Err(error) => log::warn!("cannot tell super users about certificates that end soon: {error}"),
    }
}

/// Sets the metrics of guesses, and of calls that were held back.
pub fn look_at_callers(service: &Service, metrics: &Metrics) {
    let Guesses { wrong_passwords, passwords_refused, misses, misses_refused } = service.status().guesses();
    metrics.guesses("wrong_password", wrong_passwords);
    metrics.guesses("password_refused", passwords_refused);
    metrics.guesses("miss", misses);
    metrics.guesses("miss_refused", misses_refused);
    for (limit, waited, refused) in service.status().held_back() {
        metrics.held_back(limit.name(), waited, refused);
    }
}

/// Sets the metrics of searches, if a replica may answer them.
pub fn look_at_searches(database: &Database, metrics: &Metrics) {
    let Some(counts) = database.replica_counts() else { return };
    metrics.searches("replica", "caught_up", counts.replica);
    metrics.searches("primary", "replica_behind", counts.behind);
    metrics.searches("primary", "replica_unavailable", counts.unavailable);
    metrics.searches("primary", "replica_failed", counts.failed);
    metrics.replica_wait(counts.waited);
}

/// Records every minute that the service is up, and the calls since the last time, for `lrs slo`,
/// warns of cases whose clocks run out, and tells super users of certificates that end soon.
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
                let mut warned = BTreeSet::new();
                let mut note = || {
                    let calls = metrics.calls_so_far();
                    match service.status().note_minute(&since(&before, &calls)) {
                        Ok(()) => before = calls,
                        Err(error) => log::warn!("cannot record the minute for 'lrs slo': {error}"),
                    }
                    warn_of_cases(&service, &mut warned);
                };
                note();
                warn_of_certificates(&service);
                let mut minutes = 0;
                while ended.recv_timeout(MINUTE) == Err(RecvTimeoutError::Timeout) {
                    note();
                    minutes = (minutes + 1) % MINUTES_OF_A_LOOK;
                    if minutes == 0 {
                        warn_of_certificates(&service);
                    }
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
