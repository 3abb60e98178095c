//! Users: their accounts, how they sign in, and their sessions (rules.md 7.4). What a user may do
//! for an organisation is decided where every caller's is ([`Caller::may`](super::Caller)).

mod admission;
mod kept;
mod link;
mod new_account;
mod passkeys;
mod password_rules;
mod recovery;
mod second_factor;
mod session;
mod sign_in;
mod token;
mod totp;
mod users;
mod webauthn;

pub(super) use admission::Admission;
pub use link::{FactorStep, Link, PasswordStep, Purpose, Step};
pub use new_account::ReadyAccount;
pub use passkeys::{AddedPasskey, MOST_PASSKEYS, Passkey};
pub use password_rules::PasswordRefusal;
pub use second_factor::{SecondFactor, SignedIn};
pub use session::{Place, Session};
pub use sign_in::{Credentials, PendingSignIn, SignIn};
pub use token::Token;
#[cfg(test)]
pub(super) use totp::code as totp_code;
pub use users::{Activity, ActivityPage, Changed, Invited, NewUser, User, UserDetails, UserStatus, Users};

use super::caller::Party;
use super::{Account, Action, Call, Service};
use crate::model::{AuditEntry, Door, Timestamp};
use crate::store::StoreError;
use crate::store::accounts::StoredAccount;

/// The words for outcomes in the trail.
mod outcome {
    pub(super) const DONE: &str = "Done";
    pub(super) const WRONG_PASSWORD: &str = "Wrong password";
    pub(super) const WRONG_CODE: &str = "Wrong code";
    pub(super) const UNKNOWN: &str = "Unknown account";
    pub(super) const LOCKED: &str = "Locked";
    pub(super) const SUSPENDED: &str = "Suspended";
    pub(super) const EXPIRED: &str = "Password expired";
    pub(super) const INVITED: &str = "Invited";
    pub(super) const SENT_BEFORE: &str = "Sent before";
    pub(super) const SLOWED_DOWN: &str = "Slowed down";
}

/// Users: sign-in, sessions, accounts.
#[derive(Clone, Copy)]
pub struct Accounts<'s>(pub(super) &'s Service);

/// Where and as what something is done, for audit lines that are made inside a transaction.
#[derive(Clone, Copy)]
struct Trace {
    door: Door,
    action: Action,
    at: Timestamp,
}

impl Trace {
    fn of(call: &Call<'_>, at: Timestamp) -> Self {
        Self { door: call.door(), action: call.action(), at }
    }

    /// The line of somebody of whom an account is known, outside any organisation.
    fn by_holder(self, account: &StoredAccount, outcome: &str) -> AuditEntry {
        let name = account.name();
        let party = Party::Holder { account: Account { id: account.id, name: &name } };
        party.line(self.door, self.action, self.at, None, outcome)
    }

    /// The line of somebody of whom no account is known.
    fn by_visitor(self, outcome: &str) -> AuditEntry {
        Party::Visitor.line(self.door, self.action, self.at, None, outcome)
    }
}

/// Locks an account in the transaction that noticed the reason. Its sessions end.
fn lock(
    store: &mut crate::store::Transaction<'_>,
    trace: Trace,
    account: &StoredAccount,
) -> Result<Option<AuditEntry>, StoreError> {
    use crate::store::accounts;
    if !accounts::lock(store, account.id, trace.at)? {
        return Ok(None);
    }
    accounts::sessions::end_all(store, account.id)?;
    let trace = Trace { action: Action::LockAccount, ..trace };
    Ok(Some(trace.by_holder(account, outcome::LOCKED)))
}
