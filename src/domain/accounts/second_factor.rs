//! The second step of signing in, by a code of the authenticator app, a passkey or a recovery code;
//! and giving the second factor again before a sensitive act.

use chrono::TimeDelta;

use super::super::outbox::tell;
use super::super::{Call, Error};
use super::link::{self, Purpose};
use super::token::{self, Token};
use super::{Accounts, Session, Trace, lock, outcome, passkeys, recovery, session, totp};
use crate::model::{AuditEntry, MessageKind, Timestamp};
use crate::store::accounts::{self, StoredAccount, links, sessions};
use crate::store::{StoreError, Transaction, audit};

/// After this many wrong codes a sign-in starts again with the password (our choice).
const MOST_WRONG_OF_SIGN_IN: i32 = 5;
/// After this many wrong codes in a row, over all sign-ins, the account is locked: they come from
/// somebody who knows the password (our choice).
const MOST_WRONG_CODES: i32 = 10;
/// An account that was not used for so long is suspended (rules.md 7.4).
const ASLEEP_AFTER: TimeDelta = TimeDelta::days(180);
/// How long a password lasts (rules.md 7.4).
const PASSWORD_LASTS: TimeDelta = TimeDelta::days(90);

/// What came of a second factor.
pub enum SecondFactor {
    /// Right.
    SignedIn(SignedIn),
    /// Right, but the password is older than 90 days: the link with this token leads to a new one.
    PasswordExpired(Token),
    /// Not the code of now, or used before.
    WrongCode,
    /// The sign-in took too long, had too many wrong codes, or the account was locked: start again.
    Over,
    /// The account may work for no organisation now: it is suspended everywhere, or was not used
    /// for 180 days. A super user can reinstate it.
    Suspended,
}

/// A session has begun.
pub struct SignedIn {
    /// For the session's cookie.
    pub token: Token,
}

/// What proves the second factor.
#[derive(Clone)]
enum Proof {
    /// A code of the authenticator app.
    Code(String),
    /// A recovery code.
    Recovery(String),
    /// The answer of a passkey, with the origin of the portal.
    Passkey { origin: String, answer: String },
}

