//! The named synthetic people of `fixtures/people.toml`: one for every outcome of a search.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use serde::Deserialize;

use super::FixtureError;
use super::aims::{self, Aim, Happening};
use super::organisations::PROVIDER;
use crate::domain::format::{Field, FieldTexts};
use crate::domain::imported_learner;
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
struct Entry {
    role: String,
    about: String,
    uln: String,
    postcode: String,
    status: Option<String>,
    merged_into: Option<String>,
    /// ULNs and postcodes of more people, who are otherwise identical.
    #[serde(default)]
    alike: Vec<(String, String)>,
    #[serde(default)]
    events: Vec<EventEntry>,
    /// Every other field of the learner.
    #[serde(flatten)]
    fields: BTreeMap<String, String>,
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
        let mut texts = FieldTexts::default()
            .with(Field::Gender, "0")
            .with(Field::VerificationType, "0")
            .with(Field::AbilityToShare, "1")
            .with(Field::Uln, uln)
            .with(Field::LastKnownPostCode, postcode);
        for (key, text) in &self.fields {
            texts = texts.with(field(key).ok_or_else(|| self.wrong("a key"))?, text.as_str());
        }
        let master: Option<Uln> =
            self.merged_into.as_deref().map(str::parse).transpose().map_err(|_| self.wrong("merged_into"))?;
        let registered_at = REGISTERED_ON.and_time(NaiveTime::MIN);
        let learner = Learner {
            status: self.code(self.status.as_deref(), if master.is_some() { "2" } else { "1" }, "status")?,
            master,
            registered_by: PROVIDER.org_ref.parse::<OrgRef>().ok(),
            ..imported_learner(&texts, registered_at).map_err(|error| self.wrong(error.field.name()))?
        };
        let events = self.events.iter().map(|event| self.event(event, learner.uln, aims)).collect::<Result<_, _>>()?;
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

/// The field of a key: the contract's name in small letters, `LastKnown` left out.
fn field(key: &str) -> Option<Field> {
    match key {
        "unique_candidate_identifier" => Some(Field::Uci),
        "unique_pupil_number" => Some(Field::Upn),
        _ => {
            let plain = key.replace('_', "");
            Field::all().find(|field| field.name().trim_start_matches("LastKnown").eq_ignore_ascii_case(&plain))
        }
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
