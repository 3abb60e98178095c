//! The named synthetic people of `fixtures/people.toml`: one for every outcome of a search.

use chrono::{NaiveDate, NaiveTime};
use serde::Deserialize;

use super::FixtureError;
use super::aims::{self, Aim, Happening};
use super::organisations::PROVIDER;
use crate::model::{
    AbilityToShare, Address, Birth, Contact, Evidence, Gender, Identifiers, Learner, LearnerStatus, LearningEvent,
    Names, OrgRef, Postcode, Uln, VerificationType,
};

/// When every named person was registered.
const REGISTERED_ON: NaiveDate = match NaiveDate::from_ymd_opt(2021, 9, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// A named person.
pub struct Person {
    /// The purpose, e.g. `EXACT`. Twelve people share `MANY`.
    pub role: String,
    /// The purpose in a sentence.
    pub about: String,
    /// The learner.
    pub learner: Learner,
    /// The learning events.
    pub events: Vec<LearningEvent>,
}

/// The named people, by role.
pub struct People(Vec<Person>);

impl People {
    /// Reads the fixture.
    ///
    /// # Errors
    /// The file is invalid.
    pub fn named() -> Result<Self, FixtureError> {
        let aims = aims::all()?;
        let file: PeopleFile = toml::from_str(include_str!("../../fixtures/people.toml"))?;
        let people = file.person.iter().map(|entry| entry.people(&aims)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self(people.into_iter().flatten().collect()))
    }

    /// Everybody, in the order of the file.
    pub fn all(&self) -> &[Person] {
        &self.0
    }

    /// The (first) person with a role.
    ///
    /// # Errors
    /// Nobody has the role.
    pub fn role(&self, role: &'static str) -> Result<&Person, FixtureError> {
        self.0.iter().find(|person| person.role == role).ok_or(FixtureError::Role(role))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeopleFile {
    person: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    role: String,
    about: String,
    uln: String,
    status: Option<String>,
    merged_into: Option<String>,
    title: Option<String>,
    given_name: String,
    middle_other_name: Option<String>,
    family_name: String,
    preferred_given_name: Option<String>,
    previous_family_name: Option<String>,
    family_name_at_age_16: Option<String>,
    school_at_age_16: Option<String>,
    address_line_1: Option<String>,
    address_line_2: Option<String>,
    address_town: Option<String>,
    address_county_or_city: Option<String>,
    postcode: String,
    date_of_address_capture: Option<NaiveDate>,
    date_of_birth: NaiveDate,
    place_of_birth: Option<String>,
    gender: String,
    email_address: Option<String>,
    nationality: Option<String>,
    scottish_candidate_number: Option<String>,
    verification_type: Option<String>,
    other_verification_description: Option<String>,
    ability_to_share: Option<String>,
    notes: Option<String>,
    telephone_number: Option<String>,
    unique_candidate_identifier: Option<String>,
    unique_pupil_number: Option<String>,
    /// ULNs and postcodes of more people, who are otherwise identical.
    #[serde(default)]
    alike: Vec<(String, String)>,
    #[serde(default)]
    events: Vec<EventEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventEntry {
    aim: String,
    awarded: Option<NaiveDate>,
    grade: Option<String>,
    started: Option<NaiveDate>,
    ended: Option<NaiveDate>,
}

impl Entry {
    fn people(&self, aims: &[Aim]) -> Result<Vec<Person>, FixtureError> {
        let own = (self.uln.as_str(), self.postcode.as_str());
        let alike = self.alike.iter().map(|(uln, postcode)| (uln.as_str(), postcode.as_str()));
        std::iter::once(own).chain(alike).map(|(uln, postcode)| self.person(uln, postcode, aims)).collect()
    }

    fn person(&self, uln: &str, postcode: &str, aims: &[Aim]) -> Result<Person, FixtureError> {
        let uln: Uln = uln.parse().map_err(|_| self.wrong("uln"))?;
        let postcode: Postcode = postcode.parse().map_err(|_| self.wrong("postcode"))?;
        let master: Option<Uln> =
            self.merged_into.as_deref().map(str::parse).transpose().map_err(|_| self.wrong("merged_into"))?;
        let learner = Learner {
            status: self.code(self.status.as_deref(), if master.is_some() { "2" } else { "1" }, "status")?,
            master,
            names: Names {
                title: self.title.clone(),
                given: self.given_name.clone(),
                middle_other: self.middle_other_name.clone(),
                family: self.family_name.clone(),
                preferred_given: self.preferred_given_name.clone(),
                previous_family: self.previous_family_name.clone(),
                family_at_16: self.family_name_at_age_16.clone(),
            },
            birth: Birth { date: self.date_of_birth, place: self.place_of_birth.clone() },
            gender: self.code(Some(&self.gender), "0", "gender")?,
            nationality: self.nationality.clone(),
            school_at_16: self.school_at_age_16.clone(),
            address: Address {
                line_1: self.address_line_1.clone(),
                line_2: self.address_line_2.clone(),
                town: self.address_town.clone(),
                county_or_city: self.address_county_or_city.clone(),
                postcode: postcode.clone(),
                captured_on: self.date_of_address_capture,
            },
            contact: Contact { email: self.email_address.clone(), telephone: self.telephone_number.clone() },
            identifiers: Identifiers {
                scottish_candidate_number: self.scottish_candidate_number.clone(),
                uci: self.unique_candidate_identifier.clone(),
                upn: self.unique_pupil_number.clone(),
            },
            evidence: Evidence {
                verification_type: self.code(self.verification_type.as_deref(), "0", "verification_type")?,
                other_description: self.other_verification_description.clone(),
            },
            ability_to_share: self.code(self.ability_to_share.as_deref(), "1", "ability_to_share")?,
            notes: self.notes.clone(),
            ..plain_learner(uln, &self.given_name, &self.family_name, self.date_of_birth, postcode, REGISTERED_ON)
        };
        let events = self.events.iter().map(|event| self.event(event, uln, aims)).collect::<Result<_, _>>()?;
        Ok(Person { role: self.role.clone(), about: self.about.clone(), learner, events })
    }

    fn event(&self, entry: &EventEntry, uln: Uln, aims: &[Aim]) -> Result<LearningEvent, FixtureError> {
        let aim = aims.iter().find(|aim| aim.key == entry.aim).ok_or_else(|| self.wrong("events.aim"))?;
        let happening = match (entry.awarded, entry.grade.as_deref(), entry.started, entry.ended) {
            (Some(day), Some(grade), None, None) => Happening::Awarded(day, grade),
            (None, None, Some(start), Some(end)) => Happening::Participated(start, end),
            _ => return Err(self.wrong("events")),
        };
        Ok(aim.event(uln, happening))
    }

    fn code<T: std::str::FromStr>(
        &self,
        given: Option<&str>,
        usual: &str,
        field: &'static str,
    ) -> Result<T, FixtureError> {
        given.unwrap_or(usual).parse().map_err(|_| self.wrong(field))
    }

    fn wrong(&self, field: &'static str) -> FixtureError {
        FixtureError::Value { entry: self.role.clone(), field }
    }
}

/// A learner with only the mandatory fields, registered on that day, who shares data and is not
/// verified.
pub(super) fn plain_learner(
    uln: Uln,
    given_name: &str,
    family_name: &str,
    date_of_birth: NaiveDate,
    postcode: Postcode,
    registered_on: NaiveDate,
) -> Learner {
    let registered_at = registered_on.and_time(NaiveTime::MIN);
    Learner {
        id: 0,
        uln,
        version: 1,
        status: LearnerStatus::Active,
        master: None,
        names: Names { given: given_name.to_owned(), family: family_name.to_owned(), ..Names::default() },
        birth: Birth { date: date_of_birth, place: None },
        gender: Gender::NotKnown,
        nationality: None,
        school_at_16: None,
        address: Address::at(postcode),
        contact: Contact::default(),
        identifiers: Identifiers::default(),
        evidence: Evidence { verification_type: VerificationType::NotProvided, other_description: None },
        ability_to_share: AbilityToShare::Shares,
        notes: None,
        registered_by: PROVIDER.org_ref.parse::<OrgRef>().ok(),
        created_at: registered_at,
        updated_at: registered_at,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::model::EventSource;

    #[test]
    fn everybody_is_there_once() {
        let people = People::named().unwrap();
        let ulns: HashSet<_> = people.all().iter().map(|person| person.learner.uln).collect();
        assert_eq!(ulns.len(), people.all().len());
        let mut roles: HashMap<&str, usize> = HashMap::new();
        for person in people.all() {
            *roles.entry(&person.role).or_default() += 1;
        }
        assert_eq!(roles.remove("MANY"), Some(12));
        assert!(roles.values().all(|count| *count == 1));
        for role in [
            "EXACT",
            "LINKED_MASTER",
            "LINKED_CHILD",
            "NOT_SHARING",
            "NOT_SEEN",
            "POSSIBLE",
            "VERIFY",
            "UPDATE",
            "NO_EVENTS",
            "DELETED",
            "NON_ASCII",
        ] {
            assert!(people.role(role).is_ok(), "{role}");
        }
        assert!(matches!(people.role("NOBODY"), Err(FixtureError::Role("NOBODY"))));
    }

    #[test]
    fn the_linked_child_points_to_its_master() {
        let people = People::named().unwrap();
        let child = &people.role("LINKED_CHILD").unwrap().learner;
        assert_eq!(child.master, Some(people.role("LINKED_MASTER").unwrap().learner.uln));
        assert_eq!(child.status, LearnerStatus::Merged);
    }

    #[test]
    fn everybody_is_invented_and_fits_the_contract() {
        for Person { role, learner, .. } in People::named().unwrap().all() {
            assert!(
                learner.contact.email.as_deref().is_none_or(|mail| mail.ends_with(".compatibilitytest.com")),
                "{role}"
            );
            assert!(["Z", "B"].iter().any(|area| learner.address.postcode.outward().starts_with(area)), "{role}");
            for name in [&learner.names.given, &learner.names.family] {
                assert!((1..=35).contains(&name.chars().count()), "{role}");
            }
        }
    }

    #[test]
    fn events_come_from_every_source() {
        let people = People::named().unwrap();
        for source in [EventSource::Ao, EventSource::Qcfu, EventSource::Ilr, EventSource::Npd] {
            assert!(people.role("EXACT").unwrap().events.iter().any(|event| event.source == source), "{source}");
        }
        assert!(people.role("NO_EVENTS").unwrap().events.is_empty());
    }
}