/// What a transaction found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    Right,
    Expired,
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
        self.finish(call, pending, Proof::Code(code.to_owned()))
    }

    /// Ends a waiting sign-in with a recovery code, as [`Self::second_factor`] does with another
    /// ([`Action::UseRecoveryCode`](super::super::Action)). The user is told by e-mail.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn recover(&self, call: &Call<'_>, pending: &str, code: &str) -> Result<SecondFactor, Error> {
        self.finish(call, pending, Proof::Recovery(code.to_owned()))
    }

    /// Ends a waiting sign-in with a passkey, as [`Self::second_factor`] does with a code
    /// ([`Action::UsePasskey`](super::super::Action)). `answer` is the browser's to what
    /// [`Self::ask_for_passkey`] asked last; each question is answered once.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn use_passkey(
        &self,
        call: &Call<'_>,
        pending: &str,
        origin: &str,
        answer: &str,
    ) -> Result<SecondFactor, Error> {
        self.finish(call, pending, Proof::Passkey { origin: origin.to_owned(), answer: answer.to_owned() })
    }

    /// How many recovery codes the user of a session has left.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn recovery_codes_left(&self, session: &Session) -> Result<i64, Error> {
        let id = session.account_id;
        Ok(self.0.inner.store.read(|store| links::recovery_codes_left(store, id))?)
    }

    /// Checks the second factor again, for what a session may do only within ten minutes of it.
    /// `false` if the code is wrong; too many wrong ones lock the account, which ends the session.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn confirm(&self, call: &Call<'_>, session: &Session, code: &str) -> Result<bool, Error> {
        call.must_be_able_to_block()?;
        let trace = Trace::of(call, self.0.inner.clock.now());
        let (id, account_id, proof) = (session.id, session.account_id, Proof::Code(code.to_owned()));
        Ok(self.0.inner.store.write(move |store| {
            let Some(account) = accounts::by_id(store, account_id)?.filter(|account| account.locked_at.is_none())
            else {
                return Ok(false);
            };
            if let Some(entries) = wrong(store, trace, &account, &proof, None)? {
                audit::insert(store, entries.iter())?;
                return Ok(false);
            }
            sessions::note_second_factor(store, id, trace.at)?;
            audit::insert(store, std::iter::once(&trace.by_holder(&account, outcome::DONE)))?;
            Ok(true)
        })?)
    }

    fn finish(&self, call: &Call<'_>, pending: &str, proof: Proof) -> Result<SecondFactor, Error> {
        call.must_be_able_to_block()?;
        let inner = &self.0.inner;
        let registry = self.0.registry(true)?;
        let trace = Trace::of(call, inner.clock.now());
        let (pending, token) = (token::hash(pending), Token::random());
        let text = token.as_str().to_owned();
        let given = inner.store.write(move |store| {
            let Some((waiting, account)) = waiting(store, &pending, trace.at)? else { return Ok(Given::Over) };
            if let Some(entries) = wrong(store, trace, &account, &proof, Some(&pending))? {
                sessions::count_wrong_code(store, &pending)?;
                if waiting.wrong_codes + 1 >= MOST_WRONG_OF_SIGN_IN {
                    sessions::end_pending(store, &pending)?;
                }
                audit::insert(store, entries.iter())?;
                return Ok(Given::Wrong);
            }
            sessions::end_pending(store, &pending)?;
            let (given, outcome) = if is_asleep(&account, trace.at) {
                (Given::Suspended, outcome::SUSPENDED)
            } else if is_older(account.password_set_at, PASSWORD_LASTS, trace.at) {
                link::make(store, account.id, Purpose::Password, &text, trace.at)?;
                (Given::Expired, outcome::EXPIRED)
            } else if session::begin(store, &registry, &account, &token::hash(&text), trace.at)? {
                (Given::Right, outcome::DONE)
            } else {
                (Given::Suspended, outcome::SUSPENDED)
            };
            audit::insert(store, std::iter::once(&trace.by_holder(&account, outcome)))?;
            Ok(given)
        })?;
        Ok(match given {
            Given::Right => SecondFactor::SignedIn(SignedIn { token }),
            Given::Expired => SecondFactor::PasswordExpired(token),
            Given::Wrong => SecondFactor::WrongCode,
            Given::Over => SecondFactor::Over,
            Given::Suspended => SecondFactor::Suspended,
        })
    }
}

/// Whether an account was not used for so long that it counts as suspended.
pub(super) fn is_asleep(account: &StoredAccount, now: Timestamp) -> bool {
    is_older(Some(account.active_at), ASLEEP_AFTER, now)
}

fn is_older(moment: Option<Timestamp>, age: TimeDelta, now: Timestamp) -> bool {
    moment.is_some_and(|moment| now.signed_duration_since(moment) > age)
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

/// Takes a proof, which works once. If it is wrong, counts it and returns the audit lines.
/// `pending` is the waiting sign-in, which was asked for a passkey.
fn wrong(
    store: &mut Transaction<'_>,
    trace: Trace,
    account: &StoredAccount,
    proof: &Proof,
    pending: Option<&str>,
) -> Result<Option<Vec<AuditEntry>>, StoreError> {
    let is_right = match proof {
        Proof::Code(code) => {
            match account.totp_secret.as_deref().and_then(|secret| totp::step_of(secret, code, trace.at)) {
                Some(step) => accounts::take_totp_step(store, account.id, step)?,
                None => false,
            }
        }
        Proof::Recovery(code) => {
            let is_right = links::use_recovery_code(store, account.id, &recovery::hash(account.id, code))?;
            if is_right {
                tell(store, account, MessageKind::RecoveryCodeUsed, None, None, trace.at)?;
            }
            is_right
        }
        Proof::Passkey { origin, answer } => match pending {
            Some(pending) => passkeys::is_right(store, account.id, pending, origin, answer, trace.at)?,
            None => false,
        },
    };
    if is_right {
        return Ok(None);
    }
    let mut entries = vec![trace.by_holder(account, outcome::WRONG_CODE)];
    if accounts::count_wrong_code(store, account.id)? >= MOST_WRONG_CODES {
        entries.extend(lock(store, trace, account)?);
    }
    Ok(Some(entries))
}
