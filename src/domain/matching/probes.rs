//! The queries that a search makes on the store's indexes (rules.md 4.2, thresholds our choice).

use chrono::{Datelike, NaiveDate};

use super::super::names::{given_phonetic as sound_of_given, is_placeholder, phonetic};
use super::Query;
use super::closeness::{DateCloseness, date_closeness, swapped};

/// The maximum number of rows that a probe reads. One that reaches it has found far more than
/// [`MAX_POSSIBLE`](super::MAX_POSSIBLE) similar learners.
pub const PROBE_LIMIT: i64 = 500;
/// The maximum number of dates in a probe: the date, its swapped form, and those that differ by a
/// typing error in day, month or year.
pub const NEAR_DATES: usize = 2 + 14 + 11 + 23;
/// The age limit when a wrong year of birth is considered.
const OLDEST_AGE: i32 = 111;

/// A query on the store's indexes. The columns must equal the fields; the date may be any of those
/// listed.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Probe {
    /// Date of birth and phonetic family name, then family name and postcode.
    Exact {
        /// Date of birth.
        date_of_birth: NaiveDate,
        /// The phonetic family name, by which the index finds the rows.
        family_phonetic: String,
        /// Normalised family name.
        family: String,
        /// Postcode without its space.
        postcode: String,
    },
    /// The postcode, whatever the date of birth.
    Postcode {
        /// Postcode without its space.
        postcode: String,
    },
    /// Date of birth and outward code.
    Outward {
        /// Any of these dates of birth.
        dates: Vec<NaiveDate>,
        /// The outward code.
        outward: String,
    },
    /// Date of birth and phonetic family name.
    FamilyPhonetic {
        /// Any of these dates of birth.
        dates: Vec<NaiveDate>,
        /// The phonetic family name.
        family_phonetic: String,
    },
    /// Date of birth and phonetic given name.
    GivenPhonetic {
        /// Any of these dates of birth.
        dates: Vec<NaiveDate>,
        /// The phonetic given name.
        given_phonetic: String,
    },
    /// Date of birth, phonetic family name and phonetic given name.
    BothPhonetic {
        /// Any of these dates of birth.
        dates: Vec<NaiveDate>,
        /// The phonetic family name.
        family_phonetic: String,
        /// The phonetic given name.
        given_phonetic: String,
    },
}

/// The probe that finds every possible exact match.
pub fn exact_probe(query: &Query) -> Probe {
    Probe::Exact {
        date_of_birth: query.date_of_birth,
        family_phonetic: query.family_phonetic.clone(),
        family: query.family.clone(),
        postcode: query.postcode.clone(),
    }
}

/// The probes that find possible matches; `today` limits the years of birth. Details that say
/// nothing are not probed: a postcode of no place, a placeholder name, a name without a sound.
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
        // The names swapped.
        probes.push(Probe::BothPhonetic {
            dates: all,
            family_phonetic: phonetic(&query.given),
            given_phonetic: sound_of_given(&query.family),
        });
    }
    probes
}

/// The dates that differ from this one by a typing error, except the date itself and its swapped
/// form.
fn dates_near(date: NaiveDate, today: NaiveDate) -> Vec<NaiveDate> {
    let days = (1..=31).filter_map(|day| date.with_day(day));
    let months = (1..=12).filter_map(|month| date.with_month(month));
    let years = (today.year() - OLDEST_AGE..=today.year()).filter_map(|year| date.with_year(year));
    let is_near = |near: &NaiveDate| date_closeness(date, *near) == Some(DateCloseness::Slip);
    days.chain(months).chain(years).filter(is_near).collect()
}
