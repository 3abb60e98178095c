//! The lifecycle of an achievement: provisional, final, withdrawn, and the transitions between them
//! (rules.md 6.3). Pure: it works on the learners' achievements in memory; the caller stores what
//! is new or changed.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use super::codes;
use super::row::Submitted;
use crate::model::{
    Achievement, AchievementAction, AchievementDone, AchievementStep, CatalogueEntry, Door, EventSource, EventStatus,
    LearningEvent, Organisation, Reference, SubmissionType, Timestamp, Uln,
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

/// A valid record, with the values for its achievement.
pub(super) struct Request<'r> {
    pub(super) key: Key,
    pub(super) submitted: &'r Submitted<'r>,
    pub(super) submission: SubmissionType,
    pub(super) entry: &'r CatalogueEntry,
    /// The grade as the catalogue spells it.
    pub(super) grade: Option<&'r str>,
    pub(super) awarding: &'r Organisation,
    /// Who submitted it.
    pub(super) by: By<'r>,
    /// The achievement that is meant, where it is known by its number.
    pub(super) target: Option<i32>,
    pub(super) now: Timestamp,
}

/// Who submits records, and by which door.
#[derive(Clone, Copy)]
pub(super) struct By<'r> {
    pub(super) door: Door,
    pub(super) user_name: &'r str,
}

/// What is to be stored of an achievement.
pub(super) struct Change<'l> {
    pub(super) achievement: &'l Achievement,
    /// What was done to it, in order.
    pub(super) steps: &'l [AchievementStep],
}

/// The achievements of an awarding organisation's learners, with pending changes.
#[derive(Default)]
pub(super) struct Ledger {
    places: HashMap<Key, Vec<Place>>,
    /// When entries that wait for a result expect it, by learner and reference.
    entries: HashMap<(Uln, Reference), BTreeSet<NaiveDate>>,
    created: usize,
    moved: usize,
}

