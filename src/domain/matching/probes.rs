//! The questions that a search puts to the store's indexes (rules.md 4.2, thresholds our choice).

use chrono::{Datelike, NaiveDate};

use super::super::names::{given_phonetic as sound_of_given, is_placeholder, phonetic};
use super::Query;
use super::closeness::{DateCloseness, date_closeness, swapped};

/// Rows that one probe reads at most. A probe that is cut has found far more than [`MAX_POSSIBLE`](super::MAX_POSSIBLE) similar learners already.
pub const PROBE_LIMIT: i64 = 500;
/// Dates that one probe names at most: the date, its swapped form, and those that a slip makes of its day, month and year.
pub const NEAR_DATES: usize = 2 + 14 + 11 + 23;
/// The oldest learner of whom a wrong year of birth is considered.
const OLDEST_AGE: i32 = 111;

/// One question to the store's indexes; the fields are what the columns must equal, and a date may be any of those listed.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Probe {
    /// Columns date of birth, family phonetic, and then family name and postcode.
    Exact {
        /// Date of birth.
        date_of_birth: NaiveDate,
        /// Phonetic key of the family name, by which the index finds the rows.
        family_phonetic: String,
        /// Normalised family name.
        family: String,
        /// Postcode key.
        postcode: String,
    },
    /// The postcode, whatever the date of birth.
    Postcode {
        /// Postcode key.
        postcode: String,
    },
    /// Columns date of birth and outward postcode.
    Outward {
        /// Any of these dates of birth.
        dates: Vec<NaiveDate>,
        /// Outward postcode.
        outward: String,
    },
    /// Columns date of birth and family phonetic.
    FamilyPhonetic {
        /// Any of these dates of birth.
        dates: Vec<NaiveDate>,
        /// Phonetic key of the family name.
        family_phonetic: String,
    },
    /// Columns date of birth and given phonetic.
    GivenPhonetic {
        /// Any of these dates of birth.
        dates: Vec<NaiveDate>,
        /// Phonetic key of the given name.
        given_phonetic: String,
    },
    /// Columns date of birth, family phonetic and given phonetic.
    BothPhonetic {
        /// Any of these dates of birth.
        dates: Vec<NaiveDate>,
        /// Phonetic key of the family name.
        family_phonetic: String,
        /// Phonetic key of the given name.
        given_phonetic: String,
    },
}

/// The probe that finds every learner who may match exactly.
pub fn exact_probe(query: &Query) -> Probe {
    Probe::Exact {
        date_of_birth: query.date_of_birth,
        family_phonetic: query.family_phonetic.clone(),
        family: query.family.clone(),
        postcode: query.postcode.clone(),
    }
}

/// The probes that find possible matches; `today` bounds the years of birth. What says nothing of a person is not probed by: a postcode of no
/// place, a name that stands for none or has no sound.
pub fn wide_probes(query: &Query, today: NaiveDate) -> Vec<Probe> {
    let alike: Vec<NaiveDate> = std::iter::once(query.date_of_birth).chain(swapped(query.date_of_birth)).collect();
    let near = dates_near(query.date_of_birth, today);
    let all: Vec<NaiveDate> = alike.iter().chain(&near).copied().collect();
    let known =
        |sound: &str, name: &str| Some(sound.to_owned()).filter(|sound| !sound.is_empty() && !is_placeholder(name));
    let (given, family) = (known(&query.given_phonetic, &query.given), known(&query.family_phonetic, &query.family));
    let mut probes = Vec::new();
    if query.has_place() {
        probes.push(Probe::Postcode { postcode: query.postcode.clone() });
        probes.push(Probe::Outward { dates: all.clone(), outward: query.outward.clone() });
    }
    if let Some(family_phonetic) = family.clone() {
        probes.push(Probe::FamilyPhonetic { dates: alike.clone(), family_phonetic });
    }
    if let Some(given_phonetic) = given.clone() {
        probes.push(Probe::GivenPhonetic { dates: alike, given_phonetic });
    }
    if let (Some(given_phonetic), Some(family_phonetic)) = (given, family) {
        probes.push(Probe::BothPhonetic { dates: near, family_phonetic, given_phonetic });
        // The names in each other's field.
        probes.push(Probe::BothPhonetic {
            dates: all,
            family_phonetic: phonetic(&query.given),
            given_phonetic: sound_of_given(&query.family),
        });
    }
    probes
}

/// The dates of which a slip makes this one, without the date itself and its swapped form.
fn dates_near(date: NaiveDate, today: NaiveDate) -> Vec<NaiveDate> {
    let days = (1..=31).filter_map(|day| date.with_day(day));
    let months = (1..=12).filter_map(|month| date.with_month(month));
    let years = (today.year() - OLDEST_AGE..=today.year()).filter_map(|year| date.with_year(year));
    let is_near = |near: &NaiveDate| date_closeness(date, *near) == Some(DateCloseness::Slip);
    days.chain(months).chain(years).filter(is_near).collect()
}
