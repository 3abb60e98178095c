//! Any number of unnamed synthetic learners, always the same for the same seed. None of them
//! resembles a named person: they have other family names and postcode districts, so that no search
//! mixes them up.

use chrono::{Datelike, Days, NaiveDate};

use super::FixtureError;
use super::aims::{self, Aim, Happening};
use super::people::plain_learner;
use crate::model::{
    AbilityToShare, Address, Birth, Contact, EventSource, Evidence, Gender, Learner, LearningEvent, Names, Postcode,
    Uln, VerificationType,
};

/// Maximum number of learners, so that their ULNs differ.
pub const MOST_PEOPLE: u32 = 10_000_000;

/// Range of the ULNs' stems, without any named person. Multiplication by a number coprime to the
/// size of the range scatters them, without repetition.
const FIRST_STEM: u64 = 200_000_000;
const STEMS: u64 = 700_000_000;
const SCATTER: u64 = 432_198_773;

const FIRST_BIRTH: NaiveDate = day(1960, 1, 1);
const DAYS_OF_BIRTH: u64 = 50 * 365;
/// Three out of four are born in the last of these days, because most learners are young.
const YOUNG_DAYS_OF_BIRTH: u64 = 12 * 365;
const FIRST_REGISTRATION: NaiveDate = day(2012, 9, 1);
const DAYS_OF_REGISTRATION: u64 = 10 * 365;

const FEMALE_NAMES: &[&str] = &[
    "Abena",
    "Adaeze",
    "Aisha",
    "Alice",
    "Amelia",
    "Amy",
    "Anna",
    "Beatrice",
    "Bronwen",
    "Cerys",
    "Charlotte",
    "Chloe",
    "Daisy",
    "Eilidh",
    "Ella",
    "Emily",
    "Erin",
    "Evie",
    "Fatima",
    "Freya",
    "Grace",
    "Hannah",
    "Harriet",
    "Imogen",
    "Isla",
    "Jasmine",
    "Jess",
    "Joanna",
    "Kate",
    "Keira",
    "Layla",
    "Lily",
    "Lucy",
    "Mai",
    "Maria",
    "Maya",
    "Megan",
    "Mia",
    "Molly",
    "Niamh",
    "Nia",
    "Olivia",
    "Orla",
    "Poppy",
    "Priya",
    "Rebecca",
    "Rhiannon",
    "Rosie",
    "Ruby",
    "Saoirse",
    "Sofia",
    "Sophie",
    "Summer",
    "Tanisha",
    "Victoria",
    "Yasmin",
    "Zainab",
    "Zara",
];
const MALE_NAMES: &[&str] = &[
    "Aarav", "Adam", "Alfie", "Ali", "Amir", "Archie", "Arjun", "Ben", "Callum", "Charlie", "Connor", "Daniel",
    "David", "Dylan", "Edward", "Elijah", "Ethan", "Finlay", "Frank", "Gareth", "George", "Hamza", "Harry", "Hugo",
    "Ibrahim", "Isaac", "Jack", "Jacob", "James", "Jamal", "Joe", "Joshua", "Kai", "Kofi", "Kwame", "Leo", "Lewis",
    "Liam", "Logan", "Lucas", "Luke", "Matthew", "Max", "Mohammed", "Nathan", "Noah", "Oliver", "Oscar", "Owen",
    "Patrick", "Rhys", "Riley", "Robert", "Ryan", "Samuel", "Tariq", "Thomas", "Toby", "Tom", "Tyler", "William",
];
/// First halves of family names. With the second halves, they make about two thousand.
const FAMILY_BEGINNINGS: &[&str] = &[
    "Ash", "Birch", "Black", "Brad", "Brook", "Chester", "Cold", "Dale", "Dun", "East", "Elm", "Fair", "Field", "Gold",
    "Green", "Hart", "Hazel", "High", "Kings", "Lang", "Lin", "Long", "May", "Mill", "New", "North", "Oak", "Old",
    "Pen", "Red", "Rose", "Rush", "Sand", "Silver", "South", "Spring", "Stone", "Sun", "Swan", "Syca", "Wake", "West",
    "White", "Wild", "Win", "Wood", "York",
];
const FAMILY_ENDINGS: &[&str] = &[
    "berry", "bourne", "bridge", "brook", "burn", "bury", "by", "cliffe", "combe", "cote", "croft", "dale", "den",
    "don", "field", "ford", "gate", "ham", "hill", "holme", "hurst", "land", "leigh", "ley", "ling", "man", "mead",
    "mere", "moor", "more", "pool", "ridge", "shaw", "son", "stead", "stock", "thorpe", "ton", "wall", "ward", "water",
    "way", "well", "wick", "wood", "worth",
];
const TOWNS: &[&str] = &[
    "Ambleford",
    "Beckhampton Test",
    "Cinderbridge",
    "Dunmarsh",
    "Eddlesham",
    "Foxcombe Test",
    "Gannetsea",
    "Hollowbury",
    "Inglemoor",
    "Jackdaw Cross",
];
const STREETS: &[&str] = &["Specimen Street", "Placeholder Road", "Sample Avenue", "Trial Lane", "Fictitious Close"];
/// Letters allowed in the inward part of a postcode.
const INWARD_LETTERS: &[char] =
    &['A', 'B', 'D', 'E', 'F', 'G', 'H', 'J', 'L', 'N', 'P', 'Q', 'R', 'S', 'T', 'U', 'W', 'X', 'Y', 'Z'];

