//! When two dates of birth are near and two names similar (rules.md 2.3, 4.2, thresholds our
//! choice).

use chrono::{Datelike, NaiveDate};

use super::super::names::{full_given_name, normalise, phonetic, search_keys};
use crate::model::{Learner, SearchKeys};

/// The date with day and month swapped, if that is a different date.
pub(super) fn swapped(date: NaiveDate) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(date.year(), date.day(), date.month()).filter(|other| *other != date)
}

/// How near two dates of birth are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateCloseness {
    /// Year, month or day differs by a typing error; the other two agree.
    Slip,
    /// Day and month are swapped.
    Swapped,
    /// The same date.
    Equal,
}

/// How near two dates of birth are; `None` if they cannot be the same one mistyped.
pub fn date_closeness(a: NaiveDate, b: NaiveDate) -> Option<DateCloseness> {
    if a == b {
        return Some(DateCloseness::Equal);
    }
    if swapped(a) == Some(b) {
        return Some(DateCloseness::Swapped);
    }
    let components = |date: NaiveDate| [date.year().unsigned_abs(), date.month(), date.day()];
    let mut differing = components(a).into_iter().zip(components(b)).filter(|(a, b)| a != b);
    match (differing.next(), differing.next()) {
        (Some((a, b)), None) if is_slip(a, b) => Some(DateCloseness::Slip),
        _ => None,
    }
}

/// Whether two numbers with the same number of digits differ in one digit, or in two adjacent
/// digits that are swapped.
fn is_slip(a: u32, b: u32) -> bool {
    let digit = |number: u32, place: u32| number / 10_u32.pow(place) % 10;
    let differing: Vec<u32> = (0..4).filter(|&place| digit(a, place) != digit(b, place)).collect();
    match differing.as_slice() {
        [_] => true,
        [low, high] => high - low == 1 && digit(a, *low) == digit(b, *high) && digit(a, *high) == digit(b, *low),
        _ => false,
    }
}

/// Whether two normalised family names are similar: equal, alike in sound, one a prefix of the
/// other or, if both have five letters or more, at most two edits apart.
pub fn similar_family(a: &str, b: &str) -> bool {
    if a.is_empty() || b.is_empty() {
        return false;
    }
    let sounds_alike = || {
        let sound = phonetic(a);
        !sound.is_empty() && sound == phonetic(b)
    };
    a == b
        || one_begins_the_other(a, b)
        || (a.len().min(b.len()) >= 5 && a.len().abs_diff(b.len()) <= 2 && strsim::damerau_levenshtein(a, b) <= 2)
        || sounds_alike()
}

/// Whether two normalised given names are similar: equal, one an initial or a prefix of the other,
/// nicknames of one name, or one edit apart.
pub fn similar_given(a: &str, b: &str) -> bool {
    if a.is_empty() || b.is_empty() {
        return false;
    }
    if a.len() == 1 || b.len() == 1 {
        return a.bytes().next() == b.bytes().next();
    }
    a == b || one_begins_the_other(a, b) || full_given_name(a) == full_given_name(b) || one_edit_apart(a, b)
}

/// Whether the shorter name, of three letters or more, is a prefix of the other: Tom and Tomasz,
/// Smith and Smith-Jones.
fn one_begins_the_other(a: &str, b: &str) -> bool {
    a.len().min(b.len()) >= 3 && (a.starts_with(b) || b.starts_with(a))
}

/// Whether at most one character was changed, added, removed, or swapped with its neighbour.
pub(super) fn one_edit_apart(a: &str, b: &str) -> bool {
    a.len().abs_diff(b.len()) <= 1 && strsim::damerau_levenshtein(a, b) <= 1
}

/// Whether normalised names are similar to a learner's: the given name to any of given, preferred,
/// family and previous family name, the family name to any of family, previous family and given
/// name (rules.md 4.3).
pub fn names_are_similar(given: &str, family: &str, keys: &SearchKeys) -> bool {
    let family_names = || std::iter::once(keys.family.as_str()).chain(keys.previous_family.as_deref());
    keys.given_names().chain(family_names()).any(|name| similar_given(given, name))
        && family_names().chain([keys.given.as_str()]).any(|name| similar_family(family, name))
}

/// How names supplied with a ULN agree with the learner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// The given name equals the given or preferred given name, and the family name the family or
    /// previous family name.
    Exact,
    /// They are similar.
    Similar,
    /// They differ.
    No,
}

/// Compares names supplied with a ULN (rules.md 2.3).
pub fn names_agree(learner: &Learner, given: &str, family: &str) -> Agreement {
    let keys = search_keys(learner);
    let (given, family) = (normalise(given), normalise(family));
    let family_equal = keys.family == family || keys.previous_family.as_deref() == Some(&family);
    if family_equal && keys.given_names().any(|name| name == given) {
        Agreement::Exact
    } else if names_are_similar(&given, &family, &keys) {
        Agreement::Similar
    } else {
        Agreement::No
    }
}
