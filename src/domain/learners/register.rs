//! Registering a learner: who may be registered, and the number that the learner gets (rules.md 2.5, 4.5, 1.5).

use chrono::{NaiveDate, TimeDelta};

use super::super::names::search_keys;
use super::super::{Caller, Error, RuleSettings, Service, codes, matching};
use super::find::probe;
use super::{details_hash, present};
use crate::domain::format::is_one_line;
use crate::model::{
    Address, Birth, Contact, Evidence, Identifiers, Learner, LearnerStatus, Names, OrgRef, Permission, SearchKeys,
    Timestamp, Uln, VerificationType, london_day,
};
use crate::store::{AnyConnection, StoreError, Transaction, audit, learners as rows, lock, searches};

/// A learner to be registered, as the wire names the fields. Empty text is absent.
#[derive(Clone, Copy, Default)]
#[expect(missing_docs, reason = "the fields are those of the model's learner")]
pub struct NewLearner<'a> {
    pub title: Option<&'a str>,
    pub given_name: &'a str,
    pub middle_other_name: Option<&'a str>,
    pub family_name: &'a str,
    pub preferred_given_name: Option<&'a str>,
    pub previous_family_name: Option<&'a str>,
    pub family_name_at_age_16: Option<&'a str>,
    pub school_at_age_16: Option<&'a str>,
    pub address_line_1: Option<&'a str>,
    pub address_line_2: Option<&'a str>,
    pub address_town: Option<&'a str>,
    pub address_county_or_city: Option<&'a str>,
    pub postcode: &'a str,
    pub date_of_address_capture: Option<&'a str>,
    pub date_of_birth: &'a str,
    pub place_of_birth: Option<&'a str>,
    pub gender: &'a str,
    pub email_address: Option<&'a str>,
    pub nationality: Option<&'a str>,
    pub scottish_candidate_number: Option<&'a str>,
    pub verification_type: &'a str,
    pub other_verification_description: Option<&'a str>,
    pub ability_to_share: &'a str,
    pub notes: Option<&'a str>,
    pub unique_candidate_identifier: Option<&'a str>,
    pub unique_pupil_number: Option<&'a str>,
}

/// What a registration comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// The learner's new number (WSRC0005).
    Registered(Uln),
    /// The learner exists, may not be registered, or no find came before (WSRC0021).
    Refused,
}

impl Registered {
    /// The response code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Registered(_) => codes::REGISTERED,
            Self::Refused => codes::NOT_REGISTERED,
        }
    }
}

impl Service {
    /// registerSingleLearner. The check for an existing learner, the issue of the number and the line of the trail are one transaction,
    /// and no other registration of the same details runs meanwhile, on any node.
    pub fn register(&self, caller: &Caller<'_>, new: &NewLearner<'_>) -> Result<Registered, Error> {
        caller.require(Permission::RegisterLearner)?;
        caller.call.must_be_able_to_block()?;
        self.may_look(caller)?;
        let now = self.inner.clock.now();
        let organisation = caller.organisation()?;
        let Some(registration) = Registration::prepare(new, organisation.org_ref, now)
            .filter(|new| of_age(new.learner.birth.date, london_day(now), &self.inner.settings))
        else {
            caller.trail([None], codes::NOT_REGISTERED);
            return Ok(Registered::Refused);
        };
        let procedure = Procedure::of(&self.inner.settings, organisation.id, &registration.details, now);
        let entry = caller.entry(now, None, codes::NOT_REGISTERED);

        let registered = self.inner.store.write(move |store| {
            lock(store, lock_key(&registration.details))?;
            let registered =
                if procedure.was_followed(store)? { registration.run(store)? } else { Registered::Refused };
            let mut entry = entry.clone();
            registered.code().clone_into(&mut entry.outcome);
            if let Registered::Registered(uln) = registered {
                entry.uln = Some(uln);
            }
            audit::insert(store, std::iter::once(&entry))?;
            Ok(registered)
        })?;
        // It may say that the learner is there.
        self.missed(caller, usize::from(registered == Registered::Refused));
        Ok(registered)
    }
}

