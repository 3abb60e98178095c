//! The passkeys of an account: second factors beside the authenticator app, which stays.

use super::super::outbox::tell;
use super::super::{Call, Error};
use super::token;
use super::webauthn::{Key, Site};
use super::{Accounts, Session, Trace, outcome};
use crate::model::{MessageKind, Timestamp};
use crate::store::accounts::passkeys::{self, NewPasskey, PasskeyRow};
use crate::store::accounts::{self, sessions};
use crate::store::{StoreError, Transaction, audit};

/// The most passkeys of an account (our choice).
pub const MOST_PASSKEYS: usize = 10;
/// The most letters of the name of a passkey (our choice).
const LONGEST_NAME: usize = 50;

/// A passkey of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// The internal number.
    pub id: i32,
    /// What the user calls it.
    pub name: String,
    /// When it was added (UTC).
    pub added_at: Timestamp,
    /// When the user last signed in with it (UTC).
    pub used_at: Option<Timestamp>,
}

/// What came of adding a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddedPasskey {
    /// The account has it now.
    Done,
    /// The name is empty or longer than 50 letters.
    Name,
    /// The browser's answer is not one to the last question, came after five minutes, or is for a
    /// passkey that an account has already.
    Wrong,
    /// The account has as many passkeys as it may have.
    TooMany,
}

impl Accounts<'_> {
    /// The passkeys of the user of a session, oldest first.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn passkeys(&self, session: &Session) -> Result<Vec<Passkey>, Error> {
        let id = session.account_id;
        let found = self.0.inner.store.read(|store| passkeys::of_account(store, id))?;
        let passkey = |PasskeyRow { id, name, added_at, used_at, .. }| Passkey { id, name, added_at, used_at };
        Ok(found.into_iter().map(passkey).collect())
    }

    /// Asks the user of a session for a new passkey. Returns what the browser is asked, as JSON;
    /// `None` if the portal's origin has no host name, or the account has as many as it may have.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn ask_for_new_passkey(&self, session: &Session, origin: &str) -> Result<Option<String>, Error> {
        let (store, id, account_id) = (&self.0.inner.store, session.id, session.account_id);
        let known = keys(store.read(|store| passkeys::of_account(store, account_id))?);
        let asked = Site::of(origin).filter(|_| known.len() < MOST_PASSKEYS);
        let Some(question) = asked.and_then(|site| site.ask_for_new(account_id, &session.email, &known)) else {
            return Ok(None);
        };
        store.write(move |store| passkeys::ask_session(store, id, &question.state))?;
        Ok(Some(question.options))
    }

    /// Adds the passkey that the browser has made for the last question
    /// ([`Action::AddPasskey`](super::super::Action)). The user is told by e-mail.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn add_passkey(
        &self,
        call: &Call<'_>,
        session: &Session,
        origin: &str,
        name: &str,
        answer: &str,
    ) -> Result<AddedPasskey, Error> {
        call.must_be_able_to_block()?;
        let trace = Trace::of(call, self.0.inner.clock.now());
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Ok(AddedPasskey::Name);
        }
        let (id, account_id) = (session.id, session.account_id);
        let (origin, name, answer) = (origin.to_owned(), name.to_owned(), answer.to_owned());
        Ok(self.0.inner.store.write(move |store| {
            let asked = passkeys::take_of_session(store, id)?;
            let key = asked.and_then(|asked| Site::of(&origin)?.new_key(&asked, &answer));
            let (Some(key), Some(account)) = (key, accounts::by_id(store, account_id)?) else {
                return Ok(AddedPasskey::Wrong);
            };
            if passkeys::of_account(store, account_id)?.len() >= MOST_PASSKEYS {
                return Ok(AddedPasskey::TooMany);
            }
            let Key { credential, fixed, counted } = key;
            let name = name.clone();
            let new = NewPasskey { account_id, name, credential, fixed, counted, added_at: trace.at };
            if !passkeys::insert(store, &new)? {
                return Ok(AddedPasskey::Wrong);
            }
            tell(store, &account, MessageKind::FactorChanged, None, None, trace.at)?;
            audit::insert(store, std::iter::once(&trace.by_holder(&account, outcome::DONE)))?;
            Ok(AddedPasskey::Done)
        })?)
    }

    /// Removes a passkey ([`Action::RemovePasskey`](super::super::Action)). `false` if the user has
    /// none with this number. The user is told by e-mail.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn remove_passkey(&self, call: &Call<'_>, session: &Session, id: i32) -> Result<bool, Error> {
        call.must_be_able_to_block()?;
        let trace = Trace::of(call, self.0.inner.clock.now());
        let account_id = session.account_id;
        Ok(self.0.inner.store.write(move |store| {
            let Some(account) = accounts::by_id(store, account_id)? else { return Ok(false) };
            if !passkeys::remove(store, account_id, id)? {
                return Ok(false);
            }
            tell(store, &account, MessageKind::FactorChanged, None, None, trace.at)?;
            audit::insert(store, std::iter::once(&trace.by_holder(&account, outcome::DONE)))?;
            Ok(true)
        })?)
    }

    /// Asks a waiting sign-in for one of the account's passkeys. Returns what the browser is asked,
    /// as JSON; `None` if the account has none, or the sign-in is over.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn ask_for_passkey(&self, pending: &str, origin: &str) -> Result<Option<String>, Error> {
        let (store, hash, now) = (&self.0.inner.store, token::hash(pending), self.0.inner.clock.now());
        let known = store.read(|store| match sessions::pending(store, &hash)? {
            Some(waiting) if now < waiting.expires_at => passkeys::of_account(store, waiting.account_id),
            _ => Ok(Vec::new()),
        })?;
        let known = keys(known);
        let asked = Site::of(origin).filter(|_| !known.is_empty());
        let Some(question) = asked.and_then(|site| site.ask(&known)) else { return Ok(None) };
        store.write(move |store| passkeys::ask_pending(store, &hash, &question.state))?;
        Ok(Some(question.options))
    }
}

/// Whether a passkey of the account answers the question that the waiting sign-in was asked. Its
/// counter is stored, and the question forgotten, right or wrong.
pub(super) fn is_right(
    store: &mut Transaction<'_>,
    account_id: i32,
    pending: &str,
    origin: &str,
    answer: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(asked) = passkeys::take_of_pending(store, pending)? else { return Ok(false) };
    let rows = passkeys::of_account(store, account_id)?;
    let used = Site::of(origin).and_then(|site| site.used_key(account_id, &keys(rows.clone()), &asked, answer));
    let row = used.as_ref().and_then(|used| rows.iter().find(|row| row.credential == used.credential));
    let (Some(used), Some(row)) = (&used, row) else { return Ok(false) };
    passkeys::note_use(store, row.id, &used.counted, now)?;
    Ok(true)
}

fn keys(rows: Vec<PasskeyRow>) -> Vec<Key> {
    let key = |PasskeyRow { credential, fixed, counted, .. }| Key { credential, fixed, counted };
    rows.into_iter().map(key).collect()
}
