//! A session: who is signed in, for which organisation, and for how long.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::super::registry::Content;
use super::super::{Account, Call, Caller, Error, OrganisationSummary, Role, Roles};
use super::token;
use super::{Accounts, Trace, outcome};
use crate::model::{Organisation, Permission, Permissions, Timestamp, Ukprn};
use crate::store::accounts::sessions::StoredSession;
use crate::store::accounts::{self, MembershipRow, StoredAccount, sessions};
use crate::store::{StoreError, Transaction, audit};

/// A session ends after so long without a request (rules.md 7.4).
const IDLE: TimeDelta = TimeDelta::minutes(20);
/// A session ends so long after its beginning (our choice).
const LONGEST: TimeDelta = TimeDelta::hours(12);
/// Requests within this time are stored as one, so that not every page writes. A session may end
/// so much earlier than [`IDLE`] after the last request.
const SEEN_AT_ONCE: TimeDelta = TimeDelta::seconds(30);
/// For so long after a second factor sensitive acts are allowed (our choice).
const FACTOR_IS_RECENT: TimeDelta = TimeDelta::minutes(10);

/// A session as it is now.
pub struct Session {
    /// The internal number, which no other session has, before or after.
    pub id: i32,
    /// The internal number of the account.
    pub account_id: i32,
    /// The user's name.
    pub name: String,
    /// The user's e-mail address.
    pub email: String,
    /// The organisations that the user may work for now, by name.
    pub places: Vec<Place>,
    /// The one of them that the user chose.
    pub chosen: Option<Place>,
    /// The token that every form of this session must carry.
    pub form_token: String,
    /// Whether the user agreement was accepted; before that, nothing can be done.
    pub has_agreed: bool,
    /// Whether the second factor was given within the last ten minutes, as sensitive acts demand.
    pub factor_is_recent: bool,
    /// How long it lasts if nothing more is heard of the user.
    pub ends_in: Duration,
}

/// An organisation that a user may work for, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The organisation.
    pub organisation: OrganisationSummary,
    /// The user's roles there.
    pub roles: Roles,
    /// What the organisation may do.
    permissions: Permissions,
}

impl Accounts<'_> {
    /// The session with this token; `None` if it does not exist, or is over. `extend` says that the
    /// user is there: the idle time starts again. Roles and organisations are those of this moment.
    /// Runs on a thread that may block.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn session(&self, token: &str, extend: bool) -> Result<Option<Session>, Error> {
        let (inner, now) = (&self.0.inner, self.0.inner.clock.now());
        let hash = token::hash(token);
        let found = inner.store.read(|store| {
            let Some(session) = sessions::by_token(store, &hash)?.filter(|session| is_open(session, now)) else {
                return Ok(None);
            };
            let Some(account) = accounts::by_id(store, session.account_id)? else { return Ok(None) };
            let memberships = accounts::memberships_of(store, session.account_id)?;
            Ok(Some((session, account, memberships)))
        })?;
        let Some((mut session, account, memberships)) = found else { return Ok(None) };
        if extend && now.signed_duration_since(session.seen_at) >= SEEN_AT_ONCE {
            session.seen_at = now;
            let id = session.id;
            // Nobody waits for it, and if it fails, the session ends a little earlier.
            let _ = inner.store.begin_aside(move |store| sessions::note_seen(store, id, now))?;
        }
        let registry = self.0.registry(true)?;
        Ok(Some(Session::new(&registry, &session, &account, &memberships, token, now)))
    }

    /// Chooses the organisation to work for ([`Action::ChooseOrganisation`](super::super::Action)).
    /// `false` if the user may not work for it.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn choose(&self, call: &Call<'_>, session: &Session, ukprn: Ukprn) -> Result<bool, Error> {
        call.must_be_able_to_block()?;
        let Some(place) = session.places.iter().find(|place| place.organisation.ukprn == ukprn) else {
            return Ok(false);
        };
        let account = Account { id: session.account_id, name: &session.name };
        let caller = self.0.organisations().signed_in(call, ukprn, account, place.roles)?;
        let organisation_id = caller.organisation()?.id;
        let (id, entry) = (session.id, caller.entry(self.0.inner.clock.now(), None, outcome::DONE));
        self.0.inner.store.write(move |store| {
            sessions::choose(store, id, organisation_id)?;
            audit::insert(store, std::iter::once(&entry))
        })?;
        Ok(true)
    }

    /// The user of a session as a caller, for the organisation that was chosen.
    ///
    /// # Errors
    /// [`Error::UnknownOrganisation`] if none is chosen, or it is no longer active;
    /// [`Error::InsufficientAccess`] before the user agreement was accepted; errors of the store.
    pub fn caller<'c>(&self, call: &'c Call<'c>, session: &'c Session) -> Result<Caller<'c>, Error> {
        let place = session.chosen.as_ref().ok_or(Error::UnknownOrganisation)?;
        if !session.has_agreed {
            return Err(Error::InsufficientAccess);
        }
        let account = Account { id: session.account_id, name: &session.name };
        self.0.organisations().signed_in(call, place.organisation.ukprn, account, place.roles)
    }

    /// Notes that the user accepts the user agreement
    /// ([`Action::AcceptAgreement`](super::super::Action)).
    ///
    /// # Errors
    /// Errors of the store.
    pub fn accept_agreement(&self, call: &Call<'_>, session: &Session) -> Result<(), Error> {
        let (account_id, now) = (session.account_id, self.0.inner.clock.now());
        self.note(call, session, move |store| accounts::note_agreement(store, account_id, now))
    }

    /// Ends a session ([`Action::SignOut`](super::super::Action)).
    ///
    /// # Errors
    /// Errors of the store.
    pub fn sign_out(&self, call: &Call<'_>, session: &Session) -> Result<(), Error> {
        let id = session.id;
        self.note(call, session, move |store| sessions::end(store, id))
    }

    /// Ends all sessions of the session's account, this one among them.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn sign_out_everywhere(&self, call: &Call<'_>, session: &Session) -> Result<(), Error> {
        let account_id = session.account_id;
        self.note(call, session, move |store| sessions::end_all(store, account_id).map(drop))
    }

    /// Makes a change with its audit line.
    fn note(
        &self,
        call: &Call<'_>,
        session: &Session,
        change: impl Fn(&mut Transaction<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), Error> {
        call.must_be_able_to_block()?;
        let trace = Trace::of(call, self.0.inner.clock.now());
        let account_id = session.account_id;
        Ok(self.0.inner.store.write(move |store| {
            change(store)?;
            let line = accounts::by_id(store, account_id)?.map(|account| trace.by_holder(&account, outcome::DONE));
            audit::insert(store, line.iter())
        })?)
    }
}

