//! Links that work once, which come by e-mail: an invitation, a new password, a new second factor.
//! A link has one or two pages; it is used up when the last is done, and only then takes effect.

use std::net::IpAddr;

use chrono::TimeDelta;

use super::super::outbox::tell;
use super::super::{Call, Error, passwords};
use super::password_rules::{self, PasswordRefusal};
use super::token::{self, Token};
use super::{Accounts, Trace, outcome, recovery, session, totp};
use crate::model::{AuditEntry, EmailAddress, MessageKind, Timestamp};
use crate::store::accounts::links::{self, LinkRow};
use crate::store::accounts::{self, StoredAccount, sessions};
use crate::store::{StoreError, Transaction, audit};

/// How long an invitation lasts (the portal's own rule).
const INVITATION_LASTS: TimeDelta = TimeDelta::hours(48);
/// How long other links last (our choice).
const RESET_LASTS: TimeDelta = TimeDelta::hours(24);
/// Somebody who asks for a new password again within this time gets no second message.
const ASKED_AGAIN: TimeDelta = TimeDelta::minutes(5);

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To make a new account ready: password and second factor.
    Invitation,
    /// To choose a new password.
    Password,
    /// To set up a new second factor, with the password.
    Factor,
}

/// A link that has not ended.
pub struct Link {
    /// What it is for.
    pub purpose: Purpose,
    /// Whose it is: the e-mail address.
    pub email: String,
    /// Whose it is: the name.
    pub name: String,
    /// The page that is next.
    pub step: Step,
}

/// A page of a link.
pub enum Step {
    /// Choose a password.
    NewPassword,
    /// Give the password.
    Password,
    /// Set the authenticator app up with this secret, and give its code.
    Factor {
        /// The secret in base32, for typing.
        secret: String,
        /// The same as a URL, for a QR code.
        url: String,
    },
}

/// What came of the page with the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordStep {
    /// The second factor is next.
    Next,
    /// The password is set, and the link used up.
    Done,
    /// The password may not be chosen.
    Refused(PasswordRefusal),
    /// Not the account's password.
    Wrong,
    /// The link has ended or was used.
    Over,
}

/// What came of the page with the second factor.
pub enum FactorStep {
    /// It is set up.
    Done {
        /// Ten codes for the day on which it is lost. Nobody can show them again.
        recovery_codes: Vec<String>,
        /// A session, if the user may work for an organisation now.
        token: Option<Token>,
    },
    /// Not the code of now.
    WrongCode,
    /// The link has ended or was used.
    Over,
}

impl Purpose {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Password => "password",
            Self::Factor => "factor",
        }
    }

    fn of(name: &str) -> Result<Self, StoreError> {
        [Self::Invitation, Self::Password, Self::Factor]
            .into_iter()
            .find(|purpose| purpose.name() == name)
            .ok_or(StoreError::Corrupt("account_links.purpose"))
    }

    const fn lasts(self) -> TimeDelta {
        match self {
            Self::Invitation => INVITATION_LASTS,
            Self::Password | Self::Factor => RESET_LASTS,
        }
    }
}

/// Makes a link in the transaction of its reason.
pub(super) fn make(
    store: &mut Transaction<'_>,
    account_id: i32,
    purpose: Purpose,
    token: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = LinkRow {
        token_hash: token::hash(token),
        account_id,
        purpose: purpose.name().to_owned(),
        password_hash: None,
        totp_secret: None,
        created_at: now,
        expires_at: now.checked_add_signed(purpose.lasts()).unwrap_or(now),
    };
    links::insert(store, &row)
}

