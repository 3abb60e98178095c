//! The caller, whatever the door, and what they may do: what their organisation may, restricted to
//! what their roles may.

use std::fmt;
use std::sync::Arc;

use super::roles::{Role, Roles};
use super::{Action, Call, Error, codes};
use crate::model::{AuditEntry, Fingerprint, Organisation, Permission, Timestamp, Uln};
use crate::store::Record;

/// A caller who has proved their identity, for one call. Created by
/// [`Organisations::authenticate`](super::Organisations) and [`Call::operator`].
pub struct Caller<'c> {
    pub(super) call: &'c Call<'c>,
    pub(super) party: Party<'c>,
}

/// Everybody who can appear in the trail.
#[derive(Clone)]
pub(super) enum Party<'c> {
    /// An organisation's program, identified by its certificate and the organisation's password.
    /// The user is an unauthenticated label.
    Program { organisation: Arc<Organisation>, certificate: Fingerprint, user_name: &'c str },
    /// A signed-in user of an organisation.
    User { organisation: Arc<Organisation>, account: Account<'c>, roles: Roles },
    /// An operator of the service.
    Operator { user_name: &'c str },
    /// A worker, on behalf of the submitter of a job.
    Worker { organisation: Arc<Organisation>, certificate: Option<Fingerprint>, user_name: &'c str },
    /// A client that claims to be an organisation, but was not identified: not a caller.
    Stranger { claimed: &'c str, certificate: Fingerprint, user_name: &'c str },
    /// The holder of an account outside any organisation: while signing in, or choosing one.
    Holder { account: Account<'c> },
    /// Somebody at the portal's door of whom no account is known. What they typed is not recorded:
    /// people type passwords into the wrong field.
    Visitor,
}

/// Whose guesses are counted together: those of one certificate or account for one organisation.
/// What one of them does must not affect others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pair {
    pub(super) organisation_id: i32,
    key: Key,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Certificate(Fingerprint),
    Account(i32),
}

/// The account of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account<'c> {
    /// The internal number.
    pub id: i32,
    /// The name for the audit trail.
    pub name: &'c str,
}

impl<'c> Call<'c> {
    /// The operator, who signs in on the service's own machine.
    pub fn operator<'o>(&'o self, user_name: &'o str) -> Caller<'o> {
        Caller { call: self, party: Party::Operator { user_name } }
    }
}

impl Caller<'_> {
    /// The organisation that calls, or on whose behalf somebody does.
    ///
    /// # Errors
    /// [`Error::InsufficientAccess`] for an operator, who acts for none.
    pub fn organisation(&self) -> Result<&Arc<Organisation>, Error> {
        match &self.party {
            Party::Program { organisation, .. }
            | Party::User { organisation, .. }
            | Party::Worker { organisation, .. } => Ok(organisation),
            Party::Operator { .. } | Party::Stranger { .. } | Party::Holder { .. } | Party::Visitor => {
                Err(Error::InsufficientAccess)
            }
        }
    }

    /// Whether the caller has the permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.party.may(permission)
    }

    /// Refuses a caller without the permission, with an audit line.
    pub(super) fn require(&self, permission: Permission) -> Result<(), Error> {
        if self.may(permission) { Ok(()) } else { Err(self.refuse()) }
    }

    /// Like [`Caller::require`], for what a batch does: the organisation needs each of these
    /// permissions, a user's roles only the one for batches.
    pub(super) fn require_in_batch(&self, permissions: &[Permission]) -> Result<(), Error> {
        self.require(Permission::SubmitBatches)?;
        let organisation = self.organisation()?;
        if permissions.iter().all(|permission| organisation.permissions.contains(*permission)) {
            Ok(())
        } else {
            Err(self.refuse())
        }
    }

    /// Refuses everybody but the service's operators and its service desk, with an audit line.
    pub(super) fn require_desk(&self) -> Result<(), Error> {
        if self.is_service_desk() { Ok(()) } else { Err(self.refuse()) }
    }

    /// Whether the caller works for the service desk. Operators may do all that it may.
    pub fn is_service_desk(&self) -> bool {
        match &self.party {
            Party::User { roles, .. } => roles.contains(Role::ServiceDesk),
            Party::Operator { .. } => true,
            Party::Program { .. }
            | Party::Worker { .. }
            | Party::Stranger { .. }
            | Party::Holder { .. }
            | Party::Visitor => false,
        }
    }

    /// The account of a signed-in user.
    pub(super) const fn account(&self) -> Option<Account<'_>> {
        self.party.account()
    }

    /// Refuses an identified caller, with an audit line.
    pub(super) fn refuse(&self) -> Error {
        self.trail([None], codes::INSUFFICIENT_ACCESS);
        Error::InsufficientAccess
    }

    /// Whose guesses are counted together; `None` for operators, whose guesses are not counted.
    pub(super) fn pair(&self) -> Option<Pair> {
        match &self.party {
            Party::Program { organisation, certificate, .. } => {
                Some(Pair::of_certificate(organisation.id, *certificate))
            }
            Party::User { organisation, account, .. } => Some(Pair::of_account(organisation.id, account.id)),
            Party::Operator { .. }
            | Party::Worker { .. }
            | Party::Stranger { .. }
            | Party::Holder { .. }
            | Party::Visitor => None,
        }
    }

    /// The user's name, authenticated or not.
    pub(super) const fn user_name(&self) -> &str {
        self.party.user_name()
    }

    /// The certificate of a program.
    pub(super) const fn certificate(&self) -> Option<Fingerprint> {
        self.party.certificate()
    }

    /// The audit line for what this call did.
    pub(super) fn entry(&self, at: Timestamp, uln: Option<Uln>, outcome: &str) -> AuditEntry {
        self.party.line(self.call.door(), self.call.action(), at, uln, outcome)
    }

    /// The audit line for an action that is part of what this call did.
    pub(super) fn entry_of(&self, action: Action, at: Timestamp, uln: Option<Uln>, outcome: &str) -> AuditEntry {
        self.party.line(self.call.door(), action, at, uln, outcome)
    }

    /// Queues audit lines for what the call did, and about whom. The outcome is withheld until they
    /// are durable.
    pub(super) fn trail(&self, ulns: impl IntoIterator<Item = Option<Uln>>, outcome: &str) {
        let now = self.call.service.inner.clock.now();
        let entries = ulns.into_iter().map(|uln| self.entry(now, uln, outcome)).collect();
        self.record(Record { entries, ..Record::default() });
    }

    /// Like [`Caller::trail`], with other things to store.
    pub(super) fn record(&self, record: Record) {
        self.call.keep(self.call.service.inner.store.add(record));
    }
}