/// `count` learners with their events, at most [`MOST_PEOPLE`]. The same seed always gives the same
/// people, and a smaller count the first of them.
///
/// # Errors
/// The fixture of aims is invalid.
pub fn people(seed: u64, count: u32) -> Result<impl Iterator<Item = (Learner, Vec<LearningEvent>)>, FixtureError> {
    let aims = aims::all()?;
    let start = Chance::new(seed, u64::MAX).up_to(STEMS);
    let ulns = (0..STEMS).filter_map(move |step| {
        let stem = FIRST_STEM + (start + step * SCATTER) % STEMS;
        Uln::from_stem(u32::try_from(stem).ok()?)
    });
    let wanted = usize::try_from(count.min(MOST_PEOPLE)).unwrap_or(usize::MAX);
    let people =
        ulns.zip(0_u64..).filter_map(move |(uln, number)| person(&mut Chance::new(seed, number), uln, number, &aims));
    Ok(people.take(wanted))
}

fn person(chance: &mut Chance, uln: Uln, number: u64, aims: &[Aim]) -> Option<(Learner, Vec<LearningEvent>)> {
    let female = chance.one_in(2);
    let given_name = chance.pick(if female { FEMALE_NAMES } else { MALE_NAMES })?;
    let family_name = family_name(chance)?;
    let young = !chance.one_in(4);
    let birth = if young { DAYS_OF_BIRTH - 1 - chance.up_to(YOUNG_DAYS_OF_BIRTH) } else { chance.up_to(DAYS_OF_BIRTH) };
    let date_of_birth = FIRST_BIRTH.checked_add_days(Days::new(birth))?;
    let registered_on = FIRST_REGISTRATION
        .checked_add_days(Days::new(chance.up_to(DAYS_OF_REGISTRATION)))?
        .max(birthday(date_of_birth, 14)?);
    let town = chance.pick(TOWNS)?;
    let verification_type = *chance.pick(&[
        VerificationType::NotProvided,
        VerificationType::NotProvided,
        VerificationType::RelationshipWithSchool,
        VerificationType::Passport,
        VerificationType::DrivingLicence,
    ])?;
    let house = format!("{} {}", 1 + chance.up_to(99), chance.pick(STREETS)?);
    let mail = format!("{given_name}.{family_name}.{number}@people.compatibilitytest.com").to_lowercase();
    // The order of random draws is fixed, so that a seed always gives the same people.
    let gender = match (chance.one_in(20), female) {
        (true, _) => Gender::NotSpecified,
        (false, true) => Gender::Female,
        (false, false) => Gender::Male,
    };
    let previous_family = if chance.one_in(15) { Some(self::family_name(chance)?) } else { None };
    let place_of_birth = *chance.pick(TOWNS)?;
    let ability_to_share = if chance.one_in(10) { AbilityToShare::NotSeen } else { AbilityToShare::Shares };
    let plain = plain_learner(uln, given_name, &family_name, date_of_birth, postcode(chance)?, registered_on);
    let learner = Learner {
        names: Names { title: Some((if female { "Ms" } else { "Mr" }).to_owned()), previous_family, ..plain.names },
        birth: Birth { place: Some(place_of_birth.to_owned()), ..plain.birth },
        gender,
        nationality: Some("GBR".to_owned()),
        school_at_16: Some(format!("Test {town} Academy")),
        address: Address {
            line_1: Some(house),
            town: Some((*town).to_owned()),
            captured_on: Some(registered_on),
            ..plain.address
        },
        contact: Contact { email: Some(mail), telephone: None },
        evidence: Evidence { verification_type, other_description: None },
        ability_to_share,
        ..plain
    };
    let mut happened: Vec<LearningEvent> = Vec::new();
    for _ in 0..chance.up_to(5) {
        // Nobody gets the same award twice on a day.
        let another = event(chance, &learner, aims).filter(|new| {
            let same = |old: &LearningEvent| {
                old.subject_code == new.subject_code && old.achievement_award_date == new.achievement_award_date
            };
            !happened.iter().any(same)
        });
        happened.extend(another);
    }
    Some((learner, happened))
}

