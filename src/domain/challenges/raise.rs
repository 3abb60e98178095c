//! Raising a challenge: who sees a learning record says what is wrong with one of its events.

use super::{
    Challenges, LONGEST_MESSAGE, LONGEST_VALUE, cases, decider, mark, outcome, said, step, take_turn, tell_deciders,
};
use crate::domain::learners::resolve_in;
use crate::domain::{Caller, Error, LearnerRecordQuery, RecordOutcome, UserType, codes};
use crate::model::{
    AuditEntry, Challenge, ChallengeId, ChallengeKind, ChallengeState, EmailAddress, EventField, EventStatus,
    EventTexts, Learner, LearningEvent, Permission, Timestamp, Uln,
};
use crate::store::{audit, challenges, events};

/// The most characters of a contact's name or telephone number (our choice).
pub const LONGEST_CONTACT: usize = 100;

/// What is said to be wrong. Empty text means absent.
#[derive(Debug, Clone)]
pub struct NewChallenge<'a> {
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
    /// The ULN is invalid (WSEC0136).
    InvalidUln,
    /// Nobody has this ULN, or the details differ (WSEC0208).
    NotVerified,
    /// The learner does not share data (WSEC0206).
    NotShared,
    /// The learner's record has no such event, or the kind needs one, or another one.
    NoEvent,
    /// What it says is not enough, or too much. [`NewChallenge::faults`] has all that is wrong.
    Faulty(ChallengeFault),
    /// The organisation has a challenge about this event that waits for a decision.
    AlreadyOpen(ChallengeId),
}

/// What a challenge lacks, or has too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChallengeFault {
    /// There is no name of somebody to ask, or it is too long.
    ContactName,
    /// There is no telephone number, or it is too long.
    Telephone,
    /// The e-mail address is not one.
    Email,
    /// There is no evidence though nothing else says what is wrong, or it is too long.
    Information,
    /// The value of this field is too long.
    Value(EventField),
    /// A wrong detail needs at least one value that the event should have.
    NothingSupplied,
}

impl NewChallenge<'_> {
    /// What is wrong with it, in the order of its fields. Our choice.
    pub fn faults(&self) -> Vec<ChallengeFault> {
        let is_short = |text: &str| (1..=LONGEST_CONTACT).contains(&text.trim().chars().count());
        let length = self.information.trim().chars().count();
        let says_nothing = length == 0 && self.kind != ChallengeKind::WrongDetail;
        let supplied = self.supplied.values().any(|text| !text.trim().is_empty());
        let mut faults = Vec::new();
        if self.kind == ChallengeKind::WrongDetail && !supplied {
            faults.push(ChallengeFault::NothingSupplied);
        }
        let too_long = |(_, text): &(&EventField, &String)| text.trim().chars().count() > LONGEST_VALUE;
        faults.extend(self.supplied.iter().filter(too_long).map(|(field, _)| ChallengeFault::Value(*field)));
        for (is_fault, fault) in [
            (says_nothing || length > LONGEST_MESSAGE, ChallengeFault::Information),
            (!is_short(self.contact_name), ChallengeFault::ContactName),
            (!is_short(self.telephone), ChallengeFault::Telephone),
            (self.email.parse::<EmailAddress>().is_err(), ChallengeFault::Email),
        ] {
            if is_fault {
                faults.push(fault);
            }
        }
        faults
    }
}

