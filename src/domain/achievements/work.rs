//! Processes some achievement records in order, from a batch or a single one: format, learner,
//! rules, lifecycle. Effects, trail and results belong to one transaction, which the caller
//! controls.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::codes;
use super::lifecycle::{By, Key, Ledger, Request};
use super::row::{AchievementRow, RowTerms, Submitted, format};
use super::submit::Settings;
use crate::domain::Action;
use crate::domain::jobs::{JobInHand, JobRecord, Kind, RecordResult, row};
use crate::domain::learners::{Resolved, compare, resolve_many};
use crate::domain::verification::Claimed;
use crate::model::{
    Achievement, AchievementAction, AchievementDone, AuditEntry, CatalogueEntry, JobKind, Organisation, Recognition,
    Reference, SubmissionType, Timestamp, Uln, london_day,
};
use crate::store::achievements::{self, steps};
use crate::store::{StoreError, Transaction, audit, catalogue, lock};

/// Processes achievement jobs.
pub(in crate::domain) struct AchievementKind;

impl Kind for AchievementKind {
    fn kind(&self) -> JobKind {
        JobKind::Achievement
    }

    fn action(&self) -> Action {
        Action::SubmitAchievements
    }

    fn work(
        &self,
        store: &mut Transaction<'_>,
        job: &JobInHand,
        records: &[JobRecord],
    ) -> Result<Vec<RecordResult>, StoreError> {
        let settings: Settings = job.settings()?;
        let rows = records.iter().map(row::<AchievementRow>).collect::<Result<Vec<_>, _>>()?;
        let terms = Terms {
            organisation: &job.organisation,
            recognition: catalogue::recognition(store, job.organisation.id)?.unwrap_or(Recognition::RECOGNISED),
            submission: settings.submission_type().ok_or(StoreError::Corrupt("jobs.settings"))?,
            by: By { door: job.job.door, user_name: &job.job.user_name },
            target: None,
            now: job.now,
        };
        lock(store, lock_of(job.organisation.id))?;
        let outcomes = work(store, &terms, &rows, |uln, outcome| job.entry(uln, outcome))?.0;
        let result = |(record, outcome): (&JobRecord, Outcome)| RecordResult {
            number: record.number,
            code: outcome.code(),
            output: outcome.master().and_then(|uln| serde_json::to_string(uln.as_str()).ok()),
        };
        Ok(records.iter().zip(outcomes).map(result).collect())
    }
}

/// What all records of a submission share.
pub(super) struct Terms<'t> {
    /// The awarding organisation.
    pub(super) organisation: &'t Organisation,
    /// Its recognition.
    pub(super) recognition: Recognition,
    /// Whether the achievements are provisional or final.
    pub(super) submission: SubmissionType,
    /// Who submitted them.
    pub(super) by: By<'t>,
    /// The achievement that the only record is about, where it is known by its number.
    pub(super) target: Option<i32>,
    pub(super) now: Timestamp,
}

impl Terms<'_> {
    /// What the format of the rows depends on.
    pub(super) fn of_row(&self) -> RowTerms {
        RowTerms { submission_type: Some(self.submission), today: london_day(self.now) }
    }
}

/// The result of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The record was accepted.
    Accepted {
        /// What was done.
        done: AchievementDone,
        /// The achievement's type now, or before it was withdrawn.
        standing: SubmissionType,
        /// The learner's current ULN, if the record's was merged into it (L003).
        master: Option<Uln>,
    },
    /// Refused, with a code from [`codes::ERROR_CODES`].
    Refused(&'static str),
}

impl Outcome {
    /// What is stored with the record: an error code, or what was done and the achievement's type
    /// (`created-F`), with L003 if the learner now has another ULN.
    pub(super) fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Refused(code) => Cow::Borrowed(code),
            Self::Accepted { done, standing, master: None } => format!("{}-{standing}", done.code()).into(),
            Self::Accepted { done, standing, master: Some(_) } => {
                format!("{}-{standing}-{}", done.code(), codes::ULN_MERGED).into()
            }
        }
    }

    /// The learner's current ULN, if the record's was merged into it.
    const fn master(&self) -> Option<Uln> {
        match self {
            Self::Refused(_) => None,
            Self::Accepted { master, .. } => *master,
        }
    }
}

