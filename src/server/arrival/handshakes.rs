//! How many TLS handshakes are in progress. Where no more may begin, one whose client has gone silent gives way.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::super::socket::Pulse;

/// A client may think for this long before its handshake gives way.
const SILENCE: Duration = Duration::from_secs(1);

/// How often one that waits looks for a handshake that can give way.
const GLANCE: Duration = Duration::from_millis(50);

/// Those in progress.
pub(super) struct Handshakes {
    places: Semaphore,
    begun: Mutex<Begun>,
}

#[derive(Default)]
struct Begun {
    next: u64,
    pulses: BTreeMap<u64, Arc<Pulse>>,
}

/// A handshake in progress, until it is dropped.
pub(super) struct InProgress<'h> {
    handshakes: &'h Handshakes,
    number: u64,
    _place: SemaphorePermit<'h>,
}

impl Handshakes {
    pub(super) fn new(places: usize) -> Self {
        Self { places: Semaphore::new(places.min(Semaphore::MAX_PERMITS)), begun: Mutex::default() }
    }

    /// Waits for a place, in the order in which clients come.
    ///
    /// # Errors
    /// The connection was cut meanwhile.
    pub(super) async fn begin(&self, pulse: &Arc<Pulse>) -> io::Result<InProgress<'_>> {
        let mut place = pin!(self.places.acquire());
        loop {
            match timeout(GLANCE, select(place.as_mut(), pin!(pulse.until_cut()))).await {
                Ok(Either::Left((place, _))) => return Ok(self.note(place.map_err(io::Error::other)?, pulse)),
                Ok(Either::Right(_)) => return Err(ErrorKind::ConnectionAborted.into()),
                Err(_) => self.displace(),
            }
        }
    }

    fn note<'h>(&'h self, place: SemaphorePermit<'h>, pulse: &Arc<Pulse>) -> InProgress<'h> {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let number = begun.next;
        begun.next += 1;
        begun.pulses.insert(number, Arc::clone(pulse));
        InProgress { handshakes: self, number, _place: place }
    }

    /// Cuts the handshake whose client has been silent the longest, if that is long enough.
    fn displace(&self) {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let silent = begun.pulses.iter().map(|(number, pulse)| (pulse.silence(), *number)).max();
        if let Some((silence, number)) = silent
            && silence > SILENCE
            && let Some(pulse) = begun.pulses.remove(&number)
        {
            pulse.cut();
        }
    }
}

impl Drop for InProgress<'_> {
    fn drop(&mut self) {
        let mut begun = self.handshakes.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.pulses.remove(&self.number);
    }
}
