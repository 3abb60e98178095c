//! Learning event data challenges: somebody who sees a learning record says that an event is wrong,
//! and the awarding organisation, or for ILR and NPD the service desk, decides (rules.md 7.6).

mod cases;
mod correction;
mod decide;
mod own;
mod raise;

pub use correction::{Correction, NotCorrected};
pub use decide::{Decided, Decision};
pub use own::{ChallengePage, ChallengeQuery, ShownChallenge, Waiting, Whose};
pub use raise::{ChallengeFault, LONGEST_CONTACT, NewChallenge, Raised};

use super::achievements::lock_of;
use super::outbox::tell;
use super::roles::{Role, Roles};
use super::{Caller, Error, Service};
use crate::model::{
    Challenge, ChallengeId, ChallengeState, ChallengeStep, EventSource, LearningEvent, MessageKind, Organisation,
    Permission, Timestamp,
};
use crate::store::{StoreError, Transaction, accounts, challenges, lock, organisations};

/// The most characters of what somebody says about a challenge (our choice).
pub const LONGEST_MESSAGE: usize = 2_000;
/// The most characters of a value that an event should have (our choice).
pub const LONGEST_VALUE: usize = 255;
/// All changes of challenges wait for one another, so that a mark is never left or lost.
const LOCK: i64 = 0x4C45_4443 << 32;

/// Learning event data challenges.
#[derive(Clone, Copy)]
pub struct Challenges<'s>(pub(super) &'s Service);

/// Who may do what about a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The caller's organisation raised it: it may answer and withdraw it.
    pub raised: bool,
    /// The caller decides it.
    pub decides: bool,
}

impl Part {
    /// The caller's part in a challenge. Awarding organisations decide about their own events with
    /// the permission to submit achievements, the service desk about all others.
    fn of(caller: &Caller<'_>, challenge: &Challenge) -> Result<Self, Error> {
        let organisation = caller.organisation()?;
        let decides = match &challenge.decided_by {
            Some(ukprn) => ukprn == organisation.ukprn.as_str() && caller.may(Permission::SubmitAchievements),
            None => caller.is_service_desk(),
        };
        Ok(Self { raised: challenge.raised_by == organisation.id && caller.may(Permission::ViewRecord), decides })
    }

    /// Whether the caller has a part in the challenge at all.
    const fn is_any(self) -> bool {
        self.raised || self.decides
    }
}

/// Who decides about an event: its awarding organisation by UKPRN, or `None` for the service desk.
fn decider(event: &LearningEvent) -> Option<String> {
    match event.source {
        EventSource::Ao | EventSource::Qcfu | EventSource::Qcfq => event.awarding_organisation_ukprn.clone(),
        EventSource::Ilr | EventSource::Npd => None,
    }
}

/// Waits for other changes of challenges, and for batches of the awarding organisation that may
/// change the same events. Returns the organisation that decides, if it is one of ours.
fn take_turn(store: &mut Transaction<'_>, decided_by: Option<&str>) -> Result<Option<Organisation>, StoreError> {
    let decider = match decided_by {
        Some(ukprn) => organisations::all(store)?.into_iter().find(|each| each.ukprn.as_str() == ukprn),
        None => None,
    };
    if let Some(decider) = &decider {
        lock(store, lock_of(decider.id))?;
    }
    lock(store, LOCK)?;
    Ok(decider)
}

/// A step of a challenge by the caller.
fn step(caller: &Caller<'_>, state: ChallengeState, message: &str, at: Timestamp) -> Result<ChallengeStep, Error> {
    Ok(ChallengeStep {
        at,
        state,
        organisation: caller.organisation()?.name.clone(),
        user_name: caller.user_name().to_owned(),
        message: said(message, LONGEST_MESSAGE),
    })
}

/// What somebody wrote, at most so many characters of it: lines end with a line feed, and there is
/// no other control character, which not every database and no XML message can have.
fn said(text: &str, longest: usize) -> String {
    let text = text.trim().replace("\r\n", "\n");
    text.chars().filter(|letter| *letter == '\n' || !letter.is_control()).take(longest).collect()
}

/// Marks the events of a challenge as the challenges that are open now say.
fn mark(store: &mut Transaction<'_>, challenge: &Challenge) -> Result<(), StoreError> {
    for event in challenge.event.iter().chain(&challenge.other_event) {
        challenges::mark_event(store, *event)?;
    }
    Ok(())
}

/// Tells the users who decide that a challenge waits for them.
fn tell_deciders(store: &mut Transaction<'_>, decider: &Organisation, now: Timestamp) -> Result<(), StoreError> {
    for (account, membership) in accounts::users::of_organisation(store, decider.id)? {
        let roles: Roles = membership.roles.parse().unwrap_or_default();
        if roles.contains(Role::AwardingOrganisation) && !membership.suspended && account.password_hash.is_some() {
            tell(store, &account, MessageKind::ChallengeWaits, Some(&decider.name), None, now)?;
        }
    }
    Ok(())
}

/// Tells the user who raised a challenge that something was done about it.
fn tell_raiser(store: &mut Transaction<'_>, challenge: &Challenge, now: Timestamp) -> Result<(), StoreError> {
    let Some(account_id) = challenge.account_id else { return Ok(()) };
    if let Some((account, _)) = accounts::users::user(store, challenge.raised_by, account_id)? {
        tell(store, &account, MessageKind::ChallengeMoved, Some(&challenge.raised_by_name), None, now)?;
    }
    Ok(())
}

/// The outcome in an audit line.
fn outcome(id: ChallengeId, what: &str) -> String {
    format!("{id} {what}")
}