/// Processes records in order; each sees the effects of those before. Returns their outcomes, and
/// the numbers of the achievements that have changed or are new. The caller has taken the
/// organisation's lock, so that no other node changes its achievements meanwhile. `line` makes a
/// record's audit line.
pub(super) fn work(
    store: &mut Transaction<'_>,
    terms: &Terms<'_>,
    rows: &[AchievementRow],
    line: impl Fn(Option<Uln>, &str) -> AuditEntry,
) -> Result<(Vec<Outcome>, Vec<i32>), StoreError> {
    let of_row = terms.of_row();
    let submitted: Vec<Option<Submitted<'_>>> =
        rows.iter().map(|row| if format(row, of_row).is_empty() { Submitted::read(row) } else { None }).collect();
    let mut desk = Desk::prepare(store, terms, submitted.iter().flatten())?;
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut trail = Vec::with_capacity(rows.len());
    for (row, submitted) in rows.iter().zip(&submitted) {
        let (outcome, uln) = match submitted {
            None => (Outcome::Refused(first_finding(row, of_row)), None),
            Some(submitted) => desk.settle(terms, submitted),
        };
        let uln = uln.or_else(|| row.uln.as_deref().and_then(|text| text.parse().ok()));
        trail.push(line(uln, &outcome.code()));
        outcomes.push(outcome);
    }
    let stored = keep(store, &desk.ledger)?;
    audit::insert(store, trail.iter())?;
    Ok((outcomes, stored))
}

/// Stores what has changed or is new, with what was done, and returns the numbers.
fn keep(store: &mut Transaction<'_>, ledger: &Ledger) -> Result<Vec<i32>, StoreError> {
    let (new, changed) = ledger.changes();
    let mut done = Vec::with_capacity(new.len() + changed.len());
    for change in &changed {
        achievements::replace(store, change.achievement)?;
        let id = change.achievement.event.id;
        done.push((id, steps::count(store, id)?, change.steps));
    }
    let added: Vec<&Achievement> = new.iter().map(|change| change.achievement).collect();
    let numbers = achievements::insert(store, &added)?;
    done.extend(numbers.iter().zip(&new).map(|(id, change)| (*id, 0, change.steps)));
    let stored = done.iter().map(|(id, ..)| *id).collect();
    steps::add(store, done.into_iter())?;
    Ok(stored)
}

/// The common prefix of awarding organisations' lock keys.
const LOCK: i64 = 0x4143_4849 << 32;

/// The key by which those who change an awarding organisation's achievements wait for one another.
pub(in crate::domain) fn lock_of(organisation_id: i32) -> i64 {
    LOCK | i64::from(organisation_id)
}

fn first_finding(row: &AchievementRow, terms: RowTerms) -> &'static str {
    format(row, terms).first().map_or("F000", |finding| codes::of_field(finding.field))
}

/// What the records of a chunk refer to, read at once.
struct Desk {
    learners: HashMap<Uln, Resolved>,
    entries: HashMap<Reference, CatalogueEntry>,
    ledger: Ledger,
}

