//! Limits the number of TLS handshakes in progress. At the limit, those whose clients have gone
//! silent make way.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::super::pulse::Pulse;

/// How long a client may be silent before its handshake makes way.
const SILENCE: Duration = Duration::from_secs(1);

/// How often waiting connections look for handshakes to displace: one look for all of them
/// together.
const GLANCE: Duration = Duration::from_millis(50);

/// The handshakes in progress.
pub(super) struct Handshakes {
    most: usize,
    places: Semaphore,
    begun: Mutex<Begun>,
}

#[derive(Default)]
struct Begun {
    next: u64,
    pulses: BTreeMap<u64, Arc<Pulse>>,
    /// The number of connections waiting for a slot.
    waiting: usize,
    looked: Option<Instant>,
}

/// A connection waiting for a slot, until it is dropped.
struct Waiting<'h>(&'h Handshakes);

/// A handshake in progress, until it is dropped.
pub(super) struct InProgress<'h> {
    handshakes: &'h Handshakes,
    number: u64,
    _place: SemaphorePermit<'h>,
}

impl Handshakes {
    pub(super) fn new(places: usize) -> Self {
        let most = places.min(Semaphore::MAX_PERMITS);
        Self { most, places: Semaphore::new(most), begun: Mutex::default() }
    }

    /// Waits for a slot, first come, first served.
    ///
    /// # Errors
    /// When the connection was cut meanwhile.
    pub(super) async fn begin(&self, pulse: &Arc<Pulse>) -> io::Result<InProgress<'_>> {
        let _waiting = Waiting::of(self);
        let mut place = pin!(self.places.acquire());
        loop {
            match timeout(GLANCE, select(place.as_mut(), pin!(pulse.until_cut()))).await {
                Ok(Either::Left((place, _))) => return Ok(self.note(place.map_err(io::Error::other)?, pulse)),
                Ok(Either::Right(_)) => return Err(ErrorKind::ConnectionAborted.into()),
                Err(_) => self.displace(Instant::now()),
            }
        }
    }

    fn note<'h>(&'h self, place: SemaphorePermit<'h>, pulse: &Arc<Pulse>) -> InProgress<'h> {
        // Until now the client waited for us; from now on we wait for it.
        pulse.heard();
        let mut begun = self.begun();
        let number = begun.next;
        begun.next += 1;
        begun.pulses.insert(number, Arc::clone(pulse));
        InProgress { handshakes: self, number, _place: place }
    }

    /// Cuts handshakes in favour of those who wait: the longest silent first, if they have been
    /// silent long enough.
    fn displace(&self, now: Instant) {
        let mut begun = self.begun();
        if begun.looked.is_some_and(|looked| now.saturating_duration_since(looked) < GLANCE) {
            return;
        }
        begun.looked = Some(now);
        let coming_free = self.most.saturating_sub(begun.pulses.len());
        let wanted = begun.waiting.saturating_sub(coming_free);
        let silence = begun.pulses.iter().map(|(number, pulse)| (pulse.silence(), *number));
        let mut silent: Vec<(Duration, u64)> = silence.filter(|(silence, _)| *silence > SILENCE).collect();
        silent.sort_unstable_by(|one, other| other.cmp(one));
        for (_, number) in silent.into_iter().take(wanted) {
            if let Some(pulse) = begun.pulses.remove(&number) {
                pulse.cut();
            }
        }
    }

    fn begun(&self) -> MutexGuard<'_, Begun> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InProgress<'_> {
    fn drop(&mut self) {
        self.handshakes.begun().pulses.remove(&self.number);
    }
}

impl<'h> Waiting<'h> {
    fn of(handshakes: &'h Handshakes) -> Self {
        handshakes.begun().waiting += 1;
        Self(handshakes)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut begun = self.0.begun();
        begun.waiting = begun.waiting.saturating_sub(1);
    }
}
