//! Accounts that are made ready to use, with password and second factor: for the demo and tests.
//! People get an invitation.

use super::super::administration::{Administration, AdministrationError};
use super::super::{Action, HashedPassword, Roles};
use super::password_rules::NOT_AGAIN;
use super::{outcome, totp};
use crate::model::{EmailAddress, Ukprn};
use crate::store::accounts::{self, MembershipRow, NewRow};
use crate::store::audit;

/// An account to make ready to use.
pub struct ReadyAccount<'a> {
    /// E-mail address. An account that exists joins the organisation, and stays as it is otherwise.
    pub email: EmailAddress,
    /// Given name.
    pub given_name: &'a str,
    /// Family name.
    pub family_name: &'a str,
    /// The organisation.
    pub ukprn: Ukprn,
    /// The roles in it.
    pub roles: Roles,
    /// The password.
    pub password: &'a HashedPassword,
    /// The secret of the second factor in base32.
    pub totp_secret: &'a str,
}

impl Administration<'_> {
    /// Adds an account that can sign in at once, and has accepted the user agreement; for the demo
    /// and tests. Returns its internal number.
    ///
    /// # Errors
    /// If the organisation is unknown, the user is in it already, or the secret is too short or not
    /// base32.
    pub fn add_ready_account(&self, new: &ReadyAccount<'_>) -> Result<i32, AdministrationError> {
        if !totp::is_secret(new.totp_secret) {
            return Err(AdministrationError::FactorSecret);
        }
        let organisation_id = self.organisation(new.ukprn)?.id;
        let now = self.service.inner.clock.now();
        let row = NewRow {
            email: new.email.as_str().to_owned(),
            email_key: new.email.key(),
            given_name: new.given_name.to_owned(),
            family_name: new.family_name.to_owned(),
            telephone: None,
            password_hash: None,
            password_set_at: None,
            totp_secret: Some(new.totp_secret.to_owned()),
            agreed_at: Some(now),
            active_at: now,
            created_at: now,
        };
        let (roles, hash) = (new.roles.to_string(), new.password.as_str().to_owned());
        let added = self.call(Action::AddUser, move |operator| {
            let entry = operator.entry(now, None, outcome::DONE);
            Ok::<_, super::super::Error>(self.service.inner.store.write(move |store| {
                let id = match accounts::by_email(store, &row.email_key)? {
                    Some(known) => known.id,
                    None => {
                        let id = accounts::insert(store, &row)?;
                        accounts::set_password(store, id, &hash, now, NOT_AGAIN)?;
                        id
                    }
                };
                let membership = MembershipRow {
                    account_id: id,
                    organisation_id,
                    roles: roles.clone(),
                    suspended: false,
                    staff_reference: None,
                    identity_check: String::new(),
                    created_at: now,
                };
                accounts::join(store, &membership)?;
                let entry = crate::model::AuditEntry { about_account_id: Some(id), ..entry.clone() };
                audit::insert(store, std::iter::once(&entry))?;
                Ok(id)
            })?)
        });
        match added {
            Err(super::super::Error::Unavailable(error)) if error.is_duplicate() => {
                Err(AdministrationError::UserExists)
            }
            outcome => Ok(outcome?),
        }
    }
}
