//! Registration records: who the learner of a row is, and whether a record is updated or made (rules.md 2.7, 5.5).

use std::borrow::Cow;

use super::output::Output;
use super::submit::Settings;
use super::{JobType, RegistrationRow, codes, format};
use crate::domain::jobs::{JobInHand, JobRecord, Kind, RecordResult, row};
use crate::domain::learners::{
    Demographics, FindType, Found, LearnerChange, NewLearner, Registered, Registration, Search, Updated, change_in,
    lock_key, of_age, resolve_in,
};
use crate::domain::matching::Agreement;
use crate::domain::{Action, RuleSettings};
use crate::model::{Door, JobKind, Uln, london_day};
use crate::store::{StoreError, Transaction, audit, lock};

/// The work of registration jobs.
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

/// Keeps everybody else from registering the same details until the chunk is done. In one order for all, so that two chunks do not wait
/// for each other.
fn lock_details(store: &mut Transaction<'_>, rows: &[RegistrationRow]) -> Result<(), StoreError> {
    let without_number = rows.iter().filter(|row| row.get("ULN").is_none());
    let mut keys: Vec<i64> = without_number
        .filter_map(|row| Search::of(&demographics(row)))
        .map(|search| lock_key(&search.details))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().try_for_each(|key| lock(store, key))
}

/// What a record comes to, and the learner's number where there is one.
struct Decided {
    code: &'static str,
    uln: Option<Uln>,
}

const fn nobody(code: &'static str) -> Decided {
    Decided { code, uln: None }
}

const fn somebody(code: &'static str, uln: Uln) -> Decided {
    Decided { code, uln: Some(uln) }
}

impl Registrations {
    fn decide(
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

    /// The submitter gave a number: the names must be its learner's, or similar, before anything else of the row counts.
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
        if found.agreement(text(&row.given_name), text(&row.family_name)) == Agreement::No {
            return Ok(nobody(codes::NAMES_DIFFER));
        }
        if found.is_substituted() {
            return Ok(somebody(codes::MASTER_SUBSTITUTED, number));
        }
        if job_type == JobType::Check {
            return Ok(somebody(codes::UNCHANGED, number));
        }
        let change = change(row, uln, found.learner.version);
        Ok(match change_in(store, &change, self.rules.kept_demographics, job.now)? {
            Updated::Updated => somebody(codes::UPDATED, number),
            Updated::NoChange => somebody(codes::UNCHANGED, number),
            Updated::InvalidSharing => nobody(codes::INCORRECT_FORMAT),
            Updated::InsufficientData => nobody(codes::NAMES_DIFFER),
            Updated::NotFound => nobody(codes::NOT_FOUND),
            // The record was read in this transaction; it is tried again with what it is now.
            Updated::Stale | Updated::Linked => return Err(StoreError::Overtaken),
        })
    }

    /// The submitter gave details alone: they are searched for, and registered if they are nobody's.
    fn searched(
        &self,
        store: &mut Transaction<'_>,
        job: &JobInHand,
        job_type: JobType,
        row: &RegistrationRow,
    ) -> Result<Decided, StoreError> {
        let demographics = demographics(row);
        let Some(search) = Search::of(&demographics) else { return Ok(nobody(codes::INSUFFICIENT_DATA)) };
        match search.demanding_likeness().find(store, london_day(job.now))? {
            Found::Exact(one) => Ok(somebody(codes::EXACT_MATCH, one.learner.uln)),
            Found::MasterSubstituted(one) => Ok(somebody(codes::MASTER_SUBSTITUTED, one.learner.uln)),
            Found::Possible(_) => Ok(nobody(codes::POSSIBLE_MATCHES)),
            Found::TooMany => Ok(nobody(codes::TOO_MANY_MATCHES)),
            Found::None if job_type == JobType::Check => Ok(nobody(codes::NOT_FOUND)),
            Found::None => self.register(store, job, row),
        }
    }

    fn register(
        &self,
        store: &mut Transaction<'_>,
        job: &JobInHand,
        row: &RegistrationRow,
    ) -> Result<Decided, StoreError> {
        let today = london_day(job.now);
        let is_of_age = text(&row.date_of_birth).parse().is_ok_and(|born| of_age(born, today, &self.rules));
        if !is_of_age {
            return Ok(nobody(age_code(job.job.door)));
        }
        let Some(registration) = Registration::prepare(&new_learner(row), job.organisation.org_ref, job.now) else {
            return Ok(nobody(codes::INSUFFICIENT_DATA));
        };
        Ok(match registration.run(store)? {
            Registered::Registered(uln) => somebody(codes::CREATED, uln),
            // Nobody was found, but somebody's details are too close to be told apart.
            Registered::Refused => nobody(codes::POSSIBLE_MATCHES),
        })
    }
}