impl Desk {
    fn prepare<'r>(
        store: &mut Transaction<'_>,
        terms: &Terms<'_>,
        submitted: impl Iterator<Item = &'r Submitted<'r>>,
    ) -> Result<Self, StoreError> {
        let mut ulns: HashSet<Uln> = HashSet::new();
        let mut references: HashSet<Reference> = HashSet::new();
        for each in submitted {
            ulns.extend(each.uln.parse::<Uln>());
            references.insert(each.reference);
        }
        let ulns: Vec<Uln> = ulns.into_iter().collect();
        let references: Vec<Reference> = references.into_iter().collect();
        let learners = resolve_many(store, &ulns)?;
        let entries = catalogue::of(store, &references)?;

        // All ULNs of each learner, mapped to the current one.
        let mut present: HashMap<Uln, Uln> = HashMap::new();
        for resolved in learners.values() {
            present.extend(resolved.all_ulns().map(|uln| (uln, resolved.learner.uln)));
        }
        let numbers: Vec<Uln> = present.keys().copied().collect();
        let mut ledger = Ledger::default();
        for achievement in achievements::of(store, &numbers, terms.organisation.ukprn)? {
            // Who names an achievement by its number means no other one that was withdrawn.
            let is_other = terms.target.is_some_and(|id| id != achievement.event.id && achievement.is_withdrawn());
            if let Some(key) = key(&achievement, &present).filter(|_| !is_other) {
                ledger.add(key, achievement);
            }
        }
        Ok(Self { learners, entries: entries.into_iter().map(|entry| (entry.reference, entry)).collect(), ledger })
    }

    /// Decides a record that is well-formed and names its learner.
    fn settle(&mut self, terms: &Terms<'_>, submitted: &Submitted<'_>) -> (Outcome, Option<Uln>) {
        let resolved = submitted.uln.parse().ok().and_then(|uln: Uln| self.learners.get(&uln));
        let Some(resolved) = resolved else { return (Outcome::Refused(codes::ULN_NOT_FOUND), None) };
        let uln = resolved.learner.uln;
        if !agrees(resolved, submitted) {
            return (Outcome::Refused(codes::LEARNER_DIFFERS), Some(uln));
        }
        let master = resolved.is_substituted().then_some(uln);
        let key = Key { uln, reference: submitted.reference, award_date: submitted.award_date };
        let entry = self.entries.get(&submitted.reference);
        let outcome = permitted(terms, submitted, entry).and_then(|(entry, grade)| {
            let Terms { organisation: awarding, submission, by, target, now, .. } = *terms;
            self.ledger.act(&Request { key, submitted, submission, entry, grade, awarding, by, target, now })
        });
        match outcome {
            Ok((done, standing)) => (Outcome::Accepted { done, standing, master }, Some(uln)),
            Err(code) => (Outcome::Refused(code), Some(uln)),
        }
    }
}

/// The key of a stored achievement. `None` if its reference is not one of ours, so that no record
/// can refer to it.
fn key(achievement: &Achievement, present: &HashMap<Uln, Uln>) -> Option<Key> {
    let event = &achievement.event;
    Some(Key {
        uln: *present.get(&event.uln)?,
        reference: event.subject_code.parse().ok()?,
        award_date: event.achievement_award_date?,
    })
}

/// Whether the details equal the learner's or are similar, as for seeing a learning record (our
/// choice; rules.md 4.3, 4.6).
fn agrees(resolved: &Resolved, submitted: &Submitted<'_>) -> bool {
    let Submitted { given_name, family_name, date_of_birth, gender, .. } = *submitted;
    // Usually the details are as stored and need no normalising.
    let same = resolved.records().any(|learner| {
        learner.names.given.eq_ignore_ascii_case(given_name)
            && learner.names.family.eq_ignore_ascii_case(family_name)
            && date_of_birth.is_none_or(|date| date == learner.birth.date)
            && gender.is_none_or(|gender| gender == learner.gender)
    });
    let claimed = Claimed { given_name, family_name, date_of_birth: date_of_birth.map(Ok), gender };
    same || compare(resolved, &claimed).0.is_verified()
}

/// Whether the awarding organisation may do this to an achievement of this entry; returns the grade
/// as the catalogue spells it. A withdrawal or reinstatement was checked when the achievement was
/// created, so only ownership is checked here.
fn permitted<'e>(
    terms: &Terms<'_>,
    submitted: &Submitted<'_>,
    entry: Option<&'e CatalogueEntry>,
) -> Result<(&'e CatalogueEntry, Option<&'e str>), &'static str> {
    let entry = entry.ok_or(codes::UNKNOWN_REFERENCE)?;
    if !entry.is_open_to(terms.organisation) {
        return Err(codes::NOT_OWNED);
    }
    if !terms.recognition.covers(submitted.award_date) {
        return Err(codes::NOT_RECOGNISED);
    }
    if matches!(submitted.action, AchievementAction::Withdraw | AchievementAction::Reinstate) {
        return Ok((entry, None));
    }
    if !entry.is_certificated_on(submitted.award_date) {
        return Err(codes::NOT_CERTIFICATED);
    }
    let of_row = terms.of_row();
    if of_row.is_entry(Some(submitted.award_date), submitted.grade) {
        return Ok((entry, None));
    }
    if submitted.award_date > of_row.today {
        return Err(codes::FUTURE_AWARD);
    }
    // The only grade of a unit is a pass, so it may be omitted (rules.md 5.8).
    let grade = submitted.grade.map_or_else(|| entry.grading.grades().next(), |grade| entry.grading.find(grade));
    Ok((entry, Some(grade.ok_or(codes::UNKNOWN_GRADE)?)))
}