struct Place {
    achievement: Achievement,
    state: State,
    steps: Vec<AchievementStep>,
    /// The position among those that got another award date here.
    moved: Option<usize>,
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
        if achievement.is_entry() {
            self.expect(key, true);
        }
        let stored = Place { achievement, state: State::Stored, steps: Vec::new(), moved: None };
        self.places.entry(key).or_default().push(stored);
    }

    /// Carries out a record's action. A withdrawn achievement remains when another is created with
    /// the same key; at most one of a key is not withdrawn.
    ///
    /// # Errors
    /// The code of the violated rule; nothing has changed then.
    pub(super) fn act(&mut self, request: &Request<'_>) -> Result<(AchievementDone, SubmissionType), &'static str> {
        self.complete(request)?;
        let places = self.places.entry(request.key).or_default();
        let withdrawn = places.iter().rposition(|place| place.achievement.is_withdrawn());
        let live = places.iter_mut().rfind(|place| !place.achievement.is_withdrawn());
        if let (Some(target), Some(place)) = (request.target, &live)
            && place.achievement.event.id != target
        {
            return Err(match request.submitted.action {
                AchievementAction::Create | AchievementAction::Reinstate => codes::EXISTS,
                AchievementAction::Update => codes::WITHDRAWN,
                AchievementAction::Withdraw => codes::NOTHING_TO_CHANGE,
            });
        }
        let (done, place) = match (request.submitted.action, live) {
            (AchievementAction::Create, None) => {
                let state = State::New(self.created);
                self.created += 1;
                let new = Place { achievement: request.achievement(), state, steps: Vec::new(), moved: None };
                (AchievementDone::Created, places.push_mut(new))
            }
            (AchievementAction::Create | AchievementAction::Update, Some(place))
                if place.promotes(request.submission) =>
            {
                place.overwrite(request);
                (AchievementDone::PromotedToFinal, place)
            }
            // The result of an entry may be provisional, too.
            (AchievementAction::Create, Some(place)) if place.achievement.is_entry() && request.grade.is_some() => {
                place.overwrite(request);
                (AchievementDone::Updated, place)
            }
            (AchievementAction::Create, Some(_)) => return Err(codes::EXISTS),
            (AchievementAction::Update, Some(place)) => {
                if place.achievement.standing() != request.submission {
                    return Err(codes::FINAL);
                }
                if place.is_same(request) {
                    return Err(codes::NOTHING_TO_CHANGE);
                }
                place.overwrite(request);
                (AchievementDone::Updated, place)
            }
            (AchievementAction::Update, None) => {
                return Err(if withdrawn.is_some() { codes::WITHDRAWN } else { codes::NOTHING_TO_CHANGE });
            }
            (AchievementAction::Withdraw, Some(place)) => {
                place.withdraw(request);
                (AchievementDone::Withdrawn, place)
            }
            (AchievementAction::Withdraw, None) => return Err(codes::NOTHING_TO_CHANGE),
            (AchievementAction::Reinstate, Some(_)) => {
                return Err(if withdrawn.is_some() { codes::EXISTS } else { codes::NOTHING_TO_CHANGE });
            }
            (AchievementAction::Reinstate, None) => {
                let place = withdrawn.and_then(|last| places.get_mut(last)).ok_or(codes::NOTHING_TO_CHANGE)?;
                place.reinstate(request);
                (AchievementDone::Reinstated, place)
            }
        };
        let (is_entry, standing) = (place.achievement.is_entry(), place.step(done, request));
        self.expect(request.key, is_entry);
        Ok((done, standing))
    }

    /// Notes whether an entry waits at this key.
    fn expect(&mut self, key: Key, is_entry: bool) {
        let of_reference = (key.uln, key.reference);
        if is_entry {
            self.entries.entry(of_reference).or_default().insert(key.award_date);
        } else if let Some(dates) = self.entries.get_mut(&of_reference) {
            dates.remove(&key.award_date);
        }
    }

    /// Where a record has a grade and no achievement has its award date, it is the result of an
    /// entry of the same learner and reference, if one waits: of the one that is meant, otherwise
    /// of the one that is expected first (our choice). The entry gets the award date.
    fn complete(&mut self, request: &Request<'_>) -> Result<(), &'static str> {
        let writes = matches!(request.submitted.action, AchievementAction::Create | AchievementAction::Update);
        let Some(dates) = self.entries.get(&(request.key.uln, request.key.reference)) else { return Ok(()) };
        if !writes || request.grade.is_none() {
            return Ok(());
        }
        let waits_at = |date: NaiveDate| Key { award_date: date, ..request.key };
        let is_meant = |place: &Place| {
            place.achievement.is_entry() && request.target.is_none_or(|id| place.achievement.event.id == id)
        };
        let mut keys = dates.iter().map(|date| waits_at(*date));
        let found = keys.find(|key| self.places.get(key).is_some_and(|places| places.iter().any(is_meant)));
        let Some(from) = found else { return Ok(()) };
        let is_taken = |place: &Place| !place.achievement.is_withdrawn();
        if self.places.get(&request.key).is_some_and(|places| places.iter().any(is_taken)) {
            // Another achievement has the award date, unless it is the entry's own.
            return if request.target.is_some() && from != request.key { Err(codes::EXISTS) } else { Ok(()) };
        }
        let places = self.places.entry(from).or_default();
        let Some(position) = places.iter().position(is_meant) else { return Ok(()) };
        let mut entry = places.remove(position);
        self.moved += 1;
        entry.moved = Some(self.moved);
        self.expect(from, false);
        self.places.entry(request.key).or_default().push(entry);
        Ok(())
    }

    /// What to add, in record order, and what to replace. Replacements must be stored first,
    /// withdrawn ones before others, and then those that got another award date, in that order, so
    /// that a key is free before it is reused.
    pub(super) fn changes(&self) -> (Vec<Change<'_>>, Vec<Change<'_>>) {
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for Place { achievement, state, steps, moved } in self.places.values().flatten() {
            let change = Change { achievement, steps };
            match state {
                State::Stored => {}
                State::Changed => changed.push((moved.unwrap_or(usize::MAX), change)),
                State::New(sequence) => new.push((*sequence, change)),
            }
        }
        new.sort_by_key(|(sequence, _)| *sequence);
        changed.sort_by_key(|(moved, Change { achievement, .. })| {
            (!achievement.is_withdrawn(), *moved, achievement.event.id)
        });
        let changed = changed.into_iter().map(|(_, change)| change).collect();
        (new.into_iter().map(|(_, change)| change).collect(), changed)
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

    /// Notes what was done, and returns its type now, or before it was withdrawn.
    fn step(&mut self, done: AchievementDone, request: &Request<'_>) -> SubmissionType {
        let Achievement { event, action_date, action_reason, .. } = &self.achievement;
        let standing = self.achievement.standing();
        self.steps.push(AchievementStep {
            at: request.now,
            door: request.by.door,
            user_name: request.by.user_name.to_owned(),
            done,
            standing,
            award_date: event.achievement_award_date,
            grade: event.grade.clone(),
            language: event.language_for_assessment.clone(),
            action_date: *action_date,
            action_reason: action_reason.clone(),
        });
        standing
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
        let Self { key, submitted, submission, entry, grade, awarding, now, by: _, target: _ } = *self;
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
