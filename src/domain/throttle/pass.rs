//! What a call has been granted. It lasts while the same request is asked again, so that a call
//! that had to wait is not counted twice.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::{HeldBack, Limit, Slot};

/// What a call has been granted. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Pass(Arc<Granted>);

#[derive(Debug, Default)]
struct Granted {
    paid: AtomicBool,
    slot: Mutex<Option<Slot>>,
}

impl Pass {
    /// Ends the call's work for now: others may take its place.
    pub fn rest(&self) {
        drop(self.0.slot.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    pub(in crate::domain) fn is_paid(&self) -> bool {
        self.0.paid.load(Ordering::Relaxed)
    }

    pub(in crate::domain) fn pay(&self) {
        self.0.paid.store(true, Ordering::Relaxed);
    }

    pub(in crate::domain) fn has_slot(&self) -> bool {
        self.0.slot.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    pub(in crate::domain) fn keep(&self, slot: Slot) {
        *self.0.slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(slot);
    }
}

/// A call in the queue for a slot. It is refused if this is dropped first.
#[derive(Debug)]
pub(in crate::domain) struct Queued {
    pub(in crate::domain) slot: oneshot::Receiver<Slot>,
    pub(in crate::domain) pass: Pass,
    pub(in crate::domain) organisation_id: i32,
    pub(in crate::domain) limit: Limit,
    pub(in crate::domain) held: Arc<HeldBack>,
}

impl Queued {
    /// Waits for the slot, which the call then has.
    pub(in crate::domain) async fn come(mut self) {
        if let Ok(slot) = (&mut self.slot).await {
            self.pass.keep(slot);
        }
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        if !self.pass.has_slot() {
            self.held.refused_after_wait(self.organisation_id, self.limit);
        }
    }
}
