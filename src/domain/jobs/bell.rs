//! Wakes this process's workers when a job is submitted, so that they need not poll often. Workers
//! in other processes poll.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Counts the rings.
#[derive(Default)]
pub(in crate::domain) struct Bell {
    rings: Mutex<u64>,
    rung: Condvar,
}

impl Bell {
    /// Wakes all who wait.
    pub(in crate::domain) fn ring(&self) {
        *self.rings.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.rung.notify_all();
    }

    /// Waits until it has rung since `heard`, at most this long; returns the number of rings so
    /// far.
    pub(in crate::domain) fn wait(&self, heard: u64, at_most: Duration) -> u64 {
        let rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        let (rings, _) = self
            .rung
            .wait_timeout_while(rings, at_most, |rings| *rings == heard)
            .unwrap_or_else(PoisonError::into_inner);
        *rings
    }
}
