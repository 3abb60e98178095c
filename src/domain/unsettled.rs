//! The outcome of a call, withheld until its audit lines are durable.

use super::Error;
use super::waiting::Turn;
use crate::store::Ticket;

/// The outcome of a call. It cannot be accessed before all audit lines of the call are durable, so
/// that nothing is disclosed without a trace.
#[must_use = "settle the call to read its outcome"]
pub struct Unsettled<T> {
    outcome: T,
    trail: Vec<Ticket>,
    turn: Option<Turn>,
}

/// The call needs a thread that may block. Nothing has been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MustBlock;

impl<T> Unsettled<T> {
    pub(super) const fn new(outcome: T, trail: Vec<Ticket>, turn: Option<Turn>) -> Self {
        Self { outcome, trail, turn }
    }

    /// An outcome without a call, which discloses nothing: for a request that could not be read.
    pub const fn without_call(outcome: T) -> Self {
        Self { outcome, trail: Vec::new(), turn: None }
    }

    /// Converts the outcome to a reply, which is still withheld.
    pub fn map<U>(self, reply: impl FnOnce(T) -> U) -> Unsettled<U> {
        Unsettled { outcome: reply(self.outcome), trail: self.trail, turn: self.turn }
    }

    /// What the call may wait for after [`Error::Busy`], if waiting may help.
    pub fn take_turn(&mut self) -> Option<Turn> {
        self.turn.take()
    }

    /// The outcome, if the call left no line to wait for.
    ///
    /// # Errors
    /// What must be settled first.
    pub fn settled(self) -> Result<T, Self> {
        if self.trail.is_empty() { Ok(self.outcome) } else { Err(self) }
    }

    /// Waits until all audit lines of the call are durable.
    ///
    /// # Errors
    /// Errors of the store. The outcome is then lost and must not be disclosed.
    pub async fn settle(self) -> Result<T, Error> {
        for ticket in self.trail {
            ticket.committed().await?;
        }
        Ok(self.outcome)
    }

    /// Like [`Unsettled::settle`], on a thread that may block.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn settle_blocking(self) -> Result<T, Error> {
        for ticket in self.trail {
            ticket.wait()?;
        }
        Ok(self.outcome)
    }
}

impl<T> Unsettled<Result<T, MustBlock>> {
    /// Distinguishes a call that must run again from a complete one.
    ///
    /// # Errors
    /// [`MustBlock`]: the call has done nothing and left no trail.
    pub fn unless_blocked(self) -> Result<Unsettled<T>, MustBlock> {
        Ok(Unsettled { outcome: self.outcome?, trail: self.trail, turn: self.turn })
    }
}

impl<T> Unsettled<Option<T>> {
    /// Distinguishes a call without an outcome from one with.
    pub fn transpose(self) -> Option<Unsettled<T>> {
        self.outcome.map(|outcome| Unsettled { outcome, trail: self.trail, turn: self.turn })
    }
}
