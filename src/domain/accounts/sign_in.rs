//! The first step of signing in: e-mail address and password. Whatever is wrong, the outcome and
//! the time are the same, so that nobody learns which addresses have accounts.

use std::net::IpAddr;

use chrono::TimeDelta;

use super::super::{Call, Error, passwords};
use super::admission::Check;
use super::token::Token;
use super::{Accounts, Trace, lock, outcome};
use crate::model::EmailAddress;
use crate::store::accounts::{self, StoredAccount, sessions};
use crate::store::{StoreError, Transaction, audit};

/// After this many wrong passwords in a row an account is locked (rules.md 7.4).
pub(super) const MOST_WRONG_PASSWORDS: i32 = 3;
/// How long a sign-in waits for its second factor (our choice).
const PENDING: TimeDelta = TimeDelta::minutes(10);
/// The longest password that is looked at, in bytes; longer ones are wrong.
pub(super) const LONGEST_PASSWORD: usize = 1024;
/// What is checked when there is no password: the hash of nothing, as slow as any other.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3ludGhldGljLXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What somebody gives who wants to sign in.
pub struct Credentials<'a> {
    /// E-mail address, as typed.
    pub email: &'a str,
    /// Password.
    pub password: &'a str,
    /// The address of the client.
    pub address: IpAddr,
}

/// What came of it.
pub enum SignIn {
    /// Right; the second factor is next.
    Pending(PendingSignIn),
    /// No account with this address has this password, or it may not sign in now: it is locked. The
    /// page says all of this at once.
    Refused,
}

/// A sign-in that waits for its second factor, for ten minutes.
pub struct PendingSignIn {
    /// For a cookie.
    pub token: Token,
}

impl Accounts<'_> {
    /// Checks e-mail address and password ([`Action::SignIn`](super::super::Action)). Three wrong
    /// passwords in a row lock the account. Runs on a thread that may block.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many wrong passwords came from the address, or too many people sign
    /// in; errors of the store.
    pub fn sign_in(&self, call: &Call<'_>, given: &Credentials<'_>) -> Result<SignIn, Error> {
        call.must_be_able_to_block()?;
        let (inner, now) = (&self.0.inner, self.0.inner.clock.now());
        let trace = Trace::of(call, now);
        let check = self.admit(call, trace, given.address)?;
        let key = given.email.parse().ok().map(|email: EmailAddress| email.key());
        let account = match key {
            Some(key) => inner.store.read(|store| accounts::by_email(store, &key))?,
            None => None,
        };
        let stored = account.as_ref().and_then(|account| account.password_hash.as_deref());
        let password = if given.password.len() <= LONGEST_PASSWORD { given.password } else { "" };
        let is_right = passwords::is_right(password, stored.unwrap_or(NOBODYS))? && stored.is_some();
        drop(check);
        let Some(account) = account else {
            inner.sign_ins.note_wrong(given.address, now);
            let entry = trace.by_visitor(outcome::UNKNOWN);
            // Written as every other refusal is, so that it takes as long.
            inner.store.write(move |store| audit::insert(store, std::iter::once(&entry)))?;
            return Ok(SignIn::Refused);
        };
        if !is_right {
            self.wrong_password(trace, account, given.address)?;
            return Ok(SignIn::Refused);
        }
        let token = Token::random();
        let hash = token.hash();
        let is_pending = inner.store.write(move |store| begin_pending(store, trace, &account, &hash))?;
        Ok(if is_pending { SignIn::Pending(PendingSignIn { token }) } else { SignIn::Refused })
    }

    /// Takes a place for a check of a password from this address.
    pub(super) fn admit(&self, call: &Call<'_>, trace: Trace, address: IpAddr) -> Result<Check<'_>, Error> {
        let inner = &self.0.inner;
        inner.sign_ins.begin(address, trace.at).map_err(|refusal| {
            if refusal.is_news {
                call.keep(inner.store.record(vec![trace.by_visitor(outcome::SLOWED_DOWN)]));
            }
            refusal.busy.into()
        })
    }

    /// Counts a wrong password, and locks the account after the third in a row.
    pub(super) fn wrong_password(&self, trace: Trace, account: StoredAccount, address: IpAddr) -> Result<(), Error> {
        self.0.inner.sign_ins.note_wrong(address, trace.at);
        Ok(self.0.inner.store.write(move |store| {
            let line = trace.by_holder(&account, outcome::WRONG_PASSWORD);
            let count = accounts::count_wrong_password(store, account.id)?;
            let locked = if count >= MOST_WRONG_PASSWORDS { lock(store, trace, &account)? } else { None };
            audit::insert(store, std::iter::once(&line).chain(&locked))
        })?)
    }
}

/// Begins the wait for the second factor, unless the account was locked, or the password changed,
/// while the password was checked.
fn begin_pending(
    store: &mut Transaction<'_>,
    trace: Trace,
    account: &StoredAccount,
    hash: &str,
) -> Result<bool, StoreError> {
    let is_open = accounts::by_id(store, account.id)?
        .is_some_and(|now| now.locked_at.is_none() && now.password_hash == account.password_hash);
    let line = trace.by_holder(account, if is_open { outcome::DONE } else { outcome::LOCKED });
    audit::insert(store, std::iter::once(&line))?;
    if is_open {
        accounts::forget_wrong_passwords(store, account.id)?;
        sessions::insert_pending(
            store,
            &sessions::PendingRow {
                token_hash: hash.to_owned(),
                account_id: account.id,
                wrong_codes: 0,
                expires_at: trace.at.checked_add_signed(PENDING).unwrap_or(trace.at),
            },
        )?;
    }
    Ok(is_open)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use argon2::password_hash::phc::PasswordHash;
    use argon2::{Argon2, Params};

    use super::*;

    #[test]
    fn nobodys_password_takes_as_long_as_any_other() {
        let nobodys = PasswordHash::new(NOBODYS).unwrap();
        let params = Params::try_from(&nobodys).unwrap();
        let usual = Argon2::default();
        let usual = usual.params();
        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (usual.m_cost(), usual.t_cost(), usual.p_cost())
        );
        assert!(!passwords::is_right("", NOBODYS).unwrap());
    }
}
