//! Working an exception: choose the learner, correct the record, register, or close. Everything is
//! one transaction: the change of the learner, its audit line, and the note that the exception is
//! worked, which only one can make.

use super::own::of_exception;
use super::{ExceptionId, Exceptions, WayOfWorking, WorkedException};
use crate::domain::jobs::JobInHand;
use crate::domain::learners::{
    LearnerChange, Registered, Registration, Search, Updated, change_in, of_age, resolve_in,
};
use crate::domain::matching::Agreement;
use crate::domain::registrations::{Decided, JobType, RegistrationRow, Registrations, codes as rc, lock_details};
use crate::domain::{Action, Caller, Error, codes};
use crate::model::{AuditEntry, Permission, Timestamp, Uln, london_day};
use crate::store::{StoreError, Transaction, audit, exceptions};

/// The longest reason, in characters (our choice).
const LONGEST_REASON: usize = 500;

/// The outcome of working an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worked {
    /// It is worked: with this code, and the learner's ULN if there is one.
    Done(&'static str, Option<Uln>),
    /// It still needs attention, for the reason that this code says; nothing was changed.
    Still(&'static str),
    /// The chosen learner is not among the possible matches, and has other names.
    AnotherPerson,
    /// Somebody worked it before.
    Before(WorkedException),
    /// The organisation has no such exception.
    Unknown,
}

/// What to do with the learner that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// Leave the learner as registered.
    Confirm,
    /// Update the learner with the details of the record.
    Update,
}

