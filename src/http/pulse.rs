//! What others see of a connection, and by which they cut it: an idle client is shut out, or one
//! that is slow gives way to another.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;

/// No deadline: a call is in progress.
const BUSY: u64 = u64::MAX;

/// The view of a connection that others have, and can cut it by.
pub(super) struct Pulse {
    began: Instant,
    /// Milliseconds since the epoch of this clock at which an arriving client was last heard.
    heard: AtomicU64,
    /// Milliseconds since the same epoch by which the next request must have started.
    due: AtomicU64,
    cut: AtomicBool,
    task: AtomicWaker,
}

impl Pulse {
    pub(super) fn begin() -> Self {
        Self {
            began: Instant::now(),
            heard: AtomicU64::new(0),
            due: AtomicU64::new(BUSY),
            cut: AtomicBool::new(false),
            task: AtomicWaker::new(),
        }
    }

    /// Ends the connection: whatever it waits for fails.
    pub(super) fn cut(&self) {
        self.cut.store(true, Ordering::Release);
        self.task.wake();
    }

    pub(super) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }

    /// Waits until the connection is cut.
    pub(super) async fn until_cut(&self) {
        poll_fn(|cx| if self.poll_cut(cx).is_err() { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// A request has arrived.
    pub(super) fn busy(&self) {
        self.due.store(BUSY, Ordering::Relaxed);
    }

    /// The next request must start within this time.
    pub(super) fn expect_within(&self, time: Duration) {
        self.due.store(milliseconds(self.began.elapsed() + time), Ordering::Relaxed);
    }

    /// Whether the next request is overdue.
    pub(super) fn is_late(&self) -> bool {
        self.due.load(Ordering::Relaxed) < milliseconds(self.began.elapsed())
    }

    /// How long an arriving client has been silent.
    pub(super) fn silence(&self) -> Duration {
        self.began.elapsed().saturating_sub(Duration::from_millis(self.heard.load(Ordering::Relaxed)))
    }

    /// Its silence starts now.
    pub(super) fn heard(&self) {
        self.heard.store(milliseconds(self.began.elapsed()), Ordering::Relaxed);
    }

    pub(super) fn check(&self) -> io::Result<()> {
        if self.is_cut() { Err(ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }

    /// Checks after registering the waker, so that no cut is missed.
    pub(super) fn poll_cut(&self, cx: &Context<'_>) -> io::Result<()> {
        self.task.register(cx.waker());
        self.check()
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(BUSY)
}
