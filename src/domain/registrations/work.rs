//! Registration records: which learner a row means, and whether it updates or registers them
//! (rules.md 2.7, 5.5).

use std::borrow::Cow;

use super::output::Output;
use super::submit::Settings;
use super::{JobType, RegistrationRow, codes, format};
use crate::domain::format::{Field, FieldTexts};
use crate::domain::jobs::{JobInHand, JobRecord, Kind, RecordResult, row};
use crate::domain::learners::{
    Found, LearnerChange, Registered, Registration, Search, Updated, change_in, lock_key, of_age, resolve_in,
};
use crate::domain::matching::Agreement;
use crate::domain::{Action, RuleSettings};
use crate::model::{Door, JobKind, Uln, london_day};
use crate::store::{StoreError, Transaction, audit, lock};

/// Processes registration jobs.
pub(in crate::domain) struct Registrations {
    rules: RuleSettings,
}

impl Registrations {
    pub(in crate::domain) fn new(rules: RuleSettings) -> Self {
        Self { rules }
    }
}

impl Kind for Registrations {
    fn kind(&self) -> JobKind {
        JobKind::Registration
    }

    fn action(&self) -> Action {
        Action::SubmitRegistrations
    }

    fn work(
        &self,
        store: &mut Transaction<'_>,
        job: &JobInHand,
        records: &[JobRecord],
    ) -> Result<Vec<RecordResult>, StoreError> {
        let Settings { job_type } = job.settings()?;
        let rows = records.iter().map(row::<RegistrationRow>).collect::<Result<Vec<_>, _>>()?;
        if job_type == JobType::Full {
            lock_details(store, &rows)?;
        }
        let mut results = Vec::with_capacity(records.len());
        let mut trail = Vec::with_capacity(records.len());
        for (record, row) in records.iter().zip(&rows) {
            let Decided { code, uln } = self.decide(store, job, job_type, row)?;
            trail.push(job.entry(uln, code));
            let output = uln.and_then(|uln| serde_json::to_string(&Output { uln: uln.to_string() }).ok());
            results.push(RecordResult { number: record.number, code: Cow::Borrowed(code), output });
        }
        audit::insert(store, trail.iter())?;
        Ok(results)
    }
}

/// Blocks other registrations of the same details until the transaction is done. Locks in a fixed
/// order, so that two chunks cannot deadlock.
pub(in crate::domain) fn lock_details(store: &mut Transaction<'_>, rows: &[RegistrationRow]) -> Result<(), StoreError> {
    let without_number = rows.iter().filter(|row| row.get("ULN").is_none());
    let mut keys: Vec<i64> = without_number
        .filter_map(|row| Search::of(&row.texts()).ok())
        .map(|search| lock_key(&search.details))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().try_for_each(|key| lock(store, key))
}

/// The code of a record, and the learner's number where there is one.
pub(in crate::domain) struct Decided {
    pub(in crate::domain) code: &'static str,
    pub(in crate::domain) uln: Option<Uln>,
}

const fn nobody(code: &'static str) -> Decided {
    Decided { code, uln: None }
}

const fn somebody(code: &'static str, uln: Uln) -> Decided {
    Decided { code, uln: Some(uln) }
}

impl Registrations {
    /// Decides on one row and carries it out. The caller must hold the lock on its details, if it
    /// is to be registered.
    pub(in crate::domain) fn decide(
        &self,
        store: &mut Transaction<'_>,
        job: &JobInHand,
        job_type: JobType,
        row: &RegistrationRow,
    ) -> Result<Decided, StoreError> {
        if let Some(code) = worst_finding(row) {
            return Ok(nobody(code));
        }
        match row.get("ULN") {
            Some(uln) => self.known(store, job, job_type, row, uln),
            None => self.searched(store, job, job_type, row),
        }
    }

