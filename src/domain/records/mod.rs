//! Personal learning records: who may see one, and what is in it (rules.md 2.13, 4.6).

mod listing;
mod question;

pub use listing::{Credits, Listed, Listing, ListingFilter, Origin, listing_day};
pub use question::{GetType, LearnerRecordQuery, RecordQuery, UserType};

use super::learners::{Resolved, compare};
use super::misses::Way;
use super::{Caller, Error, Service, codes};
use crate::model::{AbilityToShare, EventStatus, Learner, LearningEvent, Permission, Postcode, Uln};
use crate::store::{Record, events};

/// The outcome of a query for a learning record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordOutcome {
    /// The learning record, which may be empty (WSRC0004).
    Found,
    /// The record of the master into which the ULN was merged (WSRC0022).
    FoundLinked,
    /// The ULN is invalid (WSEC0136).
    InvalidUln,
    /// The learner does not share data (WSEC0206).
    NotShared,
    /// No learner has this ULN, or the details differ (WSEC0208).
    NotVerified,
}

impl RecordOutcome {
    /// The response code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Found => codes::FOUND,
            Self::FoundLinked => codes::MASTER_SUBSTITUTED,
            Self::InvalidUln => codes::INVALID_ULN,
            Self::NotShared => codes::NOT_SHARED,
            Self::NotVerified => codes::NOT_VERIFIED,
        }
    }

    /// Whether the reply contains the record.
    pub const fn shows_record(self) -> bool {
        match self {
            Self::Found | Self::FoundLinked => true,
            Self::InvalidUln | Self::NotShared | Self::NotVerified => false,
        }
    }
}

/// A learner's events.
#[derive(Debug)]
pub struct RecordAnswer {
    /// The outcome.
    pub outcome: RecordOutcome,
    /// `FoundULN`: the learner's ULN, or the master's if it was merged; also if the learner does
    /// not share data (our choice).
    pub found_uln: Option<Uln>,
    /// The events, except withdrawn ones, by source and number.
    pub events: Vec<LearningEvent>,
    /// How much of each event was requested.
    pub get_type: GetType,
}

/// A learner's events with personal details.
#[derive(Debug)]
pub struct LearnerRecord {
    /// The outcome.
    pub outcome: RecordOutcome,
    /// The learner; only if the outcome is a record.
    pub learner: Option<Learner>,
    /// Whether the learner shares data; `None` if the learner was not verified.
    pub sharing: Option<AbilityToShare>,
    /// The events.
    pub events: Vec<LearningEvent>,
}

/// Personal learning records.
#[derive(Clone, Copy)]
pub struct Records<'s>(pub(super) &'s Service);