impl Exceptions<'_> {
    /// This learner is the one meant. Details as registered stay, or are updated with the record's.
    /// `row` is the record as corrected, if it was.
    ///
    /// # Errors
    /// When the caller lacks a permission, or the store fails.
    pub fn choose(
        &self,
        caller: &Caller<'_>,
        id: ExceptionId,
        row: Option<RegistrationRow>,
        uln: Uln,
        chosen: Chosen,
    ) -> Result<Worked, Error> {
        let way = match chosen {
            Chosen::Confirm => WayOfWorking::Confirmed,
            Chosen::Update => WayOfWorking::Updated,
        };
        let kept = self.0.inner.settings.kept_demographics;
        self.work(caller, id, way, row, "", move |store, row, hand| {
            let mut row = row.clone();
            row.uln = Some(uln.to_string());
            choose(store, &row, uln, chosen, kept, hand.now)
        })
    }

    /// The record, corrected, is processed again as in a batch.
    ///
    /// # Errors
    /// When the caller lacks a permission, or the store fails.
    pub fn correct(&self, caller: &Caller<'_>, id: ExceptionId, row: RegistrationRow) -> Result<Worked, Error> {
        let rules = Registrations::new(self.0.inner.settings.clone());
        self.work(caller, id, WayOfWorking::Corrected, Some(row), "", move |store, row, hand| {
            lock_details(store, std::slice::from_ref(row))?;
            rules.decide(store, hand, JobType::Full, row).map(Some)
        })
    }

    /// None of the possible matches is the learner, for this reason: the record is registered as a
    /// new learner. `row` is the record as corrected, if it was.
    ///
    /// # Errors
    /// When the caller lacks a permission, or the store fails.
    pub fn register(
        &self,
        caller: &Caller<'_>,
        id: ExceptionId,
        row: Option<RegistrationRow>,
        reason: &str,
    ) -> Result<Worked, Error> {
        let settings = self.0.inner.settings.clone();
        self.work(caller, id, WayOfWorking::Registered, row, reason, move |store, row, hand| {
            let texts = row.texts();
            let still = |code| Ok(Some(Decided { code, uln: None }));
            let Ok(registration) = Registration::prepare(&texts, hand.organisation.org_ref, hand.now) else {
                return still(rc::INSUFFICIENT_DATA);
            };
            let born = row.get("DateOfBirth").and_then(|born| born.parse().ok());
            if !born.is_some_and(|born| of_age(born, london_day(hand.now), &settings)) {
                return still(rc::OUTSIDE_AGE);
            }
            lock_details(store, std::slice::from_ref(row))?;
            match registration.run(store)? {
                Registered::Registered(uln) => Ok(Some(Decided { code: rc::CREATED, uln: Some(uln) })),
                // A learner with the same five details cannot be registered again.
                Registered::Refused(_) => still(rc::POSSIBLE_MATCHES),
            }
        })
    }

    /// Nothing is to be done, for this reason. The record keeps its code.
    ///
    /// # Errors
    /// When the caller lacks a permission, or the store fails.
    pub fn close(&self, caller: &Caller<'_>, id: ExceptionId, reason: &str) -> Result<Worked, Error> {
        self.work(caller, id, WayOfWorking::Closed, None, reason, |_, _, _| {
            Ok(Some(Decided { code: codes::DONE, uln: None }))
        })
    }

    /// Works an exception in one transaction. `row` is the corrected record, if there is one;
    /// `act` makes the change, and answers `None` if the learner chosen is another person.
    fn work(
        &self,
        caller: &Caller<'_>,
        id: ExceptionId,
        way: WayOfWorking,
        row: Option<RegistrationRow>,
        reason: &str,
        mut act: impl FnMut(&mut Transaction<'_>, &RegistrationRow, &JobInHand) -> Result<Option<Decided>, StoreError>
        + Send
        + 'static,
    ) -> Result<Worked, Error> {
        caller.require_in_batch(&[Permission::RegisterLearner, Permission::UpdateLearner])?;
        caller.call.must_be_able_to_block()?;
        let service = self.0;
        service.may_look(caller)?;
        let exception = self.find(caller, id)?;
        let job = service.own_job(caller, id.job)?;
        let (Some(exception), Some(mut job)) = (exception, job) else {
            caller.trail([None], codes::UNKNOWN_JOB);
            return Ok(Worked::Unknown);
        };
        job.door = caller.call.door();
        let now = service.inner.clock.now();
        let organisation = caller.organisation()?.clone();
        let row = match row {
            Some(row) => row,
            None => exception.row()?,
        };
        let worked = WorkedException {
            at: now,
            user_name: caller.user_name().to_owned(),
            way,
            code: exception.code.clone(),
            uln: None,
            reason: reason.chars().take(LONGEST_REASON).collect(),
            input: serde_json::to_string(&row).map_err(|_| Error::Unexpected("a record that cannot be written"))?,
        };
        let organisation_id = organisation.id;
        let hand = JobInHand { job, organisation, action: Action::WorkExceptions, now };
        let lines = Lines::of(caller, id, now);
        let outcome = service.inner.store.write(move |store| {
            if !exceptions::note_worked(store, organisation_id, id, &worked)? {
                return Ok(None);
            }
            let decided = act(store, &row, &hand)?;
            let (outcome, line) = match decided {
                None => (Worked::AnotherPerson, lines.refused(codes::NO_MATCH)),
                Some(Decided { code, uln }) => match (way, done(code)) {
                    (WayOfWorking::Closed, _) => (Worked::Done(code, None), lines.refused(code)),
                    (_, None) => (Worked::Still(code), lines.refused(code)),
                    (_, Some((action, outcome))) => {
                        exceptions::settle_worked(store, id, code, uln.map(|uln| uln.to_string()).as_deref())?;
                        (Worked::Done(code, uln), lines.of_action(action, uln, outcome))
                    }
                },
            };
            if !matches!(outcome, Worked::Done(..)) {
                exceptions::unnote_worked(store, id)?;
            }
            audit::insert(store, std::iter::once(&line))?;
            Ok(Some(outcome))
        })?;
        let missed = matches!(outcome, Some(Worked::AnotherPerson | Worked::Still(rc::NOT_FOUND | rc::NAMES_DIFFER)));
        service.missed(caller, usize::from(missed));
        match outcome {
            Some(outcome) => Ok(outcome),
            None => match self.find(caller, id)?.and_then(|exception| exception.worked) {
                Some(worked) => {
                    caller.trail([None], &of_exception(id));
                    Ok(Worked::Before(worked))
                }
                None => Ok(Worked::Unknown),
            },
        }
    }
}

