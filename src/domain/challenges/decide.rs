//! What is done about a challenge: who decides asks back, accepts it with a correction, settles it
//! without a change, or rejects it; who raised it answers or withdraws it.

use super::correction::{Correction, NotCorrected, is_taken, with_fields};
use super::{Challenges, LONGEST_VALUE, Part, cases, mark, outcome, said, step, take_turn, tell_deciders, tell_raiser};
use crate::domain::{Caller, Error, codes};
use crate::model::{
    Challenge, ChallengeId, ChallengeState, EventField, EventStatus, EventTexts, EventVersion, LearningEvent,
    Permission, Reference, Timestamp, Uln,
};
use crate::store::{StoreError, Transaction, audit, catalogue, challenges, events};

/// What somebody does about a challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Who decides asks who raised it.
    Ask,
    /// Who raised it answers.
    Answer,
    /// Who raised it withdraws it.
    Withdraw,
    /// Who decides accepts it, with a correction.
    Accept(Correction),
    /// Who decides settles it without a change of the event.
    NoChange,
    /// Who decides rejects it.
    Reject,
}

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// It was done, and the challenge is in this state.
    Done(ChallengeState),
    /// The caller has no part in such a challenge.
    NotFound,
    /// The other party has to do this.
    NotAllowed,
    /// The other party must be told something: the question, the answer, or the reason.
    NoMessage,
    /// The challenge is settled already, and is in this state.
    Settled(ChallengeState),
    /// The correction cannot be made. Nothing was changed.
    NotCorrected(NotCorrected),
}

impl Decision {
    const fn state(&self) -> ChallengeState {
        match self {
            Self::Ask | Self::Answer => ChallengeState::InProgress,
            Self::Withdraw => ChallengeState::Withdrawn,
            Self::Accept(_) => ChallengeState::Corrected,
            Self::NoChange => ChallengeState::NoChange,
            Self::Reject => ChallengeState::Rejected,
        }
    }

    const fn is_for(&self, part: Part) -> bool {
        match self {
            Self::Ask | Self::Accept(_) | Self::NoChange | Self::Reject => part.decides,
            Self::Answer | Self::Withdraw => part.raised,
        }
    }

    /// Whether the other party must be told something. A correction and a withdrawal speak for
    /// themselves.
    pub const fn needs_message(&self) -> bool {
        match self {
            Self::Ask | Self::Answer | Self::NoChange | Self::Reject | Self::Accept(Correction::Elsewhere) => true,
            Self::Withdraw | Self::Accept(Correction::Fields(_) | Correction::Withdraw) => false,
        }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Ask => "asked",
            Self::Answer => "answered",
            Self::Withdraw => "withdrawn",
            Self::Accept(_) => "corrected",
            Self::NoChange => "no change",
            Self::Reject => "rejected",
        }
    }
}

impl Challenges<'_> {
    /// Does something about a challenge, in one transaction: the state, the correction of the event
    /// with what it had before, the marks, the audit line, and the message to the other party. Of
    /// two that settle it at once, one is told that it is settled.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn decide(
        &self,
        caller: &Caller<'_>,
        id: ChallengeId,
        decision: &Decision,
        message: &str,
    ) -> Result<Decided, Error> {
        caller.call.must_be_able_to_block()?;
        let Some((challenge, part)) = self.own(caller, id)? else {
            caller.trail([None], codes::NO_MATCH);
            return Ok(Decided::NotFound);
        };
        if !decision.is_for(part) {
            caller.trail([Some(challenge.uln)], codes::INSUFFICIENT_ACCESS);
            return Ok(Decided::NotAllowed);
        }
        let now = self.0.inner.clock.now();
        let step = step(caller, decision.state(), message, now)?;
        if decision.needs_message() && step.message.is_empty() {
            caller.trail([None], codes::NO_CHANGE);
            return Ok(Decided::NoMessage);
        }
        let line = caller.entry(now, Some(challenge.uln), &outcome(id, decision.word()));
        let decision = decision.clone();
        let decided = self.0.inner.store.write(move |store| {
            let decider = take_turn(store, challenge.decided_by.as_deref())?;
            let state = decision.state();
            if let Decision::Accept(correction) = &decision
                && let Some(current) = challenges::by_id(store, id)?.filter(|current| current.state.is_open())
                && let Err(why) = correct(store, &current, correction, now)?
            {
                return Ok(Decided::NotCorrected(why));
            }
            if !challenges::set_state(store, id, state, (!state.is_open()).then_some(now))? {
                let current = challenges::by_id(store, id)?.ok_or(StoreError::Corrupt("challenges.id"))?;
                return Ok(Decided::Settled(current.state));
            }
            challenges::add_step(store, id, &step)?;
            cases::rectify(store, &challenge, state, &line)?;
            mark(store, &challenge)?;
            match (&decision, &decider) {
                (Decision::Answer | Decision::Withdraw, Some(decider)) => tell_deciders(store, decider, now)?,
                (Decision::Answer | Decision::Withdraw, None) => {}
                _ => tell_raiser(store, &challenge, now)?,
            }
            audit::insert(store, std::iter::once(&line))?;
            Ok(Decided::Done(state))
        })?;
        if !matches!(decided, Decided::Done(_)) {
            caller.trail([None], codes::NO_CHANGE);
        }
        Ok(decided)
    }
}

