//! Metrics in the Prometheus format. Every label is a `&'static str`, so that no client can add
//! one.

use std::collections::BTreeMap;
use std::time::Duration;

use prometheus::core::Collector;
use prometheus::proto::LabelPair;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};

/// In seconds. Most calls take less than a millisecond, and clients give up after 20 s.
const BUCKETS: [f64; 14] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 5.0, 20.0];

/// The error code of calls that failed inside the service.
const FAILED: &str = "WSEC0999";

/// Calls of one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calls {
    /// With a reply, or a fault that the client caused.
    pub answered: i64,
    /// With a fault that the service caused.
    pub failed: i64,
}

/// The metrics of one process.
pub struct Metrics {
    registry: Registry,
    calls: IntCounterVec,
    durations: HistogramVec,
    refused: IntCounterVec,
    handshakes: IntCounter,
    connected: IntCounter,
    connections: IntGauge,
    guesses: IntCounterVec,
    job_records: IntCounterVec,
    jobs: IntGaugeVec,
    oldest_job: IntGauge,
    late_jobs: IntGauge,
    seconds_left: IntGaugeVec,
}

/// The state of the job queue.
#[derive(Debug, Clone, Copy, Default)]
pub struct Queue {
    /// Jobs that have not started.
    pub waiting: i64,
    /// Jobs in progress.
    pub in_progress: i64,
    /// Seconds since the oldest unfinished job was submitted; 0 if there is none.
    pub oldest_seconds: i64,
    /// Unfinished jobs submitted more than 48 hours ago.
    pub late: i64,
}

impl Metrics {
    /// All at zero.
    ///
    /// # Errors
    /// Never in practice: names and labels are constants.
    pub fn new() -> Result<Self, prometheus::Error> {
        let metrics = Self {
            registry: Registry::new(),
            calls: IntCounterVec::new(
                Opts::new("lrs_calls_total", "Calls by service, operation, outcome and code"),
                &["service", "operation", "outcome", "code"],
            )?,
            durations: HistogramVec::new(
                HistogramOpts::new("lrs_call_seconds", "Time from the request's headers to the reply")
                    .buckets(BUCKETS.to_vec()),
                &["service", "operation"],
            )?,
            refused: IntCounterVec::new(
                Opts::new("lrs_refused_total", "Handshakes and requests refused before they reached a web service"),
                &["reason"],
            )?,
            handshakes: IntCounter::new("lrs_handshakes_total", "TLS handshakes started")?,
            connected: IntCounter::new("lrs_connections_total", "Connections whose TLS handshake succeeded")?,
            connections: IntGauge::new("lrs_connections", "Connections open now")?,
            guesses: IntCounterVec::new(
                Opts::new(
                    "lrs_guesses_total",
                    "Possible guessing: wrong passwords, searches without a hit, and refusals after too many of them",
                ),
                &["kind"],
            )?,
            job_records: IntCounterVec::new(
                Opts::new("lrs_job_records_total", "Records processed by the workers of this process"),
                &["kind"],
            )?,
            jobs: IntGaugeVec::new(Opts::new("lrs_jobs", "Unfinished jobs in the queue"), &["state"])?,
            oldest_job: IntGauge::new(
                "lrs_jobs_oldest_seconds",
                "Age of the oldest unfinished job; 0 if there is none",
            )?,
            late_jobs: IntGauge::new(
                "lrs_jobs_over_48_hours",
                "Unfinished jobs submitted more than 48 hours ago; should be 0",
            )?,
            seconds_left: IntGaugeVec::new(
                Opts::new(
                    "lrs_certificate_seconds_left",
                    "Time until the first certificate or list of a kind expires; negative if one has expired",
                ),
                &["of"],
            )?,
        };
        metrics.registry.register(Box::new(metrics.calls.clone()))?;
        metrics.registry.register(Box::new(metrics.durations.clone()))?;
        metrics.registry.register(Box::new(metrics.refused.clone()))?;
        metrics.registry.register(Box::new(metrics.handshakes.clone()))?;
        metrics.registry.register(Box::new(metrics.connected.clone()))?;
        metrics.registry.register(Box::new(metrics.connections.clone()))?;
        metrics.registry.register(Box::new(metrics.guesses.clone()))?;
        metrics.registry.register(Box::new(metrics.job_records.clone()))?;
        metrics.registry.register(Box::new(metrics.jobs.clone()))?;
        metrics.registry.register(Box::new(metrics.oldest_job.clone()))?;
        metrics.registry.register(Box::new(metrics.late_jobs.clone()))?;
        metrics.registry.register(Box::new(metrics.seconds_left.clone()))?;
        Ok(metrics)
    }

    /// Counts a call.
    pub fn call(
        &self,
        service: &'static str,
        operation: &'static str,
        outcome: &'static str,
        code: &'static str,
        duration: Duration,
    ) {
        self.calls.with_label_values(&[service, operation, outcome, code]).inc();
        self.durations.with_label_values(&[service, operation]).observe(duration.as_secs_f64());
    }

