//! A call through a door, from its start until its trail is durable. [`Service::call`] and
//! [`Service::begin`] are the only ways to start one, so no door can forget hours, maintenance or
//! the trail.

use std::sync::{Mutex, PoisonError};

use super::throttle::Pass;
use super::unsettled::Unsettled;
use super::waiting::Waiting;
use super::{Action, Error, Service};
use crate::model::Door;
use crate::store::Ticket;

/// A call in progress.
pub struct Call<'s> {
    pub(super) service: &'s Service,
    door: Door,
    action: Action,
    waiting: Waiting,
    pass: Pass,
    trail: Mutex<Vec<Ticket>>,
}

impl Service {
    /// Makes a call on a thread that may block: starts it, refuses it while the service is closed,
    /// and returns the outcome once its trail is durable.
    ///
    /// # Errors
    /// Those of the body; [`Error::OutOfHours`] and [`Error::Maintenance`]; and errors of the store
    /// if the trail cannot be written.
    pub fn call<'s, T, E: From<Error>>(
        &'s self,
        door: Door,
        action: Action,
        body: impl FnOnce(&Call<'s>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin(door, action, true, &Pass::default(), body).settle_blocking()?
    }

    /// Makes a call on a thread that may serve others: `may_block` says whether it may wait for
    /// long (a password check, a change). If not, such work returns [`Error::MustBlock`]. Settle
    /// the trail before the reply is sent. The pass is the same when a call is made again because
    /// it had to wait.
    pub fn begin<'s, T, E: From<Error>>(
        &'s self,
        door: Door,
        action: Action,
        may_block: bool,
        pass: &Pass,
        body: impl FnOnce(&Call<'s>) -> Result<T, E>,
    ) -> Unsettled<Result<T, E>> {
        let (waiting, pass) = (Waiting::new(may_block), pass.clone());
        let call = Call { service: self, door, action, waiting, pass, trail: Mutex::default() };
        let outcome = match self.status().check_open(door, may_block) {
            Ok(()) => body(&call),
            Err(closed) => Err(closed.into()),
        };
        let trail = call.trail.into_inner().unwrap_or_else(PoisonError::into_inner);
        Unsettled::new(outcome, trail, call.waiting.into_turn())
    }
}

impl Call<'_> {
    /// The door it came through.
    pub(super) const fn door(&self) -> Door {
        self.door
    }

    /// What it does.
    pub(super) const fn action(&self) -> Action {
        self.action
    }

    /// Whether its thread may block, and if not, what to wait for.
    pub(super) const fn waiting(&self) -> &Waiting {
        &self.waiting
    }

    /// What it has been granted.
    pub(super) const fn pass(&self) -> &Pass {
        &self.pass
    }

    pub(super) fn may_block(&self) -> bool {
        self.waiting.may_block()
    }

    pub(super) fn must_be_able_to_block(&self) -> Result<(), Error> {
        self.waiting.must_be_able_to_block()
    }

    /// Withholds the call's outcome until the ticket's lines are durable.
    pub(super) fn keep(&self, ticket: Ticket) {
        self.trail.lock().unwrap_or_else(PoisonError::into_inner).push(ticket);
    }
}
