//! One call through a door: who calls, what may be done on its thread, and the trail that must be durable before the reply leaves.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::Error;
use crate::model::{AuditEntry, Door, Fingerprint, Organisation, Permission, Timestamp, Uln};
use crate::store::Ticket;

/// A request on its way through the domain. Settle it before the reply leaves.
pub struct Call {
    door: Door,
    operation: &'static str,
    may_block: bool,
    trail: Mutex<Vec<Ticket>>,
    turn: Mutex<Option<Turn>>,
}

/// What a call that was answered with [`Error::Busy`] may wait for: whoever can wait without holding a thread may ask again then.
#[derive(Debug)]
pub struct Turn(watch::Receiver<()>);

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

impl Call {
    /// A call of an operation. `may_block` says whether its thread may wait for long (a password check, a change); where it may not, such
    /// work answers [`Error::MustBlock`].
    pub fn new(door: Door, operation: &'static str, may_block: bool) -> Self {
        Self { door, operation, may_block, trail: Mutex::new(Vec::new()), turn: Mutex::new(None) }
    }

    /// Name of the operation.
    pub const fn operation(&self) -> &'static str {
        self.operation
    }

    /// The way by which it came in.
    pub(super) const fn door(&self) -> Door {
        self.door
    }

    /// Whether the call has left lines that must be durable before the reply leaves.
    pub fn has_trail(&self) -> bool {
        !self.trail.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// What the call may wait for, where it was answered with [`Error::Busy`] and waiting may help.
    pub fn take_turn(&self) -> Option<Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn offer(&self, turn: Turn) {
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = Some(turn);
    }

    /// Waits until every line of the call's trail is durable: nothing is disclosed that the trail may forget.
    pub async fn settle(self) -> Result<(), Error> {
        for ticket in self.into_trail() {
            ticket.committed().await?;
        }
        Ok(())
    }

    /// As [`Call::settle`], for a thread that may block.
    pub fn settle_blocking(self) -> Result<(), Error> {
        for ticket in self.into_trail() {
            ticket.wait()?;
        }
        Ok(())
    }

    fn into_trail(self) -> Vec<Ticket> {
        self.trail.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn keep(&self, ticket: Ticket) {
        self.trail.lock().unwrap_or_else(PoisonError::into_inner).push(ticket);
    }

    pub(super) fn must_be_able_to_block(&self) -> Result<(), Error> {
        if self.may_block { Ok(()) } else { Err(Error::MustBlock) }
    }
}

/// An organisation and the certificate that calls for it. What one certificate does costs no other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pair {
    pub(super) organisation_id: i32,
    pub(super) certificate: Fingerprint,
}

/// An organisation that has proved who it is, for one call.
pub struct Caller<'c> {
    pub(super) call: &'c Call,
    pub(super) organisation: Arc<Organisation>,
    pub(super) user_name: &'c str,
    pub(super) certificate: Fingerprint,
}

impl Caller<'_> {
    /// The organisation.
    pub fn organisation(&self) -> &Organisation {
        &self.organisation
    }

    /// Whose misses are counted together.
    pub(super) fn pair(&self) -> Pair {
        Pair { organisation_id: self.organisation.id, certificate: self.certificate }
    }

    pub(super) fn require(&self, permission: Permission) -> Result<(), Error> {
        if self.organisation.permissions.contains(permission) { Ok(()) } else { Err(Error::InsufficientAccess) }
    }

    /// The line of the trail that says what this call did.
    pub(super) fn entry(&self, at: Timestamp, uln: Option<Uln>, outcome: &str) -> AuditEntry {
        AuditEntry {
            at,
            organisation_id: Some(self.organisation.id),
            organisation_ref: self.organisation.ukprn.as_str().to_owned(),
            organisation_name: self.organisation.name.clone(),
            user_name: self.user_name.to_owned(),
            certificate: Some(self.certificate),
            door: self.call.door,
            action: self.call.operation.to_owned(),
            uln,
            outcome: outcome.to_owned(),
            record_shown: false,
        }
    }
}