impl Challenges<'_> {
    /// Withdraws a challenge by its reference, if the caller's organisation raised it and it is
    /// about this learner.
    ///
    /// # Errors
    /// When the caller may not see learning records, or the store fails.
    pub fn withdraw(
        &self,
        caller: &Caller<'_>,
        uln: Option<Uln>,
        reference: Option<ChallengeId>,
    ) -> Result<Decided, Error> {
        caller.require(Permission::ViewRecord)?;
        let own = match (uln, reference) {
            (Some(_), Some(id)) => self.own(caller, id)?,
            _ => None,
        };
        let resolved = self.0.resolve(uln)?;
        let is_theirs = |challenge: &Challenge| {
            uln == Some(challenge.uln)
                || resolved.as_ref().is_some_and(|resolved| resolved.all_ulns().any(|each| each == challenge.uln))
        };
        match own.filter(|(challenge, part)| part.raised && is_theirs(challenge)) {
            Some((challenge, _)) => self.decide(caller, challenge.id, &Decision::Withdraw, ""),
            None => {
                caller.trail([uln], codes::NO_MATCH);
                Ok(Decided::NotFound)
            }
        }
    }
}

/// Changes the event and keeps what it had before.
fn correct(
    store: &mut Transaction<'_>,
    challenge: &Challenge,
    correction: &Correction,
    now: Timestamp,
) -> Result<Result<(), NotCorrected>, StoreError> {
    let fields = match correction {
        Correction::Elsewhere => return Ok(Ok(())),
        Correction::Withdraw => None,
        Correction::Fields(fields) => Some(fields),
    };
    let event = match challenge.event {
        Some(event) => events::by_id(store, event)?.filter(|event| event.status != EventStatus::Withdrawn),
        None => None,
    };
    let Some(event) = event else { return Ok(Err(NotCorrected::NoEvent)) };
    let (corrected, before, after) = match fields {
        None => {
            (LearningEvent { status: EventStatus::Withdrawn, ..event.clone() }, EventTexts::new(), EventTexts::new())
        }
        Some(fields) => {
            let fields: &EventTexts = &fields.iter().map(|(field, text)| (*field, said(text, LONGEST_VALUE))).collect();
            let reference = fields.get(&EventField::Reference).map_or(event.subject_code.as_str(), String::as_str);
            let entry = match reference.trim().parse::<Reference>() {
                Ok(reference) => catalogue::of(store, &[reference])?.into_iter().next(),
                Err(_) => None,
            };
            match with_fields(&event, fields, entry.as_ref()) {
                Ok(corrected) => corrected,
                Err(why) => return Ok(Err(why)),
            }
        }
    };
    if corrected.status != EventStatus::Withdrawn && is_taken(&corrected, &events::of(store, &[event.uln])?) {
        return Ok(Err(NotCorrected::Exists));
    }
    events::replace(store, &corrected)?;
    challenges::add_version(store, event.id, &EventVersion { at: now, challenge: challenge.id, before, after })?;
    Ok(Ok(()))
}
