//! The second step of signing in, and giving the second factor again before a sensitive act.

use chrono::TimeDelta;

use super::super::registry::Content;
use super::super::{Call, Error};
use super::token::{self, Token};
use super::{Accounts, Session, Trace, lock, outcome, session, totp};
use crate::model::{AuditEntry, Timestamp};
use crate::store::accounts::sessions::{self, NewSession};
use crate::store::accounts::{self, MembershipRow, StoredAccount};
use crate::store::{StoreError, Transaction, audit};

/// After this many wrong codes a sign-in starts again with the password (our choice).
const MOST_WRONG_OF_SIGN_IN: i32 = 5;
/// After this many wrong codes in a row, in whichever sign-ins, the account is locked: whoever gives
/// them knows the password (our choice).
const MOST_WRONG_CODES: i32 = 10;
/// An account that was not used for so long is suspended (rules.md 7.4).
const ASLEEP_AFTER: TimeDelta = TimeDelta::days(180);

/// What came of a second factor.
pub enum SecondFactor {
    /// Right.
    SignedIn(SignedIn),
    /// Not the code of now, or used before.
    WrongCode,
    /// The sign-in took too long, had too many wrong codes, or the account was locked: start again.
    Over,
    /// The account may work for no organisation now: it is suspended everywhere, or was not used for
    /// 180 days. A super user can reinstate it.
    Suspended,
}

/// A session has begun.
pub struct SignedIn {
    /// For the session's cookie.
    pub token: Token,
}

/// What a transaction found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    Right,
    Wrong,
    Over,
    Suspended,
}

impl Accounts<'_> {
    /// Ends a waiting sign-in with a code of the authenticator app, and begins a session
    /// ([`Action::SecondFactor`](super::super::Action)). Each code is right once. If the user works
    /// for one organisation alone, it is chosen. Runs on a thread that may block.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn second_factor(&self, call: &Call<'_>, pending: &str, code: &str) -> Result<SecondFactor, Error> {
        call.must_be_able_to_block()?;
        let inner = &self.0.inner;
        let registry = self.0.registry(true)?;
        let trace = Trace::of(call, inner.clock.now());
        let (pending, code) = (token::hash(pending), code.to_owned());
        let token = Token::random();
        let hash = token.hash();
        let given = inner.store.write(move |store| {
            let Some((waiting, account)) = waiting(store, &pending, trace.at)? else { return Ok(Given::Over) };
            if let Some(entries) = wrong_code(store, trace, &account, &code)? {
                sessions::count_wrong_code(store, &pending)?;
                if waiting.wrong_codes + 1 >= MOST_WRONG_OF_SIGN_IN {
                    sessions::end_pending(store, &pending)?;
                }
                audit::insert(store, entries.iter())?;
                return Ok(Given::Wrong);
            }
            sessions::end_pending(store, &pending)?;
            let places = may_work_for(&registry, accounts::memberships_of(store, account.id)?);
            let is_asleep = trace.at.signed_duration_since(account.active_at) > ASLEEP_AFTER;
            if places.is_empty() || is_asleep {
                audit::insert(store, std::iter::once(&trace.by_holder(&account, outcome::SUSPENDED)))?;
                return Ok(Given::Suspended);
            }
            accounts::note_active(store, account.id, trace.at)?;
            session::sweep(store, trace.at)?;
            let only = if let [only] = places.as_slice() { Some(*only) } else { None };
            sessions::insert(store, &new_session(&hash, account.id, only, trace.at))?;
            audit::insert(store, std::iter::once(&trace.by_holder(&account, outcome::DONE)))?;
            Ok(Given::Right)
        })?;
        Ok(match given {
            Given::Right => SecondFactor::SignedIn(SignedIn { token }),
            Given::Wrong => SecondFactor::WrongCode,
            Given::Over => SecondFactor::Over,
            Given::Suspended => SecondFactor::Suspended,
        })
    }

    /// Checks the second factor again, for what a session may do only within ten minutes of it.
    /// `false` if the code is wrong; too many wrong ones lock the account, which ends the session.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn confirm(&self, call: &Call<'_>, session: &Session, code: &str) -> Result<bool, Error> {
        call.must_be_able_to_block()?;
        let trace = Trace::of(call, self.0.inner.clock.now());
        let (id, account_id, code) = (session.id, session.account_id, code.to_owned());
        Ok(self.0.inner.store.write(move |store| {
            let Some(account) = accounts::by_id(store, account_id)?.filter(|account| account.locked_at.is_none())
            else {
                return Ok(false);
            };
            if let Some(entries) = wrong_code(store, trace, &account, &code)? {
                audit::insert(store, entries.iter())?;
                return Ok(false);
            }
            sessions::note_second_factor(store, id, trace.at)?;
            audit::insert(store, std::iter::once(&trace.by_holder(&account, outcome::DONE)))?;
            Ok(true)
        })?)
    }
}

/// The waiting sign-in and its account, if neither time nor lock has ended it.
fn waiting(
    store: &mut Transaction<'_>,
    hash: &str,
    now: Timestamp,
) -> Result<Option<(sessions::PendingRow, StoredAccount)>, StoreError> {
    let Some(waiting) = sessions::pending(store, hash)?.filter(|waiting| now < waiting.expires_at) else {
        return Ok(None);
    };
    let account = accounts::by_id(store, waiting.account_id)?.filter(|account| account.locked_at.is_none());
    Ok(account.map(|account| (waiting, account)))
}

/// Takes a code. If it is wrong, counts it and returns the audit lines.
fn wrong_code(
    store: &mut Transaction<'_>,
    trace: Trace,
    account: &StoredAccount,
    code: &str,
) -> Result<Option<Vec<AuditEntry>>, StoreError> {
    let step = account.totp_secret.as_deref().and_then(|secret| totp::step_of(secret, code, trace.at));
    if let Some(step) = step
        && accounts::take_totp_step(store, account.id, step)?
    {
        return Ok(None);
    }
    let mut entries = vec![trace.by_holder(account, outcome::WRONG_CODE)];
    if accounts::count_wrong_code(store, account.id)? >= MOST_WRONG_CODES {
        entries.extend(lock(store, trace, account)?);
    }
    Ok(Some(entries))
}

/// The numbers of the organisations that are active and have not suspended the user.
fn may_work_for(registry: &Content, memberships: Vec<MembershipRow>) -> Vec<i32> {
    let is_active = |id: i32| registry.organisation_of(id).is_some_and(|organisation| organisation.active);
    memberships
        .into_iter()
        .filter(|each| !each.suspended && is_active(each.organisation_id))
        .map(|each| each.organisation_id)
        .collect()
}

fn new_session(hash: &str, account_id: i32, organisation_id: Option<i32>, now: Timestamp) -> NewSession {
    NewSession {
        token_hash: hash.to_owned(),
        account_id,
        organisation_id,
        created_at: now,
        seen_at: now,
        second_factor_at: now,
    }
}
