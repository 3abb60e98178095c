//! Closes connections that stall where the HTTP library does not look: in the head of a request after the first, and in reading an answer.
//! After each answer a connection has a time by which its next request must have come; a sweep once a second shuts those that are late.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::config::Limits;

const SWEEP: Duration = Duration::from_secs(1);

/// No time is set: a call is being answered.
const BUSY: u64 = u64::MAX;

/// All connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Stalls(Arc<Inner>);

struct Inner {
    epoch: Instant,
    patience: Duration,
    rate: u64,
    connections: Mutex<Vec<Weak<Pulse>>>,
}

/// One connection.
pub(super) struct Pulse {
    /// A second handle of the socket, to shut it with.
    socket: TcpStream,
    /// Milliseconds since the epoch by which the next request must have begun.
    due: AtomicU64,
}

impl Pulse {
    /// A request has come.
    pub(super) fn busy(&self) {
        self.due.store(BUSY, Ordering::Relaxed);
    }
}

impl Stalls {
    /// Starts the sweep, which ends when the last clone is gone.
    pub(super) fn watch(limits: &Limits) -> io::Result<Self> {
        let stalls = Self(Arc::new(Inner {
            epoch: Instant::now(),
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
            }
        };
        std::thread::Builder::new().name("lrs-stalls".to_owned()).spawn(sweep)?;
        Ok(stalls)
    }

    /// Looks after a new connection.
    pub(super) fn add(&self, socket: &impl AsFd) -> io::Result<Arc<Pulse>> {
        let handle: OwnedFd = socket.as_fd().try_clone_to_owned()?;
        let pulse = Arc::new(Pulse { socket: handle.into(), due: AtomicU64::new(BUSY) });
        self.answered(&pulse, 0);
        self.0.connections.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&pulse));
        Ok(pulse)
    }

    /// An answer of this length is on its way: the client has the time to read it at the least pace, to think, and to send the next head.
    pub(super) fn answered(&self, pulse: &Pulse, length: usize) {
        let reading =
            Duration::from_millis(u64::try_from(length).unwrap_or(u64::MAX).saturating_mul(1000) / self.0.rate);
        pulse.due.store(milliseconds(self.0.epoch.elapsed() + self.0.patience + reading), Ordering::Relaxed);
    }
}

impl Inner {
    fn sweep(&self) {
        let now = milliseconds(self.epoch.elapsed());
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.retain(|connection| {
            let Some(pulse) = connection.upgrade() else { return false };
            if pulse.due.load(Ordering::Relaxed) < now {
                // It may have ended in this moment.
                let _ = pulse.socket.shutdown(Shutdown::Both);
            }
            true
        });
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(BUSY)
}
