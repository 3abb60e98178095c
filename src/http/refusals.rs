//! Why connections were refused: counted by cause, and logged with a limit on the lines per cause.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::ops::Metrics;
use crate::tls::Failure;

/// The maximum number of log lines per cause (our choice) ...
const LINES: u32 = 10;

/// ... in this period.
const PERIOD: Duration = Duration::from_secs(10);

/// Why a connection was refused.
#[derive(Debug)]
pub(super) enum Cause {
    /// The client sent nothing.
    Silent,
    /// It was displaced by another connection.
    Displaced,
    /// The handshake took too long.
    Slow,
    /// The handshake failed.
    Failed(Failure),
    /// There are too many connections, even of those that only wait to be refused.
    Full,
}

/// Counts and log lines.
pub(super) struct Refusals {
    metrics: Arc<Metrics>,
    periods: Mutex<HashMap<&'static str, Period>>,
}

/// The log lines for a cause.
struct Period {
    began: Instant,
    lines: u32,
    left_out: u64,
}

impl Refusals {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics, periods: Mutex::default() }
    }

    /// Counts a refused connection and logs it.
    pub(super) fn note(&self, cause: &Cause, address: SocketAddr) {
        let name = cause.name();
        self.metrics.refused(name);
        if cause.is_of_interest() && self.may_write(name, Instant::now()) {
            log::warn!("connection from {address} refused: {cause}");
        }
    }

    /// Logs how many lines were suppressed in periods that have ended.
    pub(super) fn tell_left_out(&self) {
        for (name, left_out) in self.over(Instant::now()) {
            log::warn!("{left_out} more connections refused for the same reason ({name})");
        }
    }

    fn may_write(&self, name: &'static str, now: Instant) -> bool {
        let mut periods = self.periods.lock().unwrap_or_else(PoisonError::into_inner);
        let period = periods.entry(name).or_insert(Period { began: now, lines: 0, left_out: 0 });
        if period.lines < LINES {
            period.lines += 1;
            return true;
        }
        period.left_out += 1;
        false
    }

    /// Ends periods; returns those in which lines were suppressed.
    fn over(&self, now: Instant) -> Vec<(&'static str, u64)> {
        let mut left_out = Vec::new();
        self.periods.lock().unwrap_or_else(PoisonError::into_inner).retain(|name, period| {
            let over = now.saturating_duration_since(period.began) >= PERIOD;
            if over && period.left_out > 0 {
                left_out.push((*name, period.left_out));
            }
            !over
        });
        left_out
    }
}

impl Cause {
    const fn name(&self) -> &'static str {
        match self {
            Self::Silent => "handshake_silent",
            Self::Displaced => "handshake_displaced",
            Self::Slow => "handshake_slow",
            Self::Failed(failure) => failure.name(),
            Self::Full => "connections",
        }
    }

    /// Load balancers' probes and clients that change their mind are not logged.
    const fn is_of_interest(&self) -> bool {
        !matches!(self, Self::Silent | Self::Failed(Failure::Connection))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent => f.write_str("the client said nothing"),
            Self::Displaced => f.write_str(
                "it made way for another, because its handshake was not going on and there was no place \
                 (limits.waiting, limits.waiting_by_address, limits.handshakes)",
            ),
            Self::Slow => f.write_str("its handshake took too long (limits.handshake_timeout_s)"),
            Self::Failed(failure) => failure.fmt(f),
            Self::Full => f.write_str("there are too many (limits.connections and its parts)"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn each_cause_has_a_few_lines_and_the_number_of_those_left_out() {
        let refusals = Refusals::new(Arc::new(Metrics::new().unwrap()));
        let now = Instant::now();
        let written = (0..35).filter(|_| refusals.may_write("one", now)).count();
        assert_eq!(written, 10);
        assert!(refusals.may_write("another", now));
        assert_eq!(refusals.over(now), []);
        assert_eq!(refusals.over(now + PERIOD), [("one", 25)]);
        assert!(refusals.may_write("one", now + PERIOD));
        assert_eq!(refusals.over(now + PERIOD * 2), []);
    }
}
