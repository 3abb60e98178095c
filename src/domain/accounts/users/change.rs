//! Changes of a user: roles, details, suspension, removal, resets. Each ends the user's sessions
//! where it changes what they may do. The last super user who can sign in stays.

use super::super::super::outbox::tell;
use super::super::super::{Action, Error, Role, Roles};
use super::super::link::{self, Purpose};
use super::super::token::Token;
use super::super::{outcome, session};
use super::{Users, is_shared_mailbox};
use crate::model::{MessageKind, Timestamp};
use crate::store::accounts::{self, MembershipRow, StoredAccount, links, sessions, users};
use crate::store::{StoreError, Transaction, audit, lock};

/// The namespace of the locks under which changes of an organisation's super users take turns.
const SUPER_USERS_LOCK: i64 = 0x5355_5045_0000_0000;

/// What came of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It is made.
    Done,
    /// The organisation has no such user.
    Unknown,
    /// No other super user of the organisation could sign in then.
    LastSuperUser,
    /// These roles may not be given here.
    RolesNotAllowed,
    /// Several people read this address, so it cannot be a super user's.
    SharedMailbox,
    /// The account belongs to other organisations, too: only its holder changes the name.
    SharedAccount,
}

/// The details of a user that can be changed.
pub struct UserDetails<'a> {
    /// Given name.
    pub given_name: &'a str,
    /// Family name.
    pub family_name: &'a str,
    /// Telephone number.
    pub telephone: Option<&'a str>,
    /// The organisation's own number for the user.
    pub staff_reference: Option<&'a str>,
}

