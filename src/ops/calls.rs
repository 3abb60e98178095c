//! Calls as they are counted: by the functions of the charter, and by how they ended in words of
//! the service's own.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use prometheus::core::Collector;
use prometheus::proto::LabelPair;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

/// In seconds. Most calls take less than a millisecond, and clients give up after 20 s.
const BUCKETS: [f64; 14] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 5.0, 20.0];

/// What stands for the function of a call that named none of the service's.
pub const UNKNOWN: &str = "unknown";

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was answered.
    Ok,
    /// It was refused, for a reason of the caller's.
    Refused,
    /// There was too much to do at once; the same call may succeed later.
    Busy,
    /// Something inside the service failed.
    Failed,
}

impl Outcome {
    /// Its word in metrics and log.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ok => "answer",
            Self::Refused | Self::Busy | Self::Failed => "fault",
        }
    }
}

/// Calls of one function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calls {
    /// All that did not fail.
    pub answered: i64,
    /// Those that failed inside the service.
    pub failed: i64,
}

/// The counters of calls.
pub(super) struct CallCounts {
    calls: IntCounterVec,
    /// Calls that failed, by function. A call that fails is counted here and in `calls` under this
    /// lock.
    failed: Mutex<BTreeMap<&'static str, i64>>,
    durations: HistogramVec,
}

impl CallCounts {
    pub(super) fn new() -> Result<Self, prometheus::Error> {
        Ok(Self {
            calls: IntCounterVec::new(
                Opts::new("lrs_calls_total", "Calls by service, operation, outcome and code"),
                &["service", "operation", "outcome", "code"],
            )?,
            failed: Mutex::default(),
            durations: HistogramVec::new(
                HistogramOpts::new("lrs_call_seconds", "Time from the request's headers to the reply")
                    .buckets(BUCKETS.to_vec()),
                &["service", "operation"],
            )?,
        })
    }

    pub(super) fn register(&self, registry: &Registry) -> Result<(), prometheus::Error> {
        registry.register(Box::new(self.calls.clone()))?;
        registry.register(Box::new(self.durations.clone()))
    }

    pub(super) fn count(
        &self,
        service: &'static str,
        function: Option<&'static str>,
        outcome: Outcome,
        code: &'static str,
        duration: Duration,
    ) {
        let function = function.unwrap_or(UNKNOWN);
        let mut failed = (outcome == Outcome::Failed).then(|| self.failed());
        if let Some(failed) = &mut failed {
            *failed.entry(function).or_default() += 1;
        }
        self.calls.with_label_values(&[service, function, outcome.label(), code]).inc();
        drop(failed);
        self.durations.with_label_values(&[service, function]).observe(duration.as_secs_f64());
    }

    pub(super) fn so_far(&self) -> BTreeMap<String, Calls> {
        let failed = self.failed();
        let mut calls: BTreeMap<String, Calls> = BTreeMap::new();
        for family in self.calls.collect() {
            for metric in family.get_metric() {
                let operation = metric.get_label().iter().find(|label| label.name() == "operation");
                let Some(function) = operation.map(LabelPair::value).filter(|function| *function != UNKNOWN) else {
                    continue;
                };
                let count = metric.get_counter().get_value().round();
                // Exact: a float holds counts of calls without loss.
                let count = format!("{count}").parse::<i64>().unwrap_or_default();
                calls.entry(function.to_owned()).or_default().answered += count;
            }
        }
        for (function, failed) in &*failed {
            if let Some(calls) = calls.get_mut(*function) {
                calls.failed = *failed;
                calls.answered -= failed;
            }
        }
        calls
    }

    fn failed(&self) -> MutexGuard<'_, BTreeMap<&'static str, i64>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