    /// Counts a refused handshake or request.
    pub fn refused(&self, reason: &'static str) {
        self.refused.with_label_values(&[reason]).inc();
    }

    /// Counts a started handshake.
    pub fn handshake(&self) {
        self.handshakes.inc();
    }

    /// Counts a successful handshake.
    pub fn connected(&self) {
        self.connected.inc();
        self.connections.inc();
    }

    /// Counts a closed connection.
    pub fn disconnected(&self) {
        self.connections.dec();
    }

    /// Connections open now.
    pub fn open_connections(&self) -> i64 {
        self.connections.get()
    }

    /// Sets a counter of guesses, counted elsewhere since the start.
    pub fn guesses(&self, kind: &'static str, total: u64) {
        let counter = self.guesses.with_label_values(&[kind]);
        counter.inc_by(total.saturating_sub(counter.get()));
    }

    /// Counts processed records.
    pub fn job_records(&self, kind: &'static str, records: usize) {
        self.job_records.with_label_values(&[kind]).inc_by(u64::try_from(records).unwrap_or_default());
    }

    /// Sets the metrics of the queue.
    pub fn queue(&self, queue: Queue) {
        let Queue { waiting, in_progress, oldest_seconds, late } = queue;
        self.jobs.with_label_values(&["waiting"]).set(waiting);
        self.jobs.with_label_values(&["in_progress"]).set(in_progress);
        self.oldest_job.set(oldest_seconds);
        self.late_jobs.set(late);
    }

    /// Sets the time until certificates or lists expire.
    pub fn ends(&self, of: &'static str, seconds_left: i64) {
        self.seconds_left.with_label_values(&[of]).set(seconds_left);
    }

    /// Calls so far by operation: answered ones, and those that failed inside the service
    /// (WSEC0999).
    pub fn calls_so_far(&self) -> BTreeMap<String, Calls> {
        let mut calls: BTreeMap<String, Calls> = BTreeMap::new();
        for family in self.calls.collect() {
            for metric in family.get_metric() {
                let label = |name: &str| {
                    metric
                        .get_label()
                        .iter()
                        .find(|label| label.name() == name)
                        .map(LabelPair::value)
                        .unwrap_or_default()
                };
                let count = metric.get_counter().get_value().round();
                // Exact: a float holds counts of calls without loss.
                let count = format!("{count}").parse::<i64>().unwrap_or_default();
                let calls = calls.entry(label("operation").to_owned()).or_default();
                if label("code") == FAILED { calls.failed += count } else { calls.answered += count }
            }
        }
        calls
    }

    /// All metrics as text.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail; an invalid family is skipped.
        let _ = TextEncoder::new().encode_utf8(&self.registry.gather(), &mut text);
        text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn calls_are_counted_by_service_operation_outcome_and_code() {
        let metrics = Metrics::new().unwrap();
        for _ in 0..3 {
            metrics.call("LearnerService", "learnerByULN", "answer", "WSRC0004", Duration::from_micros(300));
        }
        metrics.refused("certificate_revoked");
        metrics.connected();
        let text = metrics.render();
        let call =
            r#"lrs_calls_total{code="WSRC0004",operation="learnerByULN",outcome="answer",service="LearnerService"} 3"#;
        assert!(text.contains(call), "{text}");
        assert!(
            text.contains(
                r#"lrs_call_seconds_bucket{operation="learnerByULN",service="LearnerService",le="0.0005"} 3"#
            ),
            "{text}"
        );
        assert!(text.contains(r#"lrs_refused_total{reason="certificate_revoked"} 1"#));
        assert!(text.contains("lrs_connections 1"));
        metrics.call("LearnerService", "learnerByULN", "fault", "WSEC0999", Duration::from_micros(300));
        let calls = metrics.calls_so_far();
        assert_eq!(calls.get("learnerByULN"), Some(&Calls { answered: 3, failed: 1 }));
    }

    #[test]
    fn guesses_are_shown_as_they_were_counted() {
        let metrics = Metrics::new().unwrap();
        for total in [0, 3, 12, 12] {
            metrics.guesses("wrong_password", total);
        }
        assert!(metrics.render().contains(r#"lrs_guesses_total{kind="wrong_password"} 12"#));
    }

    #[test]
    fn the_queue_is_shown() {
        let metrics = Metrics::new().unwrap();
        metrics.job_records("Registration", 200);
        metrics.queue(Queue { waiting: 3, in_progress: 1, oldest_seconds: 90, late: 0 });
        let text = metrics.render();
        for line in [
            r#"lrs_job_records_total{kind="Registration"} 200"#,
            r#"lrs_jobs{state="waiting"} 3"#,
            r#"lrs_jobs{state="in_progress"} 1"#,
            "lrs_jobs_oldest_seconds 90",
            "lrs_jobs_over_48_hours 0",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }
}