/// A learner who may be registered.
pub(in crate::domain) struct Registration {
    learner: Learner,
    keys: SearchKeys,
    /// By this the same five demographics are recognised.
    details: blake3::Hash,
    existing: matching::Probe,
}

impl Registration {
    /// `None` when a mandatory detail is missing or impossible.
    pub(in crate::domain) fn prepare(new: &NewLearner<'_>, registered_by: OrgRef, now: Timestamp) -> Option<Self> {
        let learner = candidate(new, registered_by, now)?;
        let keys = search_keys(&learner);
        let (Names { given, family, .. }, born) = (&learner.names, learner.birth.date);
        let (gender, postcode) = (learner.gender, &learner.address.postcode);
        let details = details_hash(given, family, born, gender, postcode);
        let query = matching::Query::new(given, family, born, gender, postcode);
        let existing = matching::exact_probe(&query);
        Some(Self { learner, keys, details, existing })
    }

    /// Issues the number, unless a learner of the same details is there. The details must be locked ([`lock_key`]).
    pub(in crate::domain) fn run(&self, store: &mut Transaction<'_>) -> Result<Registered, StoreError> {
        let exists = probe(store, &self.existing)?
            .iter()
            .any(|other| other.keys.given == self.keys.given && other.gender == self.learner.gender);
        if exists {
            Ok(Registered::Refused)
        } else {
            issue(store, &self.learner, &self.keys).map(Registered::Registered)
        }
    }
}

/// The record that would be made, still with a placeholder for its number; `None` when a mandatory detail is missing or impossible.
fn candidate(new: &NewLearner<'_>, registered_by: OrgRef, now: Timestamp) -> Option<Learner> {
    let NewLearner {
        title,
        given_name,
        middle_other_name,
        family_name,
        preferred_given_name,
        previous_family_name,
        family_name_at_age_16,
        school_at_age_16,
        address_line_1,
        address_line_2,
        address_town,
        address_county_or_city,
        postcode,
        date_of_address_capture,
        date_of_birth,
        place_of_birth,
        gender,
        email_address,
        nationality,
        scottish_candidate_number,
        verification_type,
        other_verification_description,
        ability_to_share,
        notes,
        unique_candidate_identifier,
        unique_pupil_number,
    } = *new;
    let owned = |text| present(text).map(str::to_owned);
    let verification_type: VerificationType = verification_type.parse().ok()?;
    let unnamed_verification =
        verification_type == VerificationType::Other && present(other_verification_description).is_none();
    let names = [
        Some(given_name),
        Some(family_name),
        middle_other_name,
        preferred_given_name,
        previous_family_name,
        family_name_at_age_16,
    ];
    if !names.into_iter().flatten().all(is_one_line) {
        return None;
    }
    if given_name.trim().is_empty() || family_name.trim().is_empty() || unnamed_verification {
        return None;
    }
    Some(Learner {
        id: 0,
        uln: random_uln(),
        version: 1,
        status: LearnerStatus::Active,
        master: None,
        names: Names {
            title: owned(title),
            given: given_name.to_owned(),
            middle_other: owned(middle_other_name),
            family: family_name.to_owned(),
            preferred_given: owned(preferred_given_name),
            previous_family: owned(previous_family_name),
            family_at_16: owned(family_name_at_age_16),
        },
        birth: Birth { date: date_of_birth.parse().ok()?, place: owned(place_of_birth) },
        gender: gender.parse().ok()?,
        nationality: owned(nationality),
        school_at_16: owned(school_at_age_16),
        address: Address {
            line_1: owned(address_line_1),
            line_2: owned(address_line_2),
            town: owned(address_town),
            county_or_city: owned(address_county_or_city),
            postcode: postcode.parse().ok()?,
            captured_on: present(date_of_address_capture).map(str::parse).transpose().ok()?,
        },
        contact: Contact { email: owned(email_address), telephone: None },
        identifiers: Identifiers {
            scottish_candidate_number: owned(scottish_candidate_number),
            uci: owned(unique_candidate_identifier),
            upn: owned(unique_pupil_number),
        },
        evidence: Evidence { verification_type, other_description: owned(other_verification_description) },
        ability_to_share: ability_to_share.parse().ok()?,
        notes: owned(notes),
        registered_by: Some(registered_by),
        created_at: now,
        updated_at: now,
    })
}