    /// With a ULN, the names must first equal its learner's or be similar.
    fn known(
        &self,
        store: &mut Transaction<'_>,
        job: &JobInHand,
        job_type: JobType,
        row: &RegistrationRow,
        uln: &str,
    ) -> Result<Decided, StoreError> {
        let resolved = match uln.parse() {
            Ok(uln) => resolve_in(store, uln)?,
            Err(_) => None,
        };
        let Some(found) = resolved else { return Ok(nobody(codes::NOT_FOUND)) };
        let number = found.learner.uln;
        let (given, family) = (row.get("GivenName").unwrap_or_default(), row.get("FamilyName").unwrap_or_default());
        if found.agreement(given, family) == Agreement::No {
            return Ok(nobody(codes::NAMES_DIFFER));
        }
        if found.is_substituted() {
            return Ok(somebody(codes::MASTER_SUBSTITUTED, number));
        }
        if job_type == JobType::Check {
            return Ok(somebody(codes::UNCHANGED, number));
        }
        let change = LearnerChange { uln: uln.parse().ok(), version: found.learner.version, fields: row.texts() };
        Ok(match change_in(store, &change, self.rules.kept_demographics, job.now)? {
            Updated::Updated => somebody(codes::UPDATED, number),
            Updated::NoChange => somebody(codes::UNCHANGED, number),
            Updated::InvalidSharing => nobody(codes::INCORRECT_FORMAT),
            Updated::Insufficient(_) => nobody(codes::NAMES_DIFFER),
            Updated::NotFound => nobody(codes::NOT_FOUND),
            // The learner was read in this transaction, so it changed meanwhile; retry.
            Updated::Stale(_) | Updated::Linked => return Err(StoreError::Overtaken),
        })
    }

    /// Without a ULN, the details are searched for, and registered if no learner has them.
    fn searched(
        &self,
        store: &mut Transaction<'_>,
        job: &JobInHand,
        job_type: JobType,
        row: &RegistrationRow,
    ) -> Result<Decided, StoreError> {
        let texts = row.texts();
        let Ok(search) = Search::of(&texts) else { return Ok(nobody(codes::INSUFFICIENT_DATA)) };
        match search.demanding_likeness().find(store, london_day(job.now))? {
            Found::Exact(one) => Ok(somebody(codes::EXACT_MATCH, one.learner.uln)),
            Found::MasterSubstituted(one) => Ok(somebody(codes::MASTER_SUBSTITUTED, one.learner.uln)),
            Found::Possible(_) => Ok(nobody(codes::POSSIBLE_MATCHES)),
            Found::TooMany { .. } => Ok(nobody(codes::TOO_MANY_MATCHES)),
            Found::Unreadable(_) => Ok(nobody(codes::INSUFFICIENT_DATA)),
            Found::None if job_type == JobType::Check => Ok(nobody(codes::NOT_FOUND)),
            Found::None => self.register(store, job, &texts),
        }
    }

    fn register(
        &self,
        store: &mut Transaction<'_>,
        job: &JobInHand,
        texts: &FieldTexts<'_>,
    ) -> Result<Decided, StoreError> {
        let (born, today) = (texts.filled(Field::DateOfBirth), london_day(job.now));
        let is_of_age = born.and_then(|text| text.parse().ok()).is_some_and(|born| of_age(born, today, &self.rules));
        if !is_of_age {
            return Ok(nobody(age_code(job.job.door)));
        }
        let Ok(registration) = Registration::prepare(texts, job.organisation.org_ref, job.now) else {
            return Ok(nobody(codes::INSUFFICIENT_DATA));
        };
        Ok(match registration.run(store)? {
            Registered::Registered(uln) => somebody(codes::CREATED, uln),
            // Nobody was found, but a learner's details are too similar.
            Registered::Refused(_) => nobody(codes::POSSIBLE_MATCHES),
        })
    }
}

/// The portal and the result file have a separate code for the age (rules.md 2.8).
const fn age_code(door: Door) -> &'static str {
    match door {
        Door::WebService => codes::INCORRECT_FORMAT,
        Door::Portal | Door::File | Door::CommandLine => codes::OUTSIDE_AGE,
    }
}

/// The code of the worst format error: malformed field, then malformed identifier, then missing
/// field.
fn worst_finding(row: &RegistrationRow) -> Option<&'static str> {
    let found = format(row);
    [codes::INCORRECT_FORMAT, codes::INCORRECT_IDENTIFIER, codes::INSUFFICIENT_DATA]
        .into_iter()
        .find(|code| found.iter().any(|finding| codes::of_rule(finding.rule) == *code))
}