impl Users<'_> {
    /// Sets the roles of a user ([`Action::SetUserRoles`]). The user's sessions end. The service
    /// desk's role stays as it is where the caller may not give it.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn set_roles(&self, account_id: i32, roles: Roles) -> Result<Changed, Error> {
        if !self.may_give(roles) {
            return Ok(Changed::RolesNotAllowed);
        }
        let (is_super, may_give_desk) = (roles.contains(Role::SuperUser), self.may_give_desk());
        self.change(Action::SetUserRoles, account_id, !is_super, move |store, user| {
            let local = user.account.email.split('@').next().unwrap_or_default();
            if is_super && is_shared_mailbox(local) {
                return Ok(Changed::SharedMailbox);
            }
            let is_kept = !may_give_desk && user.roles.contains(Role::ServiceDesk);
            let kept = is_kept.then_some(Role::ServiceDesk);
            let text = roles.iter().chain(kept).collect::<Roles>().to_string();
            users::set_roles(store, user.organisation_id, user.account.id, &text)?;
            sessions::end_all(store, user.account.id)?;
            Ok(Changed::Done)
        })
    }

    /// Sets the details of a user ([`Action::UpdateUser`]).
    ///
    /// # Errors
    /// Errors of the store.
    pub fn update(&self, account_id: i32, details: &UserDetails<'_>) -> Result<Changed, Error> {
        let (given_name, family_name) = (details.given_name.to_owned(), details.family_name.to_owned());
        let telephone = details.telephone.map(str::to_owned);
        let staff_reference = details.staff_reference.map(str::to_owned);
        self.change(Action::UpdateUser, account_id, false, move |store, user| {
            let is_renamed = user.account.given_name != given_name || user.account.family_name != family_name;
            if is_renamed && accounts::memberships_of(store, user.account.id)?.len() > 1 {
                return Ok(Changed::SharedAccount);
            }
            users::set_details(store, user.account.id, &given_name, &family_name, telephone.as_deref())?;
            let (organisation, account) = (user.organisation_id, user.account.id);
            users::set_staff_reference(store, organisation, account, staff_reference.as_deref())?;
            Ok(Changed::Done)
        })
    }

    /// Denies a user access for this organisation ([`Action::SuspendUser`]). The user's sessions
    /// end.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn suspend(&self, account_id: i32) -> Result<Changed, Error> {
        self.change(Action::SuspendUser, account_id, true, |store, user| {
            users::set_suspended(store, user.organisation_id, user.account.id, true)?;
            sessions::end_all(store, user.account.id)?;
            Ok(Changed::Done)
        })
    }

    /// Gives a user access again who was suspended, or has not signed in for 180 days
    /// ([`Action::ReinstateUser`]).
    ///
    /// # Errors
    /// Errors of the store.
    pub fn reinstate(&self, account_id: i32) -> Result<Changed, Error> {
        self.change(Action::ReinstateUser, account_id, false, |store, user| {
            users::set_suspended(store, user.organisation_id, user.account.id, false)?;
            accounts::note_active(store, user.account.id, user.now)?;
            Ok(Changed::Done)
        })
    }

    /// Removes a user from the organisation ([`Action::RevokeUser`]). The user's sessions end. The
    /// account stays, for its other organisations and for the audit trail.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn revoke(&self, account_id: i32) -> Result<Changed, Error> {
        self.change(Action::RevokeUser, account_id, true, |store, user| {
            users::leave(store, user.organisation_id, user.account.id)?;
            sessions::end_all(store, user.account.id)?;
            if accounts::memberships_of(store, user.account.id)?.is_empty() {
                links::end_all(store, user.account.id)?;
            }
            Ok(Changed::Done)
        })
    }

    /// Unlocks an account ([`Action::UnlockUser`]).
    ///
    /// # Errors
    /// Errors of the store.
    pub fn unlock(&self, account_id: i32) -> Result<Changed, Error> {
        self.change(Action::UnlockUser, account_id, false, |store, user| {
            users::unlock(store, user.account.id)?;
            Ok(Changed::Done)
        })
    }

    /// Takes a user's password away, unlocks the account, and sends a link for a new one
    /// ([`Action::ResetUserPassword`]). The user's sessions end.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn reset_password(&self, account_id: i32) -> Result<Changed, Error> {
        let (token, name) = (Token::random().as_str().to_owned(), self.organisation.name.clone());
        self.change(Action::ResetUserPassword, account_id, false, move |store, user| {
            let id = user.account.id;
            users::forget_password(store, id)?;
            users::unlock(store, id)?;
            sessions::end_all(store, id)?;
            let (purpose, kind) = if user.account.totp_secret.is_some() {
                (Purpose::Password, MessageKind::PasswordReset)
            } else {
                (Purpose::Invitation, MessageKind::Invitation)
            };
            link::make(store, id, purpose, &token, user.now)?;
            tell(store, &user.account, kind, Some(&name), Some(&token), user.now)?;
            Ok(Changed::Done)
        })
    }

    /// Takes a user's second factor, passkeys and recovery codes away, and sends a link for a new
    /// second factor, which also asks for the password ([`Action::ResetUserFactor`]). The user's
    /// sessions end.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn reset_factor(&self, account_id: i32) -> Result<Changed, Error> {
        let (token, name) = (Token::random().as_str().to_owned(), self.organisation.name.clone());
        self.change(Action::ResetUserFactor, account_id, false, move |store, user| {
            let id = user.account.id;
            users::forget_factor(store, id)?;
            links::set_recovery_codes(store, id, &[])?;
            sessions::end_all(store, id)?;
            let (purpose, kind) = if user.account.password_hash.is_some() {
                (Purpose::Factor, MessageKind::FactorReset)
            } else {
                (Purpose::Invitation, MessageKind::Invitation)
            };
            link::make(store, id, purpose, &token, user.now)?;
            tell(store, &user.account, kind, Some(&name), Some(&token), user.now)?;
            Ok(Changed::Done)
        })
    }

    /// Makes a change and its audit line in one transaction. `takes_away` says that a super user
    /// would be none afterwards; then another one must be there.
    fn change(
        &self,
        action: Action,
        account_id: i32,
        takes_away: bool,
        make: impl Fn(&mut Transaction<'_>, &Target) -> Result<Changed, StoreError> + Send + 'static,
    ) -> Result<Changed, Error> {
        let inner = &self.accounts.0.inner;
        let (now, organisation_id) = (inner.clock.now(), self.organisation.id);
        let mut entry = self.entry(action, now, account_id, outcome::DONE);
        Ok(inner.store.write(move |store| {
            // Two super users who remove each other at the same moment take turns.
            lock(store, SUPER_USERS_LOCK + i64::from(organisation_id))?;
            let Some((account, membership)) = users::user(store, organisation_id, account_id)? else {
                return Ok(Changed::Unknown);
            };
            let changed = if takes_away && is_last_super_user(store, &account, &membership)? {
                Changed::LastSuperUser
            } else {
                let roles = session::roles_of(&membership);
                make(store, &Target { account, roles, organisation_id, now })?
            };
            entry.outcome = format!("{changed:?}");
            audit::insert(store, std::iter::once(&entry))?;
            Ok(changed)
        })?)
    }
}

/// The user who is changed.
struct Target {
    account: StoredAccount,
    roles: Roles,
    organisation_id: i32,
    now: Timestamp,
}

/// Whether this is the last super user who can sign in. One who never could is not.
fn is_last_super_user(
    store: &mut Transaction<'_>,
    account: &StoredAccount,
    membership: &MembershipRow,
) -> Result<bool, StoreError> {
    let can_sign_in = !membership.suspended && account.password_hash.is_some();
    let is_one = can_sign_in && session::roles_of(membership).contains(Role::SuperUser);
    Ok(is_one && users::other_super_users(store, membership.organisation_id, membership.account_id)? == 0)
}
