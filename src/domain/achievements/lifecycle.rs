//! The lifecycle of an achievement: provisional, final, withdrawn, and the transitions between them
//! (rules.md 6.3). Pure: it works on the learners' achievements in memory; the caller stores what
//! is new or changed.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::codes;
use super::row::Submitted;
use crate::model::{
    Achievement, AchievementAction, CatalogueEntry, EventSource, EventStatus, LearningEvent, Organisation, Reference,
    SubmissionType, Timestamp, Uln,
};

/// The key of an achievement within an awarding organisation: learner, reference and award date
/// (our choice).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// The learner's current ULN.
    pub(super) uln: Uln,
    pub(super) reference: Reference,
    pub(super) award_date: NaiveDate,
}

/// What an accepted record did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Done {
    /// A new achievement was created.
    Created,
    /// A field was changed.
    Updated,
    /// A provisional achievement became final.
    PromotedToFinal,
    /// It was withdrawn.
    Withdrawn,
    /// It was restored to its state before the withdrawal.
    Reinstated,
}

impl Done {
    /// The word stored with the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::PromotedToFinal => "promoted",
            Self::Withdrawn => "withdrawn",
            Self::Reinstated => "reinstated",
        }
    }

    /// Parses the word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Created, Self::Updated, Self::PromotedToFinal, Self::Withdrawn, Self::Reinstated]
            .into_iter()
            .find(|each| each.word() == word)
    }
}

/// A valid record, with the values for its achievement.
pub(super) struct Request<'r> {
    pub(super) key: Key,
    pub(super) submitted: &'r Submitted<'r>,
    pub(super) submission: SubmissionType,
    pub(super) entry: &'r CatalogueEntry,
    /// The grade as the catalogue spells it.
    pub(super) grade: Option<&'r str>,
    pub(super) awarding: &'r Organisation,
    pub(super) now: Timestamp,
}

/// The achievements of an awarding organisation's learners, with pending changes.
#[derive(Default)]
pub(super) struct Ledger {
    places: HashMap<Key, Vec<Place>>,
    created: usize,
}

struct Place {
    achievement: Achievement,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Stored,
    Changed,
    /// Created here, with its position among the new ones.
    New(usize),
}

impl Ledger {
    /// Adds a stored achievement. Those of the same key must come oldest first.
    pub(super) fn add(&mut self, key: Key, achievement: Achievement) {
        self.places.entry(key).or_default().push(Place { achievement, state: State::Stored });
    }

    /// Carries out a record's action. A withdrawn achievement remains when another is created with
    /// the same key; at most one of a key is not withdrawn.
    ///
    /// # Errors
    /// The code of the violated rule; nothing has changed then.
    pub(super) fn act(&mut self, request: &Request<'_>) -> Result<(Done, SubmissionType), &'static str> {
        let places = self.places.entry(request.key).or_default();
        let withdrawn = places.iter().rposition(|place| place.achievement.is_withdrawn());
        let live = places.iter_mut().rfind(|place| !place.achievement.is_withdrawn());
        let done = match (request.submitted.action, live) {
            (AchievementAction::Create, None) => {
                places.push(Place { achievement: request.achievement(), state: State::New(self.created) });
                self.created += 1;
                return Ok((Done::Created, request.submission));
            }
            (AchievementAction::Create, Some(place)) if place.promotes(request.submission) => {
                place.overwrite(request);
                Done::PromotedToFinal
            }
            (AchievementAction::Create, Some(_)) => return Err(codes::EXISTS),
            (AchievementAction::Update, Some(place)) if place.promotes(request.submission) => {
                place.overwrite(request);
                Done::PromotedToFinal
            }
            (AchievementAction::Update, Some(place)) => {
                if place.achievement.standing() != request.submission {
                    return Err(codes::FINAL);
                }
                if place.is_same(request) {
                    return Err(codes::NOTHING_TO_CHANGE);
                }
                place.overwrite(request);
                Done::Updated
            }
            (AchievementAction::Update, None) => {
                return Err(if withdrawn.is_some() { codes::WITHDRAWN } else { codes::NOTHING_TO_CHANGE });
            }
            (AchievementAction::Withdraw, Some(place)) => {
                place.withdraw(request);
                return Ok((Done::Withdrawn, place.achievement.standing()));
            }
            (AchievementAction::Withdraw, None) => return Err(codes::NOTHING_TO_CHANGE),
            (AchievementAction::Reinstate, Some(_)) => {
                return Err(if withdrawn.is_some() { codes::EXISTS } else { codes::NOTHING_TO_CHANGE });
            }
            (AchievementAction::Reinstate, None) => {
                let place = withdrawn.and_then(|last| places.get_mut(last)).ok_or(codes::NOTHING_TO_CHANGE)?;
                place.reinstate(request);
                return Ok((Done::Reinstated, place.achievement.standing()));
            }
        };
        Ok((done, request.submission))
    }

    /// What to add, in record order, and what to replace. Replacements must be stored first,
    /// withdrawn ones before others, so that a key is free before it is reused.
    pub(super) fn changes(&self) -> (Vec<&Achievement>, Vec<&Achievement>) {
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for Place { achievement, state } in self.places.values().flatten() {
            match state {
                State::Stored => {}
                State::Changed => changed.push(achievement),
                State::New(sequence) => new.push((*sequence, achievement)),
            }
        }
        new.sort_by_key(|(sequence, _)| *sequence);
        changed.sort_by_key(|achievement| (!achievement.is_withdrawn(), achievement.event.id));
        (new.into_iter().map(|(_, achievement)| achievement).collect(), changed)
    }
}

impl Place {
    fn promotes(&self, submission: SubmissionType) -> bool {
        (self.achievement.standing(), submission) == (SubmissionType::Provisional, SubmissionType::Final)
    }

