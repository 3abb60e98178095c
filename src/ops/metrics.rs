//! Counters and times in the format of Prometheus. Every label is a `&'static str`: a word of this program's text, never of a client's.

use std::time::Duration;

use prometheus::{HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

/// Seconds; most calls are shorter than a millisecond, and clients give up after 20 s.
const BUCKETS: [f64; 14] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 5.0, 20.0];

/// The metrics of one process.
pub struct Metrics {
    registry: Registry,
    calls: IntCounterVec,
    durations: HistogramVec,
    refused: IntCounterVec,
    handshakes: IntCounter,
    connected: IntCounter,
    connections: IntGauge,
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
                Opts::new("lrs_calls_total", "Calls answered by a service"),
                &["service", "operation", "outcome", "code"],
            )?,
            durations: HistogramVec::new(
                HistogramOpts::new("lrs_call_seconds", "Time from the request's headers to its answer")
                    .buckets(BUCKETS.to_vec()),
                &["service", "operation"],
            )?,
            refused: IntCounterVec::new(
                Opts::new("lrs_refused_total", "Handshakes and requests refused before they reached a service"),
                &["reason"],
            )?,
            handshakes: IntCounter::new(
                "lrs_handshakes_total",
                "TLS handshakes begun; those that fail never become connections",
            )?,
            connected: IntCounter::new("lrs_connections_total", "Connections whose TLS handshake succeeded")?,
            connections: IntGauge::new("lrs_connections", "Connections open now")?,
        };
        metrics.registry.register(Box::new(metrics.calls.clone()))?;
        metrics.registry.register(Box::new(metrics.durations.clone()))?;
        metrics.registry.register(Box::new(metrics.refused.clone()))?;
        metrics.registry.register(Box::new(metrics.handshakes.clone()))?;
        metrics.registry.register(Box::new(metrics.connected.clone()))?;
        metrics.registry.register(Box::new(metrics.connections.clone()))?;
        Ok(metrics)
    }

    /// A service has answered.
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

    /// A handshake or a request was refused.
    pub fn refused(&self, reason: &'static str) {
        self.refused.with_label_values(&[reason]).inc();
    }

    /// A client said hello.
    pub fn handshake(&self) {
        self.handshakes.inc();
    }

    /// A handshake succeeded.
    pub fn connected(&self) {
        self.connected.inc();
        self.connections.inc();
    }

    /// A connection has ended.
    pub fn disconnected(&self) {
        self.connections.dec();
    }

    /// Connections open now.
    pub fn open_connections(&self) -> i64 {
        self.connections.get()
    }

    /// Everything as text for a scraper.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail; a family that cannot be encoded is left out.
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
    }
}
