//! The bell that tells the workers of this process that a job has come in, so that they need not ask all the time. Workers of other
//! processes ask every now and then.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Counts how often it rang.
#[derive(Default)]
pub(in crate::domain) struct Bell {
    rings: Mutex<u64>,
    rung: Condvar,
}

impl Bell {
    /// Wakes whoever waits.
    pub(in crate::domain) fn ring(&self) {
        *self.rings.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.rung.notify_all();
    }

    /// Waits until it rang since `heard`, or for as long as is said; gives the number of rings so far.
    pub(in crate::domain) fn wait(&self, heard: u64, at_most: Duration) -> u64 {
        let rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        let (rings, _) = self
            .rung
            .wait_timeout_while(rings, at_most, |rings| *rings == heard)
            .unwrap_or_else(PoisonError::into_inner);
        *rings
    }
}
