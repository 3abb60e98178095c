//! A single achievement: created, changed, withdrawn, reinstated. It is a batch of one record in
//! one transaction: the same rules, codes and audit line.

use super::codes;
use super::lifecycle::By;
use super::own::Achievements;
use super::row::{AchievementRow, RowTerms, format};
use super::work::{Outcome, Terms, lock_of, work};
use crate::domain::learners::resolve_in;
use crate::domain::{Caller, Error, codes as responses};
use crate::model::{Achievement, AchievementDone, AuditEntry, Recognition, SubmissionType, Ukprn, Uln};
use crate::store::achievements::{self, steps};
use crate::store::{StoreError, Transaction, audit, catalogue, lock};

/// What came of a single achievement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acted {
    /// It was done.
    Done {
        /// The number of the achievement.
        id: i32,
        /// What was done.
        done: AchievementDone,
        /// Its type now, or before it was withdrawn.
        standing: SubmissionType,
        /// The learner's present ULN, if the one that was sent was merged into it (L003).
        master: Option<Uln>,
    },
    /// It was refused, with these codes: one for each invalid field, otherwise one.
    Refused(Vec<&'static str>),
    /// The organisation may not submit achievements (WSRC0043).
    NotConfigured,
    /// Somebody has changed the achievement since. Nothing was changed.
    Overtaken,
    /// The organisation has no such achievement.
    Unknown,
}

/// A change of an achievement that exists.
#[derive(Debug, Clone)]
pub struct AchievementChange {
    /// The number of the achievement.
    pub id: i32,
    /// The version that the caller has seen.
    pub version: i32,
    /// Whether it is provisional or final from now on.
    pub submission_type: SubmissionType,
    /// What is to be done. Learner and reference are those of the achievement, whatever stands
    /// here; so is the award date where it is empty.
    pub row: AchievementRow,
}

impl Achievements<'_> {
    /// Creates an achievement, or makes a provisional one final, as a record with action 1 does.
    ///
    /// # Errors
    /// When the organisation awards nothing, or the store fails.
    pub fn submit(
        &self,
        caller: &Caller<'_>,
        submission_type: SubmissionType,
        row: &AchievementRow,
    ) -> Result<Acted, Error> {
        self.act(caller, submission_type, None, row)
    }

    /// Updates, withdraws or reinstates an achievement, as a record with action 2, 3 or 4 does. Of
    /// two who change it at once, the second is told.
    ///
    /// # Errors
    /// When the organisation awards nothing, or the store fails.
    pub fn change(&self, caller: &Caller<'_>, change: &AchievementChange) -> Result<Acted, Error> {
        self.act(caller, change.submission_type, Some((change.id, change.version)), &change.row)
    }

    fn act(
        &self,
        caller: &Caller<'_>,
        submission: SubmissionType,
        target: Option<(i32, i32)>,
        row: &AchievementRow,
    ) -> Result<Acted, Error> {
        let service = self.0;
        if service.may_award(caller)?.is_none() {
            caller.trail([None], responses::NOT_CONFIGURED);
            return Ok(Acted::NotConfigured);
        }
        let organisation = caller.organisation()?.clone();
        let now = service.inner.clock.now();
        let line = caller.entry(now, None, "");
        let row = row.clone();
        Ok(service.inner.store.write(move |store| {
            lock(store, lock_of(organisation.id))?;
            let (target, row) = match target {
                None => (None, row.clone()),
                Some((id, version)) => match target_of(store, id, organisation.ukprn, &row)? {
                    None => {
                        note(store, &line, None, responses::NO_MATCH)?;
                        return Ok(Acted::Unknown);
                    }
                    Some((uln, _)) if steps::version(store, id)? != version => {
                        note(store, &line, Some(uln), responses::STALE)?;
                        return Ok(Acted::Overtaken);
                    }
                    Some((_, row)) => (Some(id), row),
                },
            };
            let terms = Terms {
                organisation: &organisation,
                recognition: catalogue::recognition(store, organisation.id)?.unwrap_or(Recognition::RECOGNISED),
                submission,
                by: By { door: line.door, user_name: &line.user_name },
                target,
                now,
            };
            let entry = |uln, outcome: &str| AuditEntry { uln, outcome: outcome.to_owned(), ..line.clone() };
            let (outcomes, done) = work(store, &terms, std::slice::from_ref(&row), entry)?;
            Ok(match outcomes.first() {
                Some(Outcome::Accepted { done: what, standing, master }) => Acted::Done {
                    id: done.first().copied().ok_or(StoreError::Corrupt("learning_events.id"))?,
                    done: *what,
                    standing: *standing,
                    master: *master,
                },
                Some(Outcome::Refused(code)) => Acted::Refused(refusals(&row, terms.of_row(), code)),
                None => Acted::Unknown,
            })
        })?)
    }
}

/// The learner of an achievement of the organisation, and the row that means the achievement;
/// `None` if there is none, or the learner was deleted.
fn target_of(
    store: &mut Transaction<'_>,
    id: i32,
    awarded_by: Ukprn,
    row: &AchievementRow,
) -> Result<Option<(Uln, AchievementRow)>, StoreError> {
    let Some(achievement) = achievements::by_id(store, id, awarded_by)? else { return Ok(None) };
    let Achievement { event, provider_ukprn, .. } = achievement;
    let Some(resolved) = resolve_in(store, event.uln)? else { return Ok(None) };
    let learner = resolved.learner;
    let award_date = row.award_date.clone().filter(|date| !date.is_empty());
    // What was loaded has no provider. A withdrawal, which must have one, does not store it.
    let provider = if provider_ukprn.is_empty() { awarded_by.to_string() } else { provider_ukprn };
    let row = AchievementRow {
        uln: Some(learner.uln.as_str().to_owned()),
        given_name: Some(learner.names.given),
        family_name: Some(learner.names.family),
        date_of_birth: None,
        gender: None,
        postcode: None,
        provider_ukprn: row.provider_ukprn.clone().or(Some(provider)),
        reference: Some(event.subject_code),
        award_date: award_date.or_else(|| event.achievement_award_date.map(|date| date.to_string())),
        ..row.clone()
    };
    Ok(Some((learner.uln, row)))
}

fn note(store: &mut Transaction<'_>, line: &AuditEntry, uln: Option<Uln>, outcome: &str) -> Result<(), StoreError> {
    let line = AuditEntry { uln, outcome: outcome.to_owned(), ..line.clone() };
    audit::insert(store, std::iter::once(&line))
}

/// All codes for a row that was refused with this one: an invalid row has one for each field.
fn refusals(row: &AchievementRow, terms: RowTerms, code: &'static str) -> Vec<&'static str> {
    let mut all: Vec<&'static str> = format(row, terms).iter().map(|finding| codes::of_field(finding.field)).collect();
    all.dedup();
    if all.contains(&code) { all } else { vec![code] }
}
