//! How many connections stand, and how many may.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::config::Limits;

/// So many more may stand for as long as it takes to tell them that they are too many.
const TOLD: usize = 16;

/// Those that are taken.
pub(super) struct Places {
    limit: usize,
    taken: AtomicUsize,
}

/// One that is taken, until it is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    /// Whether its connection is one too many.
    pub(super) beyond: bool,
}

impl Places {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { limit: limits.connections, taken: AtomicUsize::new(0) }
    }

    /// A place for one more connection; none where even those to be told are too many.
    pub(super) fn take(self: &Arc<Self>) -> Option<Place> {
        let taken = self.taken.fetch_add(1, Ordering::Relaxed);
        // Gives the place back if it is dropped here.
        let place = Place { places: Arc::clone(self), beyond: taken >= self.limit };
        (taken < self.limit.saturating_add(TOLD)).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken.fetch_sub(1, Ordering::Relaxed);
    }
}