impl Accounts<'_> {
    /// The link with this token; `None` if it has ended, was used, or never was.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn link(&self, token: &str) -> Result<Option<Link>, Error> {
        let Some((row, account)) = self.open_link(token)? else { return Ok(None) };
        let purpose = Purpose::of(&row.purpose)?;
        let step = match (purpose, row.password_hash, row.totp_secret) {
            (Purpose::Invitation | Purpose::Factor, Some(_), Some(secret)) => {
                let url = totp::url(&secret, &account.email).ok_or(Error::Unexpected("a secret is unreadable"))?;
                Step::Factor { secret, url }
            }
            (Purpose::Invitation | Purpose::Password, ..) => Step::NewPassword,
            (Purpose::Factor, ..) => Step::Password,
        };
        Ok(Some(Link { purpose, name: account.name(), email: account.email, step }))
    }

    /// The page of a link with the password ([`Action::SetUserPassword`](super::super::Action)). A
    /// new password ends all sessions. Runs on a thread that may block.
    ///
    /// # Errors
    /// [`Error::Busy`] as for [`Self::sign_in`]; errors of the store.
    pub fn give_password(
        &self,
        call: &Call<'_>,
        link: &str,
        password: &str,
        address: IpAddr,
    ) -> Result<PasswordStep, Error> {
        call.must_be_able_to_block()?;
        let trace = Trace::of(call, self.0.inner.clock.now());
        let Some((row, account)) = self.open_link(link)? else { return Ok(PasswordStep::Over) };
        let purpose = Purpose::of(&row.purpose)?;
        let hash = match purpose {
            Purpose::Invitation | Purpose::Password => {
                match self.chosen_password(call, trace, &account, password, address)? {
                    Ok(hash) => hash,
                    Err(refusal) => return Ok(PasswordStep::Refused(refusal)),
                }
            }
            Purpose::Factor => match self.present_password(call, trace, &account, password, address)? {
                Some(hash) => hash,
                None => return Ok(PasswordStep::Wrong),
            },
        };
        let secret = totp::new_secret();
        Ok(self.0.inner.store.write(move |store| {
            if purpose != Purpose::Password {
                let noted = links::note_password(store, &row.token_hash, &hash, &secret)?;
                return Ok(if noted { PasswordStep::Next } else { PasswordStep::Over });
            }
            if !links::use_up(store, &row.token_hash)? {
                return Ok(PasswordStep::Over);
            }
            set_password(store, trace, &account, &hash)?;
            tell(store, &account, MessageKind::PasswordChanged, None, None, trace.at)?;
            audit::insert(store, std::iter::once(&trace.by_holder(&account, outcome::DONE)))?;
            Ok(PasswordStep::Done)
        })?)
    }

    /// The page of a link with the second factor
    /// ([`Action::SetSecondFactor`](super::super::Action)): a code proves that the app was set up.
    /// Ends all other sessions. Runs on a thread that may block.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn give_factor(&self, call: &Call<'_>, link: &str, code: &str) -> Result<FactorStep, Error> {
        call.must_be_able_to_block()?;
        let registry = self.0.registry(true)?;
        let trace = Trace::of(call, self.0.inner.clock.now());
        let Some((row, account)) = self.open_link(link)? else { return Ok(FactorStep::Over) };
        let LinkRow { token_hash, password_hash: Some(password), totp_secret: Some(secret), .. } = row else {
            return Ok(FactorStep::Over);
        };
        let Some(step) = totp::step_of(&secret, code, trace.at) else { return Ok(FactorStep::WrongCode) };
        let is_invitation = Purpose::of(&row.purpose)? == Purpose::Invitation;
        let codes = recovery::new_codes();
        let hashes: Vec<String> = codes.iter().map(|code| recovery::hash(account.id, code)).collect();
        let token = Token::random();
        let session_hash = token.hash();
        let done = self.0.inner.store.write(move |store| {
            if !links::use_up(store, &token_hash)? {
                return Ok(None);
            }
            if is_invitation {
                set_password(store, trace, &account, &password)?;
            } else {
                tell(store, &account, MessageKind::FactorChanged, None, None, trace.at)?;
            }
            accounts::set_factor(store, account.id, &secret, step)?;
            links::set_recovery_codes(store, account.id, &hashes)?;
            sessions::end_all(store, account.id)?;
            audit::insert(store, std::iter::once(&trace.by_holder(&account, outcome::DONE)))?;
            Ok(Some(session::begin(store, &registry, &account, &session_hash, trace.at)?))
        })?;
        Ok(match done {
            None => FactorStep::Over,
            Some(has_session) => FactorStep::Done {
                recovery_codes: codes.iter().map(|code| code.to_string()).collect(),
                token: has_session.then_some(token),
            },
        })
    }

    /// Sends a link for a new password to an address, if it is an account's
    /// ([`Action::AskForPassword`](super::super::Action)). The outcome says nothing about that.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn forgot_password(&self, call: &Call<'_>, email: &str) -> Result<(), Error> {
        call.must_be_able_to_block()?;
        let trace = Trace::of(call, self.0.inner.clock.now());
        let key = email.parse().ok().map(|email: EmailAddress| email.key());
        let token = Token::random();
        let token = token.as_str().to_owned();
        Ok(self.0.inner.store.write(move |store| {
            let account = match &key {
                Some(key) => accounts::by_email(store, key)?,
                None => None,
            };
            let entry = match account {
                Some(account) => send_reset(store, trace, &account, &token)?,
                None => trace.by_visitor(outcome::UNKNOWN),
            };
            audit::insert(store, std::iter::once(&entry))
        })?)
    }

    /// Makes a link for a new second factor of a user who is signed in
    /// ([`Action::SetSecondFactor`](super::super::Action)); `None` unless the present one was given
    /// within ten minutes.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn renew_factor(&self, call: &Call<'_>, session: &super::Session) -> Result<Option<Token>, Error> {
        call.must_be_able_to_block()?;
        if !session.factor_is_recent {
            return Ok(None);
        }
        let (token, now) = (Token::random(), self.0.inner.clock.now());
        let (account_id, text) = (session.account_id, token.as_str().to_owned());
        self.0.inner.store.write(move |store| make(store, account_id, Purpose::Factor, &text, now))?;
        Ok(Some(token))
    }

    /// A link that has not ended, and its account.
    fn open_link(&self, token: &str) -> Result<Option<(LinkRow, StoredAccount)>, Error> {
        let (hash, now) = (token::hash(token), self.0.inner.clock.now());
        Ok(self.0.inner.store.read(|store| {
            let Some(row) = links::by_token(store, &hash, now)? else { return Ok(None) };
            Ok(accounts::by_id(store, row.account_id)?.map(|account| (row, account)))
        })?)
    }

    /// The hash of a password that a user chooses, or why they may not.
    pub(super) fn chosen_password(
        &self,
        call: &Call<'_>,
        trace: Trace,
        account: &StoredAccount,
        password: &str,
        address: IpAddr,
    ) -> Result<Result<String, PasswordRefusal>, Error> {
        let mut about = vec![&*account.given_name, &*account.family_name];
        about.extend(account.email.split(['@', '.']));
        if let Err(refusal) = password_rules::check(password, &about) {
            return Ok(Err(refusal));
        }
        let _check = self.admit(call, trace, address)?;
        let earlier =
            self.0.inner.store.read(|store| accounts::last_passwords(store, account.id, password_rules::NOT_AGAIN))?;
        if password_rules::is_one_of(password, &earlier)? {
            return Ok(Err(PasswordRefusal::UsedBefore));
        }
        Ok(Ok(passwords::hash(password)?))
    }

    /// The stored hash if this is the account's password. A wrong one counts as at sign-in.
    fn present_password(
        &self,
        call: &Call<'_>,
        trace: Trace,
        account: &StoredAccount,
        password: &str,
        address: IpAddr,
    ) -> Result<Option<String>, Error> {
        let check = self.admit(call, trace, address)?;
        let stored = account.password_hash.clone().filter(|_| account.locked_at.is_none());
        let is_right = match &stored {
            Some(stored) => passwords::is_right(password, stored)?,
            None => false,
        };
        drop(check);
        if is_right {
            return Ok(stored);
        }
        self.wrong_password(trace, account.clone(), address)?;
        Ok(None)
    }
}

