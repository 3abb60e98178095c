//! How well a candidate matches. Every number here is our choice (rules.md 4.2).

use super::super::names::is_placeholder;
use super::closeness::{DateCloseness, date_closeness, one_edit_apart, similar_family, similar_given};
use super::query::{NO_PLACE, Query};
use super::refinement::refinement;
use crate::model::{Candidate, SearchKeys};

/// Whether the given names are similar at all, and points; the former outweighs the latter.
pub(super) type Score = (bool, u32);

/// Whether a candidate has all five demographics.
pub(super) fn is_exact(query: &Query, candidate: &Candidate) -> bool {
    candidate.keys.family == query.family
        && candidate.keys.given_names().any(|name| name == query.given)
        && candidate.date_of_birth == query.date_of_birth
        && candidate.gender == query.gender
        && candidate.keys.postcode == query.postcode
}

/// How well a candidate matches. `None` if it does not: known genders differ; or neither the date
/// of birth is near and two of family name, given name and postcode similar, nor the postcode and
/// one name equal and the other name similar.
pub(super) fn score(query: &Query, candidate: &Candidate) -> Option<Score> {
    let gender_contradicts = query.gender.is_known() && candidate.gender.is_known() && query.gender != candidate.gender;
    if gender_contradicts {
        return None;
    }
    let keys = &candidate.keys;
    let names = Names::compare(query, keys);
    let postcode = postcode_points(query, keys);
    let agreeing = [names.family > 0, names.given > 0, postcode > 0].into_iter().filter(|agrees| *agrees).count();
    let date = match date_closeness(query.date_of_birth, candidate.date_of_birth) {
        Some(closeness) if agreeing >= 2 => match closeness {
            DateCloseness::Equal => 30,
            DateCloseness::Swapped => 20,
            DateCloseness::Slip => 15,
        },
        _ if postcode == SAME_POSTCODE && names.decide_alone() => 0,
        _ => return None,
    };
    let has_likeness = names.given > 0 || is_placeholder(&query.given) || is_placeholder(&keys.given);
    if query.likeness && !has_likeness {
        return None;
    }
    let gender = if query.gender == candidate.gender { 5 } else { 0 };
    let points = date + names.family + names.given + postcode + gender + refinement(query, candidate).points;
    Some((has_likeness, points))
}

/// Points for names that agree: none if they differ, or if one is a placeholder.
struct Names {
    family: u32,
    given: u32,
}

const SAME_FAMILY: u32 = 25;
const SAME_GIVEN: u32 = 20;
const SAME_POSTCODE: u32 = 15;

impl Names {
    fn compare(query: &Query, keys: &SearchKeys) -> Names {
        let names = Names { family: family_points(&query.family, keys), given: given_points(&query.given, keys) };
        if names.family == 0 && names.given == 0 && are_in_each_others_field(query, keys) {
            return Names { family: 8, given: 7 };
        }
        names
    }

    /// Whether they suffice with an equal postcode, whatever the date: one equal, the other
    /// similar.
    fn decide_alone(&self) -> bool {
        self.family.min(self.given) > 0 && (self.family >= SAME_FAMILY || self.given >= SAME_GIVEN)
    }
}

fn family_points(asked: &str, keys: &SearchKeys) -> u32 {
    if is_placeholder(asked) {
        0
    } else if keys.family == asked {
        SAME_FAMILY
    } else if keys.earlier_family_names().any(|name| name == asked) {
        18
    } else if !is_placeholder(&keys.family) && similar_family(asked, &keys.family) {
        12
    } else {
        0
    }
}

fn given_points(asked: &str, keys: &SearchKeys) -> u32 {
    if is_placeholder(asked) {
        0
    } else if keys.given_names().any(|name| name == asked) {
        SAME_GIVEN
    } else if keys.given_names().any(|name| !is_placeholder(name) && similar_given(asked, name)) {
        10
    } else {
        0
    }
}

fn are_in_each_others_field(query: &Query, keys: &SearchKeys) -> bool {
    let placeholders = [&query.given, &query.family, &keys.given, &keys.family];
    !placeholders.into_iter().any(|name| is_placeholder(name))
        && similar_given(&query.given, &keys.family)
        && similar_family(&query.family, &keys.given)
}

fn postcode_points(query: &Query, keys: &SearchKeys) -> u32 {
    if !query.has_place() || keys.outward == NO_PLACE {
        0
    } else if keys.postcode == query.postcode {
        SAME_POSTCODE
    } else if one_edit_apart(&keys.postcode, &query.postcode) {
        8
    } else if keys.outward == query.outward {
        6
    } else {
        0
    }
}
