//! The users of an organisation, as its super users and the service's operators manage them
//! (rules.md 7.3, 7.4). Another organisation's users are never seen, nor is what a user does there.

mod activity;
mod change;
mod invite;

use std::sync::Arc;

pub use activity::{Activity, ActivityPage};
pub use change::{Changed, UserDetails};
pub use invite::{Invited, NewUser};

use super::super::administration::{Administration, AdministrationError};
use super::super::caller::Party;
use super::super::{Action, Caller, Error, Role, Roles};
use super::{Accounts, second_factor};
use crate::model::{AuditEntry, Organisation, Timestamp, Ukprn};
use crate::store::accounts::{MembershipRow, StoredAccount, users};

/// Addresses that several people read (rules.md 7.4): what stands before the `@`.
const SHARED_MAILBOXES: &[&str] = &[
    "accounts",
    "admin",
    "admissions",
    "contact",
    "data",
    "enquiries",
    "enquiry",
    "exam",
    "examinations",
    "exams",
    "hello",
    "help",
    "helpdesk",
    "info",
    "mail",
    "mis",
    "office",
    "postmaster",
    "reception",
    "registry",
    "root",
    "school",
    "secretary",
    "staff",
    "support",
    "team",
];

/// The users of one organisation, on behalf of somebody who may manage them.
pub struct Users<'c> {
    accounts: Accounts<'c>,
    caller: &'c Caller<'c>,
    organisation: Arc<Organisation>,
}

/// A user of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The internal number of the account.
    pub account_id: i32,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub telephone: Option<String>,
    /// The organisation's own number for the user.
    pub staff_reference: Option<String>,
    /// How the user's identity was checked.
    pub identity_check: String,
    /// The roles in this organisation.
    pub roles: Roles,
    /// Whether the user can sign in, and if not, why.
    pub status: UserStatus,
    /// The last sign-in (UTC), or a later reinstatement; before the first one, the time of
    /// invitation.
    pub active_at: Timestamp,
}

/// Whether a user can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserStatus {
    /// The invitation was not followed, or the password was reset: a link leads on.
    Invited,
    /// Can sign in.
    Active,
    /// Wrong passwords or codes have locked the account.
    Locked,
    /// A super user or an operator has suspended the user in this organisation.
    Suspended,
    /// The account was not used for 180 days.
    Asleep,
}

impl User {
    /// Given and family name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }
}

impl<'s> Accounts<'s> {
    /// The users of an organisation, for its super users and the service's operators.
    ///
    /// # Errors
    /// [`Error::InsufficientAccess`] for anybody else, with an audit line;
    /// [`Error::UnknownOrganisation`]; errors of the store.
    pub fn users<'c>(&self, caller: &'c Caller<'c>, ukprn: Ukprn) -> Result<Users<'c>, Error>
    where
        's: 'c,
    {
        caller.call.must_be_able_to_block()?;
        let may_manage = match &caller.party {
            Party::Operator { .. } => true,
            Party::User { organisation, roles, .. } => organisation.ukprn == ukprn && roles.contains(Role::SuperUser),
            _ => false,
        };
        if !may_manage {
            return Err(caller.refuse());
        }
        let registry = self.0.registry(true)?;
        let organisation = registry.organisation(ukprn.as_str(), "").ok_or(Error::UnknownOrganisation)?;
        Ok(Users { accounts: *self, caller, organisation: Arc::clone(organisation) })
    }
}

impl Users<'_> {
    /// All users of the organisation, by family name ([`Action::ViewUsers`]).
    ///
    /// # Errors
    /// Errors of the store.
    pub fn all(&self) -> Result<Vec<User>, Error> {
        let id = self.organisation.id;
        let rows = self.accounts.0.inner.store.read(|store| users::of_organisation(store, id))?;
        self.caller.trail([None], super::outcome::DONE);
        Ok(rows.iter().map(|(account, membership)| self.user_of(account, membership)).collect())
    }

    /// One user of the organisation ([`Action::ViewUsers`]).
    ///
    /// # Errors
    /// Errors of the store.
    pub fn find(&self, account_id: i32) -> Result<Option<User>, Error> {
        let id = self.organisation.id;
        let row = self.accounts.0.inner.store.read(|store| users::user(store, id, account_id))?;
        let now = self.accounts.0.inner.clock.now();
        let entry = self.entry(Action::ViewUsers, now, account_id, super::outcome::DONE);
        self.caller.call.keep(self.accounts.0.inner.store.record(vec![entry]));
        Ok(row.map(|(account, membership)| self.user_of(&account, &membership)))
    }

    fn user_of(&self, account: &StoredAccount, membership: &MembershipRow) -> User {
        let now = self.accounts.0.inner.clock.now();
        let status = if membership.suspended {
            UserStatus::Suspended
        } else if account.locked_at.is_some() {
            UserStatus::Locked
        } else if account.password_hash.is_none() {
            UserStatus::Invited
        } else if second_factor::is_asleep(account, now) {
            UserStatus::Asleep
        } else {
            UserStatus::Active
        };
        User {
            account_id: account.id,
            given_name: account.given_name.clone(),
            family_name: account.family_name.clone(),
            email: account.email.clone(),
            telephone: account.telephone.clone(),
            staff_reference: membership.staff_reference.clone(),
            identity_check: membership.identity_check.clone(),
            roles: super::session::roles_of(membership),
            status,
            active_at: account.active_at,
        }
    }

    /// Whether these roles may be given in this organisation, by this caller: those of learner
    /// registration bodies and awarding organisations where it is one, and the service desk's by
    /// operators alone.
    pub fn may_give(&self, roles: Roles) -> bool {
        !roles.is_empty()
            && roles.iter().all(|role| match role {
                Role::SuperUser => true,
                Role::Online | Role::Batch | Role::ViewOnly => self.organisation.learner_registration_body,
                Role::AwardingOrganisation => self.organisation.awarding_organisation,
                Role::ServiceDesk => self.may_give_desk(),
            })
    }

    /// Whether the caller gives and takes the service desk's role: operators alone do.
    const fn may_give_desk(&self) -> bool {
        matches!(self.caller.party, Party::Operator { .. })
    }

    /// An audit line about a user.
    fn entry(&self, action: Action, at: Timestamp, account_id: i32, outcome: &str) -> AuditEntry {
        let mut entry = self.caller.party.line(self.caller.call.door(), action, at, None, outcome);
        entry.about_account_id = Some(account_id);
        // What an operator does to a user is the organisation's, too.
        entry.organisation_id = entry.organisation_id.or(Some(self.organisation.id));
        entry
    }
}

/// Whether several people read what is sent to this address.
fn is_shared_mailbox(local: &str) -> bool {
    SHARED_MAILBOXES.contains(&&*local.to_ascii_lowercase())
}

impl Administration<'_> {
    /// Manages the users of an organisation as an operator, as one call.
    ///
    /// # Errors
    /// [`AdministrationError::UnknownOrganisation`]; errors of the act and of the store.
    pub fn with_users<T>(
        &self,
        action: Action,
        ukprn: Ukprn,
        act: impl FnOnce(&Users<'_>) -> Result<T, Error>,
    ) -> Result<T, AdministrationError> {
        self.organisation(ukprn)?;
        Ok(self.call(action, |operator| act(&self.service.accounts().users(operator, ukprn)?))?)
    }
}