impl Party<'_> {
    /// The organisation's permissions, restricted to those of a user's roles. Operators may do
    /// everything.
    fn may(&self, permission: Permission) -> bool {
        match self {
            Party::Program { organisation, .. } | Party::Worker { organisation, .. } => {
                organisation.permissions.contains(permission)
            }
            Party::User { organisation, roles, .. } => {
                organisation.permissions.contains(permission) && roles.permissions().contains(permission)
            }
            Party::Operator { .. } => true,
            Party::Stranger { .. } | Party::Holder { .. } | Party::Visitor => false,
        }
    }

    pub(super) const fn user_name(&self) -> &str {
        match self {
            Party::Program { user_name, .. }
            | Party::Operator { user_name }
            | Party::Worker { user_name, .. }
            | Party::Stranger { user_name, .. } => user_name,
            Party::User { account, .. } | Party::Holder { account } => account.name,
            Party::Visitor => "",
        }
    }

    pub(super) const fn account(&self) -> Option<Account<'_>> {
        match self {
            Party::User { account, .. } | Party::Holder { account } => Some(*account),
            Party::Program { .. }
            | Party::Operator { .. }
            | Party::Worker { .. }
            | Party::Stranger { .. }
            | Party::Visitor => None,
        }
    }

    pub(super) const fn certificate(&self) -> Option<Fingerprint> {
        match self {
            Party::Program { certificate, .. } | Party::Stranger { certificate, .. } => Some(*certificate),
            Party::Worker { certificate, .. } => *certificate,
            Party::User { .. } | Party::Operator { .. } | Party::Holder { .. } | Party::Visitor => None,
        }
    }
}

impl Pair {
    pub(super) const fn of_certificate(organisation_id: i32, certificate: Fingerprint) -> Self {
        Self { organisation_id, key: Key::Certificate(certificate) }
    }

    const fn of_account(organisation_id: i32, account: i32) -> Self {
        Self { organisation_id, key: Key::Account(account) }
    }
}

/// As the log shows it, in addition to the organisation.
impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key {
            Key::Certificate(fingerprint) => write!(f, "certificate {fingerprint}"),
            Key::Account(id) => write!(f, "account {id}"),
        }
    }
}