/// Sets the password of an account. Its earlier one is remembered, sessions end, and so do links
/// for passwords.
pub(super) fn set_password(
    store: &mut Transaction<'_>,
    trace: Trace,
    account: &StoredAccount,
    hash: &str,
) -> Result<(), StoreError> {
    accounts::set_password(store, account.id, hash, trace.at, password_rules::NOT_AGAIN)?;
    links::end_purpose(store, account.id, Purpose::Password.name())?;
    sessions::end_all(store, account.id).map(drop)
}

/// Sends a link for a new password, or notes why none is sent. Returns the audit line.
fn send_reset(
    store: &mut Transaction<'_>,
    trace: Trace,
    account: &StoredAccount,
    token: &str,
) -> Result<AuditEntry, StoreError> {
    let purpose = Purpose::Password;
    let made_at = links::made_at(store, account.id, purpose.name(), trace.at)?;
    if made_at.is_some_and(|made_at| trace.at.signed_duration_since(made_at) < ASKED_AGAIN) {
        return Ok(trace.by_holder(account, outcome::SENT_BEFORE));
    }
    if account.password_hash.is_none() {
        // The invitation is the way in.
        return Ok(trace.by_holder(account, outcome::INVITED));
    }
    make(store, account.id, purpose, token, trace.at)?;
    if account.locked_at.is_some() {
        // The link is made so that the next message waits, too; nobody knows its token.
        tell(store, account, MessageKind::Locked, None, None, trace.at)?;
        return Ok(trace.by_holder(account, outcome::LOCKED));
    }
    tell(store, account, MessageKind::PasswordForgotten, None, Some(token), trace.at)?;
    Ok(trace.by_holder(account, outcome::DONE))
}
