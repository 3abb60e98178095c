//! Raising a challenge: who sees a learning record says what is wrong with one of its events.

use super::{Challenges, decider, mark, outcome, step, take_turn, tell_deciders};
use crate::domain::learners::resolve_in;
use crate::domain::{Caller, Error, codes};
use crate::model::{
    AbilityToShare, Challenge, ChallengeId, ChallengeKind, ChallengeState, EventField, EventStatus, EventTexts,
    LearningEvent, Permission, Uln,
};
use crate::store::{audit, challenges, events};

/// What is said to be wrong. Empty text means absent.
#[derive(Debug, Clone)]
pub struct NewChallenge<'a> {
    /// The learner, whom this person found, registered or verified before.
    pub uln: Uln,
    /// What is wrong.
    pub kind: ChallengeKind,
    /// The event; `None` if it is missing.
    pub event: Option<i32>,
    /// The event of which it is a duplicate.
    pub other_event: Option<i32>,
    /// What the event should have. For a missing event, all that is known of it.
    pub supplied: EventTexts,
    /// Whom to ask.
    pub contact_name: &'a str,
    /// Their telephone number.
    pub telephone: &'a str,
    /// Their e-mail address.
    pub email: &'a str,
    /// The evidence, in words.
    pub information: &'a str,
}

/// What came of raising a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raised {
    /// It was raised, and has this number.
    Raised(ChallengeId),
    /// Nobody has this ULN any more (WSEC0208).
    NotVerified,
    /// The learner does not share data (WSEC0206).
    NotShared,
    /// The learner's record has no such event, or the kind needs one, or another one.
    NoEvent,
    /// The organisation has a challenge about this event that waits for a decision.
    AlreadyOpen(ChallengeId),
}

impl Challenges<'_> {
    /// Raises a challenge and marks its events. Who decides is told by e-mail.
    ///
    /// # Errors
    /// When the caller may not see learning records, or the store fails.
    pub fn raise(&self, caller: &Caller<'_>, new: &NewChallenge<'_>) -> Result<Raised, Error> {
        caller.require(Permission::ViewRecord)?;
        caller.call.must_be_able_to_block()?;
        let service = self.0;
        let Some(resolved) = service.resolve(Some(new.uln))? else {
            caller.trail([Some(new.uln)], codes::NOT_VERIFIED);
            return Ok(Raised::NotVerified);
        };
        let shares = match resolved.learner.ability_to_share {
            AbilityToShare::Shares => true,
            AbilityToShare::NotSeen => !service.inner.settings.unseen_notice_blocks,
            AbilityToShare::DoesNotShare => false,
        };
        if !shares {
            caller.trail([Some(resolved.learner.uln)], codes::NOT_SHARED);
            return Ok(Raised::NotShared);
        }
        let now = service.inner.clock.now();
        let organisation = caller.organisation()?;
        let challenge = Challenge {
            id: ChallengeId(0),
            raised_by: organisation.id,
            raised_by_name: organisation.name.clone(),
            account_id: caller.account().map(|account| account.id),
            decided_by: None,
            uln: resolved.learner.uln,
            kind: new.kind,
            state: ChallengeState::Open,
            event: new.event,
            other_event: new.other_event,
            original: EventTexts::new(),
            supplied: new.supplied.iter().map(|(field, text)| (*field, text.trim().to_owned())).collect(),
            contact_name: new.contact_name.to_owned(),
            telephone: new.telephone.to_owned(),
            email: new.email.to_owned(),
            information: new.information.to_owned(),
            created_at: now,
            resolved_at: None,
        };
        let (first, line) = (step(caller, ChallengeState::Open, "", now)?, caller.entry(now, Some(challenge.uln), ""));
        let uln = new.uln;
        let raised = service.inner.store.write(move |store| {
            let Some(resolved) = resolve_in(store, uln)? else { return Ok(Raised::NotVerified) };
            let ulns: Vec<Uln> = resolved.all_ulns().collect();
            let record = events::of(store, &ulns)?;
            let Some(mut challenge) = complete(challenge.clone(), &record) else { return Ok(Raised::NoEvent) };
            let decider = take_turn(store, challenge.decided_by.as_deref())?;
            let filter = challenges::ChallengeFilter {
                raised_by: challenge.raised_by,
                decided_by: None,
                of_desk: false,
                ulns: &ulns,
                open: true,
                before: None,
            };
            let open = challenges::list(store, &filter, i64::MAX)?;
            if let Some(same) = open.iter().find(|other| other.event == challenge.event && challenge.event.is_some()) {
                return Ok(Raised::AlreadyOpen(same.id));
            }
            challenge.id = challenges::insert(store, &challenge)?;
            challenges::add_step(store, challenge.id, &first)?;
            mark(store, &challenge)?;
            if let Some(decider) = &decider {
                tell_deciders(store, decider, now)?;
            }
            let line = crate::model::AuditEntry { outcome: outcome(challenge.id, "raised"), ..line.clone() };
            audit::insert(store, std::iter::once(&line))?;
            Ok(Raised::Raised(challenge.id))
        })?;
        if !matches!(raised, Raised::Raised(_)) {
            caller.trail([None], codes::NO_CHANGE);
        }
        Ok(raised)
    }
}

/// The challenge with what its events have, and who decides; `None` if the record lacks an event
/// that it needs.
fn complete(challenge: Challenge, record: &[LearningEvent]) -> Option<Challenge> {
    let find = |id: Option<i32>| {
        let id = id?;
        record.iter().find(|event| event.id == id && event.status != EventStatus::Withdrawn)
    };
    let (event, other) = (find(challenge.event), find(challenge.other_event));
    let is_complete = match challenge.kind {
        ChallengeKind::MissingEvent => challenge.event.is_none() && challenge.other_event.is_none(),
        ChallengeKind::DuplicateEvents => {
            event.is_some() && other.is_some() && challenge.event != challenge.other_event
        }
        ChallengeKind::WrongDetail | ChallengeKind::NotMine => event.is_some() && challenge.other_event.is_none(),
        ChallengeKind::Other => event.is_some() == challenge.event.is_some() && challenge.other_event.is_none(),
    };
    let original = |event: &LearningEvent| -> EventTexts {
        EventField::ALL.iter().map(|field| (*field, field.text_of(event))).collect()
    };
    is_complete.then(|| Challenge {
        decided_by: event.and_then(decider),
        original: event.map(original).unwrap_or_default(),
        ..challenge
    })
}