/// The portal and the output file have a code of their own for the age (rules.md 2.8).
const fn age_code(door: Door) -> &'static str {
    match door {
        Door::WebService => codes::INCORRECT_FORMAT,
        Door::Portal | Door::File | Door::CommandLine => codes::OUTSIDE_AGE,
    }
}

/// The code of the form's worst break: of the format, then of an identifier, then what is missing.
fn worst_finding(row: &RegistrationRow) -> Option<&'static str> {
    let found = format(row);
    [codes::INCORRECT_FORMAT, codes::INCORRECT_IDENTIFIER, codes::INSUFFICIENT_DATA]
        .into_iter()
        .find(|code| found.iter().any(|finding| codes::of_rule(finding.rule) == *code))
}

fn text(field: &Option<String>) -> &str {
    field.as_deref().unwrap_or_default()
}

/// What was sent empty says nothing: in a batch it neither changes nor clears (our choice, because a file cannot tell empty from absent).
fn sent(field: &Option<String>) -> Option<&str> {
    field.as_deref().filter(|text| !text.is_empty())
}

fn demographics(row: &RegistrationRow) -> Demographics<'_> {
    Demographics {
        find_type: FindType::Check,
        family_name: text(&row.family_name),
        given_name: text(&row.given_name),
        date_of_birth: text(&row.date_of_birth),
        gender: text(&row.gender),
        postcode: text(&row.postcode),
        previous_family_name: sent(&row.previous_family_name),
        school_at_age_16: sent(&row.school_at_age_16),
        place_of_birth: sent(&row.place_of_birth),
        email_address: sent(&row.email_address),
    }
}

fn new_learner(row: &RegistrationRow) -> NewLearner<'_> {
    NewLearner {
        title: sent(&row.title),
        given_name: text(&row.given_name),
        middle_other_name: sent(&row.middle_other_name),
        family_name: text(&row.family_name),
        preferred_given_name: sent(&row.preferred_given_name),
        previous_family_name: sent(&row.previous_family_name),
        family_name_at_age_16: sent(&row.family_name_at_age_16),
        school_at_age_16: sent(&row.school_at_age_16),
        address_line_1: sent(&row.address_line_1),
        address_line_2: sent(&row.address_line_2),
        address_town: sent(&row.address_town),
        address_county_or_city: sent(&row.address_county_or_city),
        postcode: text(&row.postcode),
        date_of_address_capture: sent(&row.date_of_address_capture),
        date_of_birth: text(&row.date_of_birth),
        place_of_birth: sent(&row.place_of_birth),
        gender: text(&row.gender),
        email_address: sent(&row.email_address),
        nationality: sent(&row.nationality),
        scottish_candidate_number: sent(&row.scottish_candidate_number),
        verification_type: text(&row.verification_type),
        other_verification_description: sent(&row.other_verification_description),
        ability_to_share: row.sharing().unwrap_or_default(),
        notes: sent(&row.notes),
        unique_candidate_identifier: sent(&row.unique_candidate_identifier),
        unique_pupil_number: sent(&row.unique_pupil_number),
    }
}

/// The unique pupil number is never updated (rules.md 4.4).
fn change<'r>(row: &'r RegistrationRow, uln: &'r str, version: i32) -> LearnerChange<'r> {
    LearnerChange {
        uln,
        version,
        title: sent(&row.title),
        given_name: sent(&row.given_name),
        middle_other_name: sent(&row.middle_other_name),
        family_name: sent(&row.family_name),
        preferred_given_name: sent(&row.preferred_given_name),
        previous_family_name: sent(&row.previous_family_name),
        family_name_at_age_16: sent(&row.family_name_at_age_16),
        school_at_age_16: sent(&row.school_at_age_16),
        address_line_1: sent(&row.address_line_1),
        address_line_2: sent(&row.address_line_2),
        address_town: sent(&row.address_town),
        address_county_or_city: sent(&row.address_county_or_city),
        postcode: sent(&row.postcode),
        date_of_address_capture: sent(&row.date_of_address_capture),
        date_of_birth: sent(&row.date_of_birth),
        place_of_birth: sent(&row.place_of_birth),
        gender: sent(&row.gender),
        email_address: sent(&row.email_address),
        nationality: sent(&row.nationality),
        scottish_candidate_number: sent(&row.scottish_candidate_number),
        verification_type: sent(&row.verification_type),
        other_verification_description: sent(&row.other_verification_description),
        ability_to_share: row.sharing(),
        notes: sent(&row.notes),
        unique_candidate_identifier: sent(&row.unique_candidate_identifier),
    }
}