impl Challenges<'_> {
    /// Raises a challenge about an event of a learner whom this person found, registered or
    /// verified before. Marks its events, and opens its case at the service desk. Who decides is
    /// told by e-mail.
    ///
    /// # Errors
    /// When the caller may not see learning records, or the store fails.
    pub fn raise(&self, caller: &Caller<'_>, uln: Uln, new: &NewChallenge<'_>) -> Result<Raised, Error> {
        caller.require(Permission::ViewRecord)?;
        caller.call.must_be_able_to_block()?;
        let Some(resolved) = self.0.resolve(Some(uln))? else {
            caller.trail([Some(uln)], codes::NOT_VERIFIED);
            return Ok(Raised::NotVerified);
        };
        self.raise_about(caller, &resolved.learner, UserType::Organisation, new)
    }

    /// Like [`Self::raise`], about a learner of whom the caller claims to know ULN and details:
    /// they are verified as for the learning record (rules.md 2.13).
    ///
    /// # Errors
    /// When the caller may not see learning records or guesses too often, or the store fails.
    pub fn raise_claimed(
        &self,
        caller: &Caller<'_>,
        claimed: &LearnerRecordQuery<'_>,
        new: &NewChallenge<'_>,
    ) -> Result<Raised, Error> {
        caller.call.must_be_able_to_block()?;
        match self.0.records().verified(caller, claimed)? {
            Ok(resolved) => self.raise_about(caller, &resolved.learner, claimed.user_type, new),
            Err(RecordOutcome::InvalidUln) => Ok(Raised::InvalidUln),
            Err(_) => Ok(Raised::NotVerified),
        }
    }

    fn raise_about(
        &self,
        caller: &Caller<'_>,
        learner: &Learner,
        user_type: UserType,
        new: &NewChallenge<'_>,
    ) -> Result<Raised, Error> {
        let service = self.0;
        if !service.records().shares(learner.ability_to_share, user_type) {
            caller.trail([Some(learner.uln)], codes::NOT_SHARED);
            return Ok(Raised::NotShared);
        }
        if let Some(fault) = new.faults().first() {
            caller.trail([Some(learner.uln)], codes::NO_CHANGE);
            return Ok(Raised::Faulty(*fault));
        }
        let now = service.inner.clock.now();
        let challenge = challenge(caller, learner.uln, new, now)?;
        let (first, line) = (step(caller, ChallengeState::Open, "", now)?, caller.entry(now, Some(challenge.uln), ""));
        let raised = service.inner.store.write(move |store| {
            let Some(resolved) = resolve_in(store, challenge.uln)? else { return Ok(Raised::NotVerified) };
            let ulns: Vec<Uln> = resolved.all_ulns().collect();
            let record = events::of(store, &ulns)?;
            let Some(mut challenge) = complete(challenge.clone(), &record) else { return Ok(Raised::NoEvent) };
            let decider = take_turn(store, challenge.decided_by.as_deref())?;
            if decider.is_none() {
                // The awarding organisation has no account here, so nobody there could decide.
                challenge.decided_by = None;
            }
            let filter = challenges::ChallengeFilter {
                raised_by: challenge.raised_by,
                decided_by: None,
                of_desk: false,
                ulns: &ulns,
                open: Some(true),
                kind: None,
                after: None,
                oldest_first: false,
            };
            let open = challenges::list(store, &filter, i64::MAX)?;
            if let Some(same) = open.iter().find(|other| other.event == challenge.event && challenge.event.is_some()) {
                return Ok(Raised::AlreadyOpen(same.id));
            }
            challenge.id = challenges::insert(store, &challenge)?;
            challenges::add_step(store, challenge.id, &first)?;
            cases::open(store, challenge.id, &line)?;
            mark(store, &challenge)?;
            if let Some(decider) = &decider {
                tell_deciders(store, decider, now)?;
            }
            let line = AuditEntry { outcome: outcome(challenge.id, "raised"), ..line.clone() };
            audit::insert(store, std::iter::once(&line))?;
            Ok(Raised::Raised(challenge.id))
        })?;
        if !matches!(raised, Raised::Raised(_)) {
            caller.trail([None], codes::NO_CHANGE);
        }
        Ok(raised)
    }
}

/// The challenge as it is asked for, before its events are known.
fn challenge(caller: &Caller<'_>, uln: Uln, new: &NewChallenge<'_>, now: Timestamp) -> Result<Challenge, Error> {
    let organisation = caller.organisation()?;
    let supplied = new.supplied.iter().map(|(field, text)| (*field, said(text, LONGEST_VALUE)));
    Ok(Challenge {
        id: ChallengeId(0),
        raised_by: organisation.id,
        raised_by_name: organisation.name.clone(),
        account_id: caller.account().map(|account| account.id),
        decided_by: None,
        uln,
        kind: new.kind,
        state: ChallengeState::Open,
        event: new.event,
        other_event: new.other_event,
        original: EventTexts::new(),
        supplied: supplied.filter(|(_, text)| !text.is_empty()).collect(),
        contact_name: said(new.contact_name, LONGEST_CONTACT),
        telephone: said(new.telephone, LONGEST_CONTACT),
        email: new.email.trim().to_owned(),
        information: said(new.information, LONGEST_MESSAGE),
        created_at: now,
        resolved_at: None,
        case: None,
    })
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
