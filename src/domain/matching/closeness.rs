//! When two dates of birth are near each other and two names resemble each other (domain.md 2.3, 4.2, thresholds our choice).

use chrono::{Datelike, NaiveDate};

use super::super::names::{SearchKeys, full_given_name, normalise, phonetic};
use super::super::verification::names_are_similar;
use crate::model::Learner;

/// The date with day and month exchanged, where that is another date.
pub(super) fn swapped(date: NaiveDate) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(date.year(), date.day(), date.month()).filter(|other| *other != date)
}

/// How near two dates of birth are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateCloseness {
    /// Year, month or day differs and the other two agree.
    OneComponentDiffers,
    /// Day and month are exchanged.
    Swapped,
    /// The same date.
    Equal,
}

/// How near two dates of birth are; `None` is too far to be the same person.
pub fn date_closeness(a: NaiveDate, b: NaiveDate) -> Option<DateCloseness> {
    let equal_components =
        [a.year() == b.year(), a.month() == b.month(), a.day() == b.day()].into_iter().filter(|equal| *equal).count();
    match equal_components {
        3 => Some(DateCloseness::Equal),
        _ if swapped(a) == Some(b) => Some(DateCloseness::Swapped),
        2 => Some(DateCloseness::OneComponentDiffers),
        _ => None,
    }
}

/// Whether two normalised family names are similar: equal, of the same sound, or, both of five letters or more, two edits apart at most.
pub fn similar_family(a: &str, b: &str) -> bool {
    if a.is_empty() || b.is_empty() {
        return false;
    }
    let sounds_alike = || {
        let sound = phonetic(a);
        !sound.is_empty() && sound == phonetic(b)
    };
    a == b
        || (a.len().min(b.len()) >= 5 && a.len().abs_diff(b.len()) <= 2 && strsim::damerau_levenshtein(a, b) <= 2)
        || sounds_alike()
}

/// Whether two normalised given names are similar: equal, one the initial of the other, nicknames of one name, or one edit apart.
pub fn similar_given(a: &str, b: &str) -> bool {
    if a.is_empty() || b.is_empty() {
        return false;
    }
    if a.len() == 1 || b.len() == 1 {
        return a.bytes().next() == b.bytes().next();
    }
    a == b
        || full_given_name(a) == full_given_name(b)
        || (a.len().abs_diff(b.len()) <= 1 && strsim::damerau_levenshtein(a, b) <= 1)
}

/// How names supplied with a ULN agree with the learner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// The given name equals given or preferred given name, the family name equals family or previous family name.
    Exact,
    /// They resemble each other.
    Similar,
    /// They do not.
    No,
}

/// Compares names supplied with a ULN (domain.md 2.3).
pub fn names_agree(learner: &Learner, given: &str, family: &str) -> Agreement {
    let keys = SearchKeys::of(learner);
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
