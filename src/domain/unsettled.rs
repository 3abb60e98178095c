//! What a call came to, held back until its trail is durable: nothing is disclosed that the trail may forget.

use super::Error;
use super::waiting::Turn;
use crate::store::Ticket;

/// What a call came to. Nobody gets at it before every line of the call's trail is durable: nothing is disclosed that
/// the trail may forget.
#[must_use = "a call is answered once it is settled"]
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

    /// An answer that no call stands behind, and that discloses nothing: a request that could not be read.
    pub const fn without_call(outcome: T) -> Self {
        Self { outcome, trail: Vec::new(), turn: None }
    }

    /// Makes the reply of the outcome, which stays held back.
    pub fn map<U>(self, reply: impl FnOnce(T) -> U) -> Unsettled<U> {
        Unsettled { outcome: reply(self.outcome), trail: self.trail, turn: self.turn }
    }

    /// What the call may wait for, where it was answered with [`Error::Busy`] and waiting may help.
    pub fn take_turn(&mut self) -> Option<Turn> {
        self.turn.take()
    }

    /// The outcome, where the call has left no line to wait for.
    ///
    /// # Errors
    /// What must be settled first.
    pub fn settled(self) -> Result<T, Self> {
        if self.trail.is_empty() { Ok(self.outcome) } else { Err(self) }
    }

    /// Waits until every line of the call's trail is durable.
    ///
    /// # Errors
    /// What the store fails with. The outcome must not be told then, and is gone.
    pub async fn settle(self) -> Result<T, Error> {
        for ticket in self.trail {
            ticket.committed().await?;
        }
        Ok(self.outcome)
    }

    /// As [`Unsettled::settle`], on a thread that may block.
    ///
    /// # Errors
    /// What the store fails with.
    pub fn settle_blocking(self) -> Result<T, Error> {
        for ticket in self.trail {
            ticket.wait()?;
        }
        Ok(self.outcome)
    }
}

impl<T> Unsettled<Result<T, MustBlock>> {
    /// Tells a call that must run again from one that is over.
    ///
    /// # Errors
    /// [`MustBlock`]: such a call has done nothing, and left no trail.
    pub fn unless_blocked(self) -> Result<Unsettled<T>, MustBlock> {
        Ok(Unsettled { outcome: self.outcome?, trail: self.trail, turn: self.turn })
    }
}

impl<T> Unsettled<Option<T>> {
    /// Tells a call that has nothing to say from one that has.
    pub fn transpose(self) -> Option<Unsettled<T>> {
        self.outcome.map(|outcome| Unsettled { outcome, trail: self.trail, turn: self.turn })
    }
}