    fn is_same(&self, request: &Request<'_>) -> bool {
        let Achievement { event, provider_ukprn, mis_identifier, .. } = &self.achievement;
        let new = request.submitted;
        event.grade.as_deref() == request.grade
            && event.language_for_assessment.as_deref() == new.language.map(|language| language.code())
            && provider_ukprn.eq_ignore_ascii_case(new.provider_ukprn)
            && mis_identifier.as_deref() == new.mis_identifier
    }

    /// The achievement as requested, keeping its own number and the ULN that it was created for.
    fn overwrite(&mut self, request: &Request<'_>) {
        let new = request.achievement();
        let LearningEvent { id, uln, under_data_challenge, .. } = self.achievement.event;
        self.achievement = Achievement { event: LearningEvent { id, uln, under_data_challenge, ..new.event }, ..new };
        self.touch();
    }

    fn withdraw(&mut self, request: &Request<'_>) {
        self.achievement.withdrawn_from = Some(self.achievement.standing());
        self.achievement.event.status = EventStatus::Withdrawn;
        self.note(request);
    }

    fn reinstate(&mut self, request: &Request<'_>) {
        self.achievement.event.status = self.achievement.standing().status();
        self.achievement.withdrawn_from = None;
        self.note(request);
    }

    fn note(&mut self, request: &Request<'_>) {
        self.achievement.action_date = Some(request.submitted.action_date);
        self.achievement.action_reason = request.submitted.action_reason.map(str::to_owned);
        self.touch();
    }

    fn touch(&mut self) {
        if self.state == State::Stored {
            self.state = State::Changed;
        }
    }
}

impl Request<'_> {
    /// The achievement that the request describes. Fields that awarding organisations' events lack
    /// are absent, and the provider is not shown (rules.md 2.13).
    fn achievement(&self) -> Achievement {
        let Self { key, submitted, submission, entry, grade, awarding, now } = *self;
        let event = LearningEvent {
            id: 0,
            uln: key.uln,
            source: if entry.is_unit() { EventSource::Qcfu } else { EventSource::Ao },
            status: submission.status(),
            achievement_award_date: Some(key.award_date),
            achievement_provider_name: String::new(),
            achievement_provider_ukprn: String::new(),
            awarding_organisation_name: Some(awarding.name.clone()),
            awarding_organisation_ukprn: Some(awarding.ukprn.to_string()),
            collection_type: None,
            credits: entry.credits,
            date_loaded: Some(now),
            grade: grade.map(str::to_owned),
            language_for_assessment: submitted.language.map(|language| language.code().to_owned()),
            level: entry.level.clone(),
            participation_start_date: None,
            participation_end_date: None,
            qualification_type: Some(entry.qualification_type.clone()),
            restriction: None,
            return_number: None,
            subject: entry.title.clone(),
            subject_code: key.reference.to_string(),
            under_data_challenge: false,
        };
        Achievement {
            event,
            withdrawn_from: None,
            provider_ukprn: submitted.provider_ukprn.to_ascii_uppercase(),
            mis_identifier: submitted.mis_identifier.map(str::to_owned),
            action_date: Some(submitted.action_date),
            action_reason: submitted.action_reason.map(str::to_owned),
        }
    }
}