/// The learner chosen must be a possible match of the record, or have its names.
fn choose(
    store: &mut Transaction<'_>,
    row: &RegistrationRow,
    uln: Uln,
    chosen: Chosen,
    kept_demographics: usize,
    now: Timestamp,
) -> Result<Option<Decided>, StoreError> {
    let decided = |code, uln| Ok(Some(Decided { code, uln }));
    let Some(found) = resolve_in(store, uln)? else { return decided(rc::NOT_FOUND, None) };
    let number = found.learner.uln;
    let (given, family) = (row.get("GivenName").unwrap_or_default(), row.get("FamilyName").unwrap_or_default());
    if found.agreement(given, family) == Agreement::No {
        let texts = row.texts();
        let is_candidate = match Search::of(&texts) {
            Ok(search) => {
                let learners = search.find(store, london_day(now))?;
                learners.learners().iter().any(|each| each.learner.uln == number)
            }
            Err(_) => false,
        };
        if !is_candidate {
            return Ok(None);
        }
    }
    if chosen == Chosen::Confirm {
        let code = if found.is_substituted() { rc::MASTER_SUBSTITUTED } else { rc::EXACT_MATCH };
        return decided(code, Some(number));
    }
    let change = LearnerChange { uln: Some(number), version: found.learner.version, fields: row.texts() };
    match change_in(store, &change, kept_demographics, now)? {
        Updated::Updated => decided(rc::UPDATED, Some(number)),
        Updated::NoChange => decided(rc::UNCHANGED, Some(number)),
        Updated::InvalidSharing => decided(rc::INCORRECT_FORMAT, None),
        Updated::Insufficient(_) => decided(rc::NAMES_DIFFER, None),
        Updated::NotFound => decided(rc::NOT_FOUND, None),
        // The learner was read in this transaction, so it changed meanwhile; retry.
        Updated::Stale(_) | Updated::Linked => Err(StoreError::Overtaken),
    }
}

/// The single call that would have done the same, and its response code; `None` for a code that
/// still needs attention.
fn done(code: &str) -> Option<(Action, &'static str)> {
    Some(match code {
        rc::CREATED => (Action::RegisterLearner, codes::REGISTERED),
        rc::EXACT_MATCH => (Action::FindByDetails, codes::FOUND),
        rc::UPDATED => (Action::UpdateLearner, codes::UPDATED),
        rc::UNCHANGED => (Action::UpdateLearner, codes::NO_CHANGE),
        rc::MASTER_SUBSTITUTED => (Action::FindByUln, codes::MASTER_SUBSTITUTED),
        _ => return None,
    })
}

/// The audit lines that a caller may leave: those of the single calls, and of the exception itself.
struct Lines {
    lines: Vec<(Action, AuditEntry)>,
    own: AuditEntry,
}

impl Lines {
    fn of(caller: &Caller<'_>, id: ExceptionId, now: Timestamp) -> Self {
        let actions = [Action::RegisterLearner, Action::FindByDetails, Action::UpdateLearner, Action::FindByUln];
        let lines = actions.map(|action| (action, caller.entry_of(action, now, None, "")));
        Self { lines: lines.to_vec(), own: caller.entry(now, None, &of_exception(id)) }
    }

    fn refused(&self, code: &str) -> AuditEntry {
        let mut line = self.own.clone();
        line.outcome = format!("{}: {code}", line.outcome);
        line
    }

    fn of_action(&self, action: Action, uln: Option<Uln>, outcome: &str) -> AuditEntry {
        let known = self.lines.iter().find(|(each, _)| *each == action);
        let mut line = known.map_or_else(|| self.own.clone(), |(_, line)| line.clone());
        line.uln = uln;
        outcome.clone_into(&mut line.outcome);
        line
    }
}