/// Whether somebody born then may be registered on the day; birthdays of 29 February are kept on 1 March.
pub(in crate::domain) fn of_age(date_of_birth: NaiveDate, today: NaiveDate, settings: &RuleSettings) -> bool {
    today.years_since(date_of_birth).is_some_and(|age| (settings.minimum_age..=settings.maximum_age).contains(&age))
}

/// The rule that a find with the same details precedes a registration: not too long ago, and, when it showed possible matches, long enough
/// ago that somebody can have looked at them (rules.md 2.5).
struct Procedure {
    required: Option<Window>,
    organisation_id: i32,
    details: String,
}

struct Window {
    earliest: Timestamp,
    latest_after_possible_matches: Timestamp,
}

impl Procedure {
    fn of(settings: &RuleSettings, organisation_id: i32, details: &blake3::Hash, now: Timestamp) -> Self {
        let before = |duration| {
            TimeDelta::from_std(duration).ok().and_then(|delta| now.checked_sub_signed(delta)).unwrap_or(Timestamp::MIN)
        };
        let required = settings.require_recent_find.then(|| Window {
            earliest: before(settings.recent_find_maximum),
            latest_after_possible_matches: before(settings.recent_find_minimum),
        });
        Self { required, organisation_id, details: details.to_hex().to_string() }
    }

    fn was_followed(&self, store: &mut AnyConnection) -> Result<bool, StoreError> {
        let Some(window) = &self.required else { return Ok(true) };
        Ok(searches::latest(store, self.organisation_id, &self.details)?.is_some_and(|(at, outcome)| {
            let in_haste = outcome == codes::POSSIBLE_MATCHES && at > window.latest_after_possible_matches;
            at >= window.earliest && !in_haste
        }))
    }
}

/// The key under which nobody else registers the same details meanwhile.
pub(in crate::domain) fn lock_key(details: &blake3::Hash) -> i64 {
    let (first, _) = details.as_bytes().split_first_chunk().unwrap_or((&[0; 8], &[]));
    i64::from_le_bytes(*first)
}

/// Stores the learner under a number that nobody ever had. It is drawn from the operating system's randomness, so that nobody can guess
/// the next from the last; a number that is taken, be its learner deleted or merged, is drawn again.
fn issue(store: &mut Transaction<'_>, learner: &Learner, keys: &SearchKeys) -> Result<Uln, StoreError> {
    let mut learner = learner.clone();
    while !rows::insert(store, &learner, keys)? {
        learner.uln = random_uln();
    }
    Ok(learner.uln)
}

fn random_uln() -> Uln {
    loop {
        let stem = rand::random_range(Uln::FIRST_STEM..=Uln::LAST_STEM);
        if let Some(uln) = Uln::from_stem(stem) {
            return uln;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn age_window() {
        let settings = RuleSettings::default();
        let today = NaiveDate::from_ymd_opt(2025, 3, 1).unwrap();
        let born = |text: &str| of_age(text.parse().unwrap(), today, &settings);
        assert!(born("2012-03-01") && !born("2012-03-02"));
        assert!(born("1914-03-02") && !born("1914-03-01"));
        assert!(!born("2025-03-02"));
        assert!(born("2012-02-29"));
    }

    #[test]
    fn random_numbers_are_ulns_and_do_not_repeat() {
        let drawn: std::collections::HashSet<_> = (0..1_000).map(|_| random_uln()).collect();
        assert!(drawn.len() > 990);
        assert!(drawn.iter().all(|uln| uln.as_str().parse::<Uln>().is_ok()));
    }
}
