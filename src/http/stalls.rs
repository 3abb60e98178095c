//! Closes connections that stall where the HTTP library sets no limit: in the head of a request
//! after the first, and while a client reads a response. After each response a connection has a
//! deadline for its next request; a sweep once a second cuts those that miss it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use super::pulse::Pulse;
use super::refusals::Refusals;
use crate::config::Limits;

const SWEEP: Duration = Duration::from_secs(1);

/// All connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Stalls(Arc<Inner>);

struct Inner {
    patience: Duration,
    rate: u64,
    connections: Mutex<Vec<Weak<Pulse>>>,
}

impl Stalls {
    /// Starts the sweep, which also logs suppressed refusals, and ends with the last clone.
    pub(super) fn watch(limits: &Limits, refusals: Arc<Refusals>) -> io::Result<Self> {
        let stalls = Self(Arc::new(Inner {
            patience: limits.idle + limits.header_timeout,
            rate: limits.minimum_rate.max(1),
            connections: Mutex::default(),
        }));
        let inner = Arc::downgrade(&stalls.0);
        let sweep = move || {
            loop {
                std::thread::sleep(SWEEP);
                let Some(inner) = inner.upgrade() else { return };
                inner.sweep();
                refusals.tell_left_out();
            }
        };
        std::thread::Builder::new().name("lrs-stalls".to_owned()).spawn(sweep)?;
        Ok(stalls)
    }

    /// Watches a new connection.
    pub(super) fn add(&self, pulse: &Arc<Pulse>) {
        self.answered(pulse, 0);
        self.0.connections.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(pulse));
    }

    /// A response of this length is being sent: the client has time to read it at the minimum pace,
    /// to think, and to send the next head.
    pub(super) fn answered(&self, pulse: &Pulse, length: usize) {
        let reading =
            Duration::from_millis(u64::try_from(length).unwrap_or(u64::MAX).saturating_mul(1000) / self.0.rate);
        pulse.expect_within(self.0.patience + reading);
    }
}

impl Inner {
    fn sweep(&self) {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.retain(|connection| {
            let Some(pulse) = connection.upgrade() else { return false };
            if pulse.is_late() {
                pulse.cut();
            }
            true
        });
    }
}