impl Records<'_> {
    /// GetLearnerLearningEvents.
    pub fn events(&self, caller: &Caller<'_>, query: &RecordQuery<'_>) -> Result<RecordAnswer, Error> {
        let RecordQuery { uln, claimed, user_type, get_type } = *query;
        let question = LearnerRecordQuery { uln, claimed, postcode: None, user_type };
        let (outcome, learner, events) = self.open_record(caller, &question)?;
        Ok(RecordAnswer { outcome, found_uln: learner.map(|learner| learner.uln), events, get_type })
    }

    /// GetLearnerRecord.
    pub fn with_learner(&self, caller: &Caller<'_>, query: &LearnerRecordQuery<'_>) -> Result<LearnerRecord, Error> {
        let (outcome, learner, events) = self.open_record(caller, query)?;
        Ok(LearnerRecord::of(outcome, learner, events))
    }

    /// The learning record of a learner whom this person found, registered or verified in the same
    /// session, or of the master if the ULN was merged since. Like
    /// [`Learners::view`](super::Learners::view), it asks for no names, so the ULN must not be one
    /// that was typed. Everything else is as for GetLearnerRecord (rules.md 4.6, our choice).
    pub fn view(&self, caller: &Caller<'_>, uln: Uln) -> Result<LearnerRecord, Error> {
        caller.require(Permission::ViewRecord)?;
        let Some(resolved) = self.0.resolve(Some(uln))? else {
            caller.trail([Some(uln)], codes::NOT_VERIFIED);
            return Ok(LearnerRecord::of(RecordOutcome::NotVerified, None, Vec::new()));
        };
        let (outcome, learner, events) = self.disclose(caller, resolved, UserType::Organisation)?;
        Ok(LearnerRecord::of(outcome, learner, events))
    }

    /// The outcome, the learner if verified, and the events if they may be seen.
    fn open_record(
        &self,
        caller: &Caller<'_>,
        query: &LearnerRecordQuery<'_>,
    ) -> Result<(RecordOutcome, Option<Learner>, Vec<LearningEvent>), Error> {
        match self.verified(caller, query)? {
            Ok(resolved) => self.disclose(caller, resolved, query.user_type),
            Err(outcome) => Ok((outcome, None, Vec::new())),
        }
    }

    /// The learner, if the details are theirs; else the outcome, with its audit line.
    pub(in crate::domain) fn verified(
        &self,
        caller: &Caller<'_>,
        query: &LearnerRecordQuery<'_>,
    ) -> Result<Result<Resolved, RecordOutcome>, Error> {
        caller.require(Permission::ViewRecord)?;
        let Ok(uln) = query.uln.parse::<Uln>() else {
            caller.trail([None], codes::INVALID_ULN);
            return Ok(Err(RecordOutcome::InvalidUln));
        };
        self.0.may_try(caller, Way::Record, Some(uln))?;
        let verified = self.0.resolve(Some(uln))?.filter(|resolved| {
            compare(resolved, &query.claimed).0.is_verified()
                && query.postcode.filter(|text| !text.is_empty()).is_none_or(|postcode| {
                    postcode
                        .parse()
                        .is_ok_and(|asked: Postcode| resolved.records().any(|r| r.address.postcode == asked))
                })
        });
        if let Some(resolved) = verified {
            return Ok(Ok(resolved));
        }
        self.0.tried(caller, Way::Record, uln);
        caller.trail([Some(uln)], codes::NOT_VERIFIED);
        Ok(Err(RecordOutcome::NotVerified))
    }

    /// The record of a learner who is verified, if it may be seen, with its audit line.
    fn disclose(
        &self,
        caller: &Caller<'_>,
        resolved: Resolved,
        user_type: UserType,
    ) -> Result<(RecordOutcome, Option<Learner>, Vec<LearningEvent>), Error> {
        let outcome = if !self.shares(resolved.learner.ability_to_share, user_type) {
            RecordOutcome::NotShared
        } else if resolved.is_substituted() {
            RecordOutcome::FoundLinked
        } else {
            RecordOutcome::Found
        };
        let mut events = Vec::new();
        if outcome.shows_record() {
            let ulns: Vec<Uln> = resolved.all_ulns().collect();
            events = self.0.inner.store.read(|store| events::of(store, &ulns))?;
            events.retain(|event| event.status != EventStatus::Withdrawn);
            events.sort_by_key(LearningEvent::listing_key);
        }
        let mut entry = caller.entry(self.0.inner.clock.now(), Some(resolved.learner.uln), outcome.code());
        entry.record_shown = outcome.shows_record();
        caller.record(Record { entries: vec![entry], ..Record::default() });
        Ok((outcome, Some(resolved.learner), events))
    }

    /// Whether the learning record may be shown: always to the learner; to others unless the
    /// learner refused or, depending on a setting, has not seen the privacy notice (rules.md 4.6,
    /// our choice).
    pub(in crate::domain) fn shares(&self, ability: AbilityToShare, user_type: UserType) -> bool {
        match (user_type, ability) {
            (UserType::Learner, _) | (_, AbilityToShare::Shares) => true,
            (_, AbilityToShare::DoesNotShare) => false,
            (_, AbilityToShare::NotSeen) => !self.0.inner.settings.unseen_notice_blocks,
        }
    }
}

impl LearnerRecord {
    fn of(outcome: RecordOutcome, learner: Option<Learner>, events: Vec<LearningEvent>) -> Self {
        let sharing = learner.as_ref().map(|learner| learner.ability_to_share);
        Self { outcome, learner: learner.filter(|_| outcome.shows_record()), sharing, events }
    }
}
