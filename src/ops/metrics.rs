//! Metrics in the Prometheus format. Every label is a `&'static str`, so that no client can add
//! one.

use std::collections::BTreeMap;
use std::time::Duration;

use prometheus::{Counter, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder};

use super::calls::{CallCounts, Calls, Outcome};

/// The metrics of one process.
pub struct Metrics {
    registry: Registry,
    calls: CallCounts,
    refused: IntCounterVec,
    handshakes: IntCounter,
    connected: IntCounter,
    connections: IntGauge,
    guesses: IntCounterVec,
    held_back: IntCounterVec,
    searches: IntCounterVec,
    replica_wait: Counter,
    job_records: IntCounterVec,
    jobs: IntGaugeVec,
    oldest_job: IntGauge,
    late_jobs: IntGauge,
    cases: IntGaugeVec,
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
            calls: CallCounts::new()?,
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
            held_back: IntCounterVec::new(
                Opts::new(
                    "lrs_held_back_total",
                    "Calls beyond the limits of an organisation or certificate: those that waited, and those refused",
                ),
                &["limit", "outcome"],
            )?,
            searches: IntCounterVec::new(
                Opts::new("lrs_searches_total", "Searches by the database that answered them, and why, with a replica"),
                &["database", "why"],
            )?,
            replica_wait: Counter::new(
                "lrs_replica_wait_seconds_total",
                "Time that searches waited for the replica to catch up before it answered them",
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
            cases: IntGaugeVec::new(
                Opts::new("lrs_cases", "Open cases of the service desk, and those that are to be escalated or late"),
                &["category", "state"],
            )?,
            seconds_left: IntGaugeVec::new(
                Opts::new(
                    "lrs_certificate_seconds_left",
                    "Time until the first certificate or list of a kind expires; negative if one has expired",
                ),
                &["of"],
            )?,
        };
        metrics.calls.register(&metrics.registry)?;
        metrics.registry.register(Box::new(metrics.refused.clone()))?;
        metrics.registry.register(Box::new(metrics.handshakes.clone()))?;
        metrics.registry.register(Box::new(metrics.connected.clone()))?;
        metrics.registry.register(Box::new(metrics.connections.clone()))?;
        metrics.registry.register(Box::new(metrics.guesses.clone()))?;
        metrics.registry.register(Box::new(metrics.held_back.clone()))?;
        metrics.registry.register(Box::new(metrics.searches.clone()))?;
        metrics.registry.register(Box::new(metrics.replica_wait.clone()))?;
        metrics.registry.register(Box::new(metrics.job_records.clone()))?;
        metrics.registry.register(Box::new(metrics.jobs.clone()))?;
        metrics.registry.register(Box::new(metrics.oldest_job.clone()))?;
        metrics.registry.register(Box::new(metrics.late_jobs.clone()))?;
        metrics.registry.register(Box::new(metrics.cases.clone()))?;
        metrics.registry.register(Box::new(metrics.seconds_left.clone()))?;
        Ok(metrics)
    }

    /// Counts a call of a function; the code is the service's own.
    pub fn call(
        &self,
        service: &'static str,
        function: Option<&'static str>,
        outcome: Outcome,
        code: &'static str,
        duration: Duration,
    ) {
        self.calls.count(service, function, outcome, code, duration);
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

    /// The number of open connections.
    pub fn open_connections(&self) -> i64 {
        self.connections.get()
    }

    /// Sets a counter of guesses, counted elsewhere since the start.
    pub fn guesses(&self, kind: &'static str, total: u64) {
        let counter = self.guesses.with_label_values(&[kind]);
        counter.inc_by(total.saturating_sub(counter.get()));
    }

    /// Sets the counters of calls beyond a limit, counted elsewhere since the start. A call that
    /// waited and was then refused is in both.
    pub fn held_back(&self, limit: &'static str, waited: u64, refused: u64) {
        for (outcome, total) in [("waited", waited), ("refused", refused)] {
            let counter = self.held_back.with_label_values(&[limit, outcome]);
            counter.inc_by(total.saturating_sub(counter.get()));
        }
    }

    /// Sets a counter of searches, counted elsewhere since the start.
    pub fn searches(&self, database: &'static str, why: &'static str, total: u64) {
        let counter = self.searches.with_label_values(&[database, why]);
        counter.inc_by(total.saturating_sub(counter.get()));
    }

    /// Sets how long searches have waited for the replica since the start.
    pub fn replica_wait(&self, total: Duration) {
        self.replica_wait.inc_by((total.as_secs_f64() - self.replica_wait.get()).max(0.0));
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

    /// Sets the metrics of the open cases of a category: all, those of which little time is left,
    /// and those whose limit has passed.
    pub fn cases(&self, category: &'static str, open: usize, run_out_soon: usize, late: usize) {
        for (state, count) in [("open", open), ("runs_out_soon", run_out_soon), ("late", late)] {
            self.cases.with_label_values(&[category, state]).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    /// Sets the time until certificates or lists expire.
    pub fn ends(&self, of: &'static str, seconds_left: i64) {
        self.seconds_left.with_label_values(&[of]).set(seconds_left);
    }

    /// Calls so far by function of the service.
    pub fn calls_so_far(&self) -> BTreeMap<String, Calls> {
        self.calls.so_far()
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
    fn calls_are_counted_by_service_function_outcome_and_code() {
        const FUNCTION: Option<&str> = Some("learnerByULN");
        let metrics = Metrics::new().unwrap();
        for _ in 0..3 {
            metrics.call("LearnerService", FUNCTION, Outcome::Ok, "WSRC0004", Duration::from_micros(300));
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
        metrics.call("LearnerService", FUNCTION, Outcome::Failed, "WSEC0999", Duration::from_micros(300));
        metrics.call("LearnerService", None, Outcome::Refused, "WSEC0002", Duration::from_micros(300));
        let calls = metrics.calls_so_far();
        assert_eq!(calls.get("learnerByULN"), Some(&Calls { answered: 3, failed: 1 }));
        assert_eq!(calls.len(), 1, "unknown functions are not counted as functions");
        let text = metrics.render();
        for call in [
            r#"lrs_calls_total{code="WSEC0999",operation="learnerByULN",outcome="fault",service="LearnerService"} 1"#,
            r#"lrs_calls_total{code="WSEC0002",operation="unknown",outcome="fault",service="LearnerService"} 1"#,
        ] {
            assert!(text.contains(call), "{text}");
        }
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
    fn searches_are_shown_as_they_were_counted() {
        let metrics = Metrics::new().unwrap();
        for (total, waited) in [(4, 250), (9, 1500), (9, 1500)] {
            metrics.searches("replica", "caught_up", total);
            metrics.replica_wait(Duration::from_millis(waited));
        }
        let text = metrics.render();
        for line in
            [r#"lrs_searches_total{database="replica",why="caught_up"} 9"#, "lrs_replica_wait_seconds_total 1.5"]
        {
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn calls_that_were_held_back_are_shown_as_they_were_counted() {
        let metrics = Metrics::new().unwrap();
        for (waited, refused) in [(2, 0), (9, 4), (9, 4)] {
            metrics.held_back("calls_at_once", waited, refused);
        }
        let text = metrics.render();
        for line in [
            r#"lrs_held_back_total{limit="calls_at_once",outcome="waited"} 9"#,
            r#"lrs_held_back_total{limit="calls_at_once",outcome="refused"} 4"#,
        ] {
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn the_queue_and_the_cases_are_shown() {
        let metrics = Metrics::new().unwrap();
        metrics.job_records("Registration", 200);
        metrics.cases("1", 3, 2, 1);
        metrics.queue(Queue { waiting: 3, in_progress: 1, oldest_seconds: 90, late: 0 });
        let text = metrics.render();
        for line in [
            r#"lrs_job_records_total{kind="Registration"} 200"#,
            r#"lrs_jobs{state="waiting"} 3"#,
            r#"lrs_jobs{state="in_progress"} 1"#,
            "lrs_jobs_oldest_seconds 90",
            "lrs_jobs_over_48_hours 0",
            r#"lrs_cases{category="1",state="open"} 3"#,
            r#"lrs_cases{category="1",state="runs_out_soon"} 2"#,
            r#"lrs_cases{category="1",state="late"} 1"#,
        ] {
            assert!(text.contains(line), "{text}");
        }
    }
}
