//! Whether a call may wait where it runs, and what it may wait for where it may not.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::Error;
use super::throttle::Queued;

/// Whether a call's thread may block, and if not, what to wait for.
pub(super) struct Waiting {
    may_block: bool,
    turn: Mutex<Option<Turn>>,
}

/// What a call refused with [`Error::Busy`] may wait for, if it can do so without blocking a
/// thread.
#[derive(Debug)]
pub struct Turn(Next);

#[derive(Debug)]
enum Next {
    Message(watch::Receiver<()>),
    Time(Instant),
    Slot(Queued),
    Never,
}

impl Waiting {
    pub(super) fn new(may_block: bool) -> Self {
        Self { may_block, turn: Mutex::default() }
    }

    pub(super) fn must_be_able_to_block(&self) -> Result<(), Error> {
        if self.may_block { Ok(()) } else { Err(Error::MustBlock) }
    }

    /// Offers a turn to a call that is about to fail with [`Error::Busy`].
    pub(super) fn offer(&self, turn: Turn) {
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = Some(turn);
    }

    /// The turn that was offered, if any.
    pub(super) fn into_turn(self) -> Option<Turn> {
        self.turn.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) const fn may_block(&self) -> bool {
        self.may_block
    }
}

impl Turn {
    /// The turn that comes with the next message.
    pub(super) fn after(next: watch::Receiver<()>) -> Self {
        Self(Next::Message(next))
    }

    /// The turn that comes when this time has passed.
    pub(super) fn in_time(wait: Duration) -> Self {
        Self(Next::Time(Instant::now() + wait))
    }

    /// The turn that comes with a slot.
    pub(super) const fn for_slot(queued: Queued) -> Self {
        Self(Next::Slot(queued))
    }

    /// The turn of a call that is refused, however long it waits.
    pub(super) const fn never() -> Self {
        Self(Next::Never)
    }

    /// Waits until a retry is worthwhile.
    pub async fn come(self) {
        match self.0 {
            Next::Message(mut next) => {
                // The sender lives as long as the service; if it is gone, there is nothing to wait
                // for.
                let _ = next.changed().await;
            }
            Next::Time(time) => tokio::time::sleep_until(time).await,
            Next::Slot(queued) => queued.come().await,
            Next::Never => std::future::pending().await,
        }
    }
}
