//! Adds a user to an organisation: by an invitation, or at once if the person has an account.

use super::super::super::outbox::tell;
use super::super::super::{Action, Error, Role, Roles};
use super::super::link::{self, Purpose};
use super::super::token::Token;
use super::super::{link::make, outcome};
use super::{Users, is_shared_mailbox};
use crate::model::{EmailAddress, MessageKind};
use crate::store::accounts::{self, MembershipRow, NewRow, users};
use crate::store::audit;

/// A user to add.
pub struct NewUser<'a> {
    /// E-mail address.
    pub email: &'a EmailAddress,
    /// Given name; an account that exists keeps its own.
    pub given_name: &'a str,
    /// Family name; an account that exists keeps its own.
    pub family_name: &'a str,
    /// Telephone number.
    pub telephone: Option<&'a str>,
    /// The organisation's own number for the person.
    pub staff_reference: Option<&'a str>,
    /// How the person's identity was checked.
    pub identity_check: &'a str,
    /// The roles.
    pub roles: Roles,
}

/// What came of adding a user.
pub enum Invited {
    /// A new account. Its link was sent, too.
    Invited {
        /// The internal number of the account.
        account_id: i32,
        /// The token of the link.
        token: Token,
    },
    /// The person has an account already, which now belongs to the organisation, too.
    Joined {
        /// The internal number of the account.
        account_id: i32,
    },
    /// The person is a user of the organisation already.
    IsThere,
    /// These roles may not be given here.
    RolesNotAllowed,
    /// Several people read this address, so no super user can have it.
    SharedMailbox,
}

enum Added {
    New(i32),
    Known(i32),
    IsThere,
}

impl Users<'_> {
    /// Adds a user ([`Action::AddUser`]). A person without an account gets an invitation by e-mail,
    /// which works once, within 48 hours.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn invite(&self, new: &NewUser<'_>) -> Result<Invited, Error> {
        if !self.may_give(new.roles) {
            return Ok(Invited::RolesNotAllowed);
        }
        if new.roles.contains(Role::SuperUser) && is_shared_mailbox(new.email.local()) {
            return Ok(Invited::SharedMailbox);
        }
        let inner = &self.accounts.0.inner;
        let now = inner.clock.now();
        let row = NewRow {
            email: new.email.as_str().to_owned(),
            email_key: new.email.key(),
            given_name: new.given_name.to_owned(),
            family_name: new.family_name.to_owned(),
            telephone: new.telephone.map(str::to_owned),
            password_hash: None,
            password_set_at: None,
            totp_secret: None,
            agreed_at: None,
            active_at: now,
            created_at: now,
        };
        let membership = MembershipRow {
            account_id: 0,
            organisation_id: self.organisation.id,
            roles: new.roles.to_string(),
            suspended: false,
            staff_reference: new.staff_reference.map(str::to_owned),
            identity_check: new.identity_check.to_owned(),
            created_at: now,
        };
        let token = Token::random();
        let text = token.as_str().to_owned();
        let entry = self.entry(Action::AddUser, now, 0, outcome::DONE);
        let organisation = self.organisation.name.clone();
        let added = inner.store.write(move |store| {
            let known = accounts::by_email(store, &row.email_key)?;
            if let Some(known) = &known
                && users::user(store, membership.organisation_id, known.id)?.is_some()
            {
                return Ok(Added::IsThere);
            }
            let account_id = match &known {
                Some(known) => known.id,
                None => accounts::insert(store, &row)?,
            };
            accounts::join(store, &MembershipRow { account_id, ..membership.clone() })?;
            let mut entry = entry.clone();
            entry.about_account_id = Some(account_id);
            audit::insert(store, std::iter::once(&entry))?;
            let Some(account) = accounts::by_id(store, account_id)? else { return Ok(Added::IsThere) };
            if account.password_hash.is_some() {
                tell(store, &account, MessageKind::Joined, Some(&organisation), None, now)?;
                return Ok(Added::Known(account_id));
            }
            make(store, account_id, Purpose::Invitation, &text, now)?;
            tell(store, &account, MessageKind::Invitation, Some(&organisation), Some(&text), now)?;
            Ok(Added::New(account_id))
        });
        match added {
            Ok(Added::New(account_id)) => Ok(Invited::Invited { account_id, token }),
            Ok(Added::Known(account_id)) => Ok(Invited::Joined { account_id }),
            Ok(Added::IsThere) => Ok(Invited::IsThere),
            // Another node has just added the same address: for the account, this is now the second
            // organisation; for the membership, the same one.
            Err(error) if error.is_duplicate() => Ok(Invited::IsThere),
            Err(error) => Err(error.into()),
        }
    }

    /// Sends the link of a user who has not followed it again, and returns its token; the earlier
    /// one ends. `None` if the user is not in the organisation, or has a password.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn invite_again(&self, account_id: i32) -> Result<Option<Token>, Error> {
        let inner = &self.accounts.0.inner;
        let (now, organisation_id) = (inner.clock.now(), self.organisation.id);
        let token = Token::random();
        let text = token.as_str().to_owned();
        let entry = self.entry(Action::AddUser, now, account_id, outcome::INVITED);
        let organisation = self.organisation.name.clone();
        let is_sent = inner.store.write(move |store| {
            let user = users::user(store, organisation_id, account_id)?;
            let Some((account, _)) = user.filter(|(account, _)| account.password_hash.is_none()) else {
                return Ok(false);
            };
            // Who has set up a second factor before needs a password alone.
            let (purpose, kind) = if account.totp_secret.is_some() {
                (link::Purpose::Password, MessageKind::PasswordReset)
            } else {
                (link::Purpose::Invitation, MessageKind::Invitation)
            };
            make(store, account_id, purpose, &text, now)?;
            tell(store, &account, kind, Some(&organisation), Some(&text), now)?;
            audit::insert(store, std::iter::once(&entry))?;
            Ok(true)
        })?;
        Ok(is_sent.then_some(token))
    }
}
