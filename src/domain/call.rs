//! One call through a door, from its opening to the moment its trail is durable. [`Service::call`] and
//! [`Service::begin`] are the only ways to open one, so no door can forget hours, maintenance or the trail.

use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

use super::{Action, Error, Service};
use crate::model::Door;
use crate::store::Ticket;

/// A call on its way through the domain.
pub struct Call<'s> {
    pub(super) service: &'s Service,
    door: Door,
    action: Action,
    waiting: Waiting,
    trail: Mutex<Vec<Ticket>>,
}

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

/// Whether a call's thread may wait, and what it may wait for otherwise.
pub(super) struct Waiting {
    may_block: bool,
    turn: Mutex<Option<Turn>>,
}

/// What a call that was answered with [`Error::Busy`] may wait for: whoever can wait without holding a thread may ask
/// again then.
#[derive(Debug)]
pub struct Turn(watch::Receiver<()>);

impl Service {
    /// Makes a call on a thread that may block: opens it, refuses it while the service is closed, and gives back what
    /// it came to once its trail is durable.
    ///
    /// # Errors
    /// Those of the body; [`Error::OutOfHours`] and [`Error::Maintenance`]; and what the store fails with where the
    /// trail cannot be kept.
    pub fn call<'s, T, E: From<Error>>(
        &'s self,
        door: Door,
        action: Action,
        body: impl FnOnce(&Call<'s>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin(door, action, true, body).settle_blocking()?
    }

    /// Makes a call on a thread that may have others to serve: `may_block` says whether it may wait for long (a password
    /// check, a change); where it may not, such work answers [`Error::MustBlock`]. The trail is settled by whoever
    /// answers.
    pub fn begin<'s, T, E: From<Error>>(
        &'s self,
        door: Door,
        action: Action,
        may_block: bool,
        body: impl FnOnce(&Call<'s>) -> Result<T, E>,
    ) -> Unsettled<Result<T, E>> {
        let call = Call { service: self, door, action, waiting: Waiting::new(may_block), trail: Mutex::default() };
        let outcome = match self.status().check_open(door) {
            Ok(()) => body(&call),
            Err(closed) => Err(closed.into()),
        };
        let Call { waiting, trail, .. } = call;
        Unsettled { outcome, trail: unlocked(trail), turn: unlocked(waiting.turn) }
    }
}

impl Call<'_> {
    /// The way by which it came in.
    pub(super) const fn door(&self) -> Door {
        self.door
    }

    /// What it does.
    pub(super) const fn action(&self) -> Action {
        self.action
    }

    /// Whether its thread may wait, and what it may wait for otherwise.
    pub(super) const fn waiting(&self) -> &Waiting {
        &self.waiting
    }

    pub(super) fn may_block(&self) -> bool {
        self.waiting.may_block
    }

    pub(super) fn must_be_able_to_block(&self) -> Result<(), Error> {
        self.waiting.must_be_able_to_block()
    }

    /// Holds the call's outcome back until the ticket's lines are durable.
    pub(super) fn keep(&self, ticket: Ticket) {
        self.trail.lock().unwrap_or_else(PoisonError::into_inner).push(ticket);
    }
}

impl<T> Unsettled<T> {
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

impl Waiting {
    pub(super) fn new(may_block: bool) -> Self {
        Self { may_block, turn: Mutex::default() }
    }

    pub(super) fn must_be_able_to_block(&self) -> Result<(), Error> {
        if self.may_block { Ok(()) } else { Err(Error::MustBlock) }
    }

    /// Offers a turn to a call that is about to be answered with [`Error::Busy`].
    pub(super) fn offer(&self, turn: Turn) {
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = Some(turn);
    }

    #[cfg(test)]
    pub(super) fn into_turn(self) -> Option<Turn> {
        unlocked(self.turn)
    }
}

impl Turn {
    /// The turn that comes with the next message.
    pub(super) fn after(next: watch::Receiver<()>) -> Self {
        Self(next)
    }

    /// Waits until it is worth asking again.
    pub async fn come(mut self) {
        // The sender lives as long as the service; without it there is nothing to wait for.
        let _ = self.0.changed().await;
    }
}

fn unlocked<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}
