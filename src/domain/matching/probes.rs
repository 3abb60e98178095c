//! The questions that a search puts to the store's indexes (domain.md 4.2, thresholds our choice).

use chrono::{Datelike, NaiveDate};

use super::Query;
use super::closeness::swapped;

/// Rows that one probe reads at most. A probe that is cut has found far more than [`MAX_POSSIBLE`](super::MAX_POSSIBLE) similar learners already.
pub const PROBE_LIMIT: i64 = 500;
/// Dates that one probe names at most: the days of a month, the months of a year, and the years of everybody alive.
pub const NEAR_DATES: usize = 31 + 12 + 112 + 1;
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

/// The probes that find possible matches; `today` bounds the years of birth. Names that have no sound are not probed by it.
pub fn wide_probes(query: &Query, today: NaiveDate) -> Vec<Probe> {
    let alike: Vec<NaiveDate> = std::iter::once(query.date_of_birth).chain(swapped(query.date_of_birth)).collect();
    let near = dates_near(query.date_of_birth, today);
    let (given_phonetic, family_phonetic) = (query.given_phonetic.clone(), query.family_phonetic.clone());
    let mut probes =
        vec![Probe::Outward { dates: alike.iter().chain(&near).copied().collect(), outward: query.outward.clone() }];
    if !family_phonetic.is_empty() {
        probes.push(Probe::FamilyPhonetic { dates: alike.clone(), family_phonetic: family_phonetic.clone() });
    }
    if !given_phonetic.is_empty() {
        probes.push(Probe::GivenPhonetic { dates: alike, given_phonetic: given_phonetic.clone() });
    }
    if !family_phonetic.is_empty() && !given_phonetic.is_empty() {
        probes.push(Probe::BothPhonetic { dates: near, family_phonetic, given_phonetic });
    }
    probes
}

/// Dates of which one component alone differs from the date, without the date itself and its swapped form.
fn dates_near(date: NaiveDate, today: NaiveDate) -> Vec<NaiveDate> {
    let days = (1..=31).filter_map(|day| date.with_day(day));
    let months = (1..=12).filter_map(|month| date.with_month(month));
    let years = (today.year() - OLDEST_AGE..=today.year()).filter_map(|year| date.with_year(year));
    days.chain(months).chain(years).filter(|near| *near != date && Some(*near) != swapped(date)).collect()
}