fn family_name(chance: &mut Chance) -> Option<String> {
    Some(format!("{}{}", chance.pick(FAMILY_BEGINNINGS)?, chance.pick(FAMILY_ENDINGS)?))
}

/// A postcode in the areas XA to XZ, which do not exist.
fn postcode(chance: &mut Chance) -> Option<Postcode> {
    let mut letter = || chance.pick(INWARD_LETTERS).copied();
    let (area, first, second) = (letter()?, letter()?, letter()?);
    format!("X{area}{} {}{first}{second}", 1 + chance.up_to(99), chance.up_to(10)).parse().ok()
}

/// An event between the sixteenth birthday and some years later.
fn event(chance: &mut Chance, learner: &Learner, aims: &[Aim]) -> Option<LearningEvent> {
    let aim = chance.pick(aims)?;
    let year = birthday(learner.birth.date, 16)?.checked_add_days(Days::new(chance.up_to(4 * 365)))?;
    let on = |month, day| NaiveDate::from_ymd_opt(year.year(), month, day);
    let happening = match aim.source() {
        EventSource::Ilr => {
            Happening::Participated(on(9, 4)?, on(9, 4)?.checked_add_days(Days::new(200 + chance.up_to(400)))?)
        }
        EventSource::Npd => Happening::Awarded(on(7, 1)?, chance.pick(&aim.grades)?),
        EventSource::Ao | EventSource::Qcfu | EventSource::Qcfq => {
            Happening::Awarded(on(8, 20)?, chance.pick(&aim.grades)?)
        }
    };
    Some(aim.event(learner.uln, happening))
}

fn birthday(date_of_birth: NaiveDate, age: u32) -> Option<NaiveDate> {
    date_of_birth.checked_add_months(chrono::Months::new(12 * age))
}

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => NaiveDate::MIN,
    }
}

/// Reproducible random numbers (SplitMix64), from the seed and the person's number.
struct Chance(u64);

impl Chance {
    fn new(seed: u64, number: u64) -> Self {
        let mut chance = Self(seed);
        chance.0 ^= chance.next().wrapping_add(number.wrapping_mul(0xD1B5_4A32_D192_ED03));
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below the bound, or 0 if the bound is 0.
    fn up_to(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or_default()
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.up_to(n) == 0
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let at = self.up_to(u64::try_from(list.len()).ok()?);
        list.get(usize::try_from(at).ok()?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::super::people::People;
    use super::*;
    use crate::domain::matching::similar_family;
    use crate::domain::names::{normalise, search_keys};

    #[test]
    fn the_same_seed_gives_the_same_people() {
        let first: Vec<_> = people(7, 300).unwrap().collect();
        assert_eq!(people(7, 1000).unwrap().take(300).collect::<Vec<_>>(), first);
        assert_ne!(people(8, 300).unwrap().collect::<Vec<_>>(), first);
        assert_eq!(people(1, 0).unwrap().count(), 0);
    }

    #[test]
    fn numbers_are_unique_and_spread() {
        let ulns: HashSet<_> = people(3, 20_000).unwrap().map(|(learner, _)| learner.uln).collect();
        assert_eq!(ulns.len(), 20_000);
        let first: HashSet<_> = ulns.iter().map(|uln| uln.as_str().chars().next()).collect();
        assert_eq!(first.len(), 7);
    }

    #[test]
    fn people_are_plausible() {
        let mut sources = HashSet::new();
        for (learner, events) in people(5, 5_000).unwrap() {
            let birthday = birthday(learner.birth.date, 13).unwrap();
            assert!(learner.created_at.date() >= birthday);
            assert!(learner.names.given.chars().count() <= 35 && learner.names.family.chars().count() <= 35);
            assert!(
                events.iter().all(|event| event.uln == learner.uln && event.achievement_award_date.unwrap() > birthday)
            );
            sources.extend(events.iter().map(|event| event.source));
        }
        assert_eq!(sources.len(), 4);
    }

    /// A match needs two of family name, given name and postcode to be similar; for these people,
    /// only the given name can be.
    #[test]
    fn nobody_resembles_a_named_person() {
        let mut family_names = Vec::new();
        for beginning in FAMILY_BEGINNINGS {
            family_names.extend(FAMILY_ENDINGS.iter().map(|ending| normalise(&format!("{beginning}{ending}"))));
        }
        let mut resembling = Vec::new();
        for person in People::named().unwrap().all() {
            let keys = search_keys(&person.learner);
            assert!(!keys.outward.starts_with('X'), "{}", person.role);
            for named in keys.earlier_family_names().chain([keys.family.as_str()]) {
                let alike = family_names.iter().filter(|family| similar_family(family, named));
                resembling.extend(alike.map(|family| format!("{named} {family}")));
            }
        }
        assert_eq!(resembling, [""; 0]);
        assert!(people(9, 2_000).unwrap().all(|(learner, _)| learner.address.postcode.outward().starts_with('X')));
    }
}