impl Session {
    fn new(
        registry: &Content,
        stored: &StoredSession,
        account: &StoredAccount,
        memberships: &[MembershipRow],
        token: &str,
        now: Timestamp,
    ) -> Self {
        let mut places: Vec<(i32, Place)> =
            memberships.iter().filter_map(|membership| Place::of(registry, membership)).collect();
        places.sort_by(|(_, one), (_, other)| one.organisation.name.cmp(&other.organisation.name));
        let chosen = places.iter().find(|(id, _)| Some(*id) == stored.organisation_id).map(|(_, place)| place.clone());
        Self {
            id: stored.id,
            account_id: account.id,
            name: account.name(),
            email: account.email.clone(),
            places: places.into_iter().map(|(_, place)| place).collect(),
            chosen,
            form_token: token::of_forms(token),
            has_agreed: account.agreed_at.is_some(),
            factor_is_recent: now.signed_duration_since(stored.second_factor_at) < FACTOR_IS_RECENT,
            ends_in: ends_at(stored).signed_duration_since(now).to_std().unwrap_or_default(),
        }
    }

    /// The roles of the user in the organisation that was chosen.
    pub fn roles(&self) -> Roles {
        self.chosen.as_ref().map_or_else(Roles::default, |place| place.roles)
    }
}

impl Place {
    /// Whether the user may do this there: the organisation may, and one of the roles includes it.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(permission) && self.roles.permissions().contains(permission)
    }

    /// Where a membership lets the user work now: not where it is suspended, or the organisation
    /// is.
    fn of(registry: &Content, membership: &MembershipRow) -> Option<(i32, Self)> {
        let organisation: &Arc<Organisation> =
            registry.organisation_of(membership.organisation_id).filter(|organisation| organisation.active)?;
        let place = Self {
            organisation: OrganisationSummary::from(&**organisation),
            roles: roles_of(membership),
            permissions: organisation.permissions,
        };
        (!membership.suspended).then_some((organisation.id, place))
    }
}

/// The roles that a membership gives. Roles that only a later release knows are left out.
pub(super) fn roles_of(membership: &MembershipRow) -> Roles {
    membership.roles.split(',').filter_map(|name| name.parse::<Role>().ok()).collect()
}

/// Begins a session in a transaction, and deletes those that are over. If the user may work for one
/// organisation alone, it is chosen; if for none, no session begins, and the outcome is `false`.
pub(super) fn begin(
    store: &mut Transaction<'_>,
    registry: &Content,
    account: &StoredAccount,
    token_hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let memberships = accounts::memberships_of(store, account.id)?;
    let places: Vec<i32> =
        memberships.iter().filter_map(|membership| Place::of(registry, membership)).map(|(id, _)| id).collect();
    if places.is_empty() {
        return Ok(false);
    }
    let before = |time: TimeDelta| now.checked_sub_signed(time).unwrap_or(now);
    sessions::sweep(store, before(IDLE), before(LONGEST), now)?;
    accounts::note_active(store, account.id, now)?;
    let new = sessions::NewSession {
        token_hash: token_hash.to_owned(),
        account_id: account.id,
        organisation_id: if let [only] = places.as_slice() { Some(*only) } else { None },
        created_at: now,
        seen_at: now,
        second_factor_at: now,
    };
    sessions::insert(store, &new)?;
    Ok(true)
}

fn is_open(session: &StoredSession, now: Timestamp) -> bool {
    now < ends_at(session)
}

fn ends_at(session: &StoredSession) -> Timestamp {
    let after = |moment: Timestamp, time| moment.checked_add_signed(time).unwrap_or(moment);
    after(session.seen_at, IDLE).min(after(session.created_at, LONGEST))
}
