//! Finding learners by what is known of them: when names, dates and places resemble each other, how candidates are ranked, and which index
//! probes find the candidates (rules.md 2.3, 4.2). Pure; every threshold here is our choice, because the public record has none.
//!
//! A search is a bounded number of probes at any size of the register: first [`exact_probe`] alone, and where that does not decide
//! ([`decide_exact`]), the six of [`wide_probes`] at most, each over at most [`NEAR_DATES`] dates and cut at [`PROBE_LIMIT`] rows. The probes find
//! every candidate that has the postcode, and every one that shares the outward postcode; of those elsewhere they find the ones whose given
//! and family names both sound alike, also in each other's field, and, when the date of birth is equal or has day and month swapped, the ones
//! of which either name sounds alike.

mod closeness;
mod probes;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use self::closeness::one_edit_apart;
pub use self::closeness::{Agreement, DateCloseness, date_closeness, names_agree, similar_family, similar_given};
pub use self::probes::{NEAR_DATES, PROBE_LIMIT, Probe, exact_probe, wide_probes};
use super::names::{
    SearchKeys, given_phonetic, is_placeholder, normalise, normalise_optional, normalise_place, phonetic,
};
use crate::model::{Gender, Learner, Postcode, Uln};

/// More possible matches than this are too many (rules.md 4.2).
pub const MAX_POSSIBLE: usize = 10;

/// A search by demographics, normalised.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct Query {
    given: String,
    family: String,
    given_phonetic: String,
    family_phonetic: String,
    date_of_birth: NaiveDate,
    gender: Gender,
    postcode: String,
    outward: String,
    previous_family: Option<String>,
    school_at_16: Option<String>,
    place_of_birth: Option<String>,
    email: Option<String>,
    likeness: bool,
}

/// The outward part of postcodes that say where nobody lives: no fixed abode, abroad, not known.
const NO_PLACE: &str = "ZZ99";

impl Query {
    /// A search by the five mandatory demographics.
    pub fn new(given: &str, family: &str, date_of_birth: NaiveDate, gender: Gender, postcode: &Postcode) -> Self {
        let (given, family) = (normalise(given), normalise(family));
        Self {
            given_phonetic: given_phonetic(&given),
            family_phonetic: phonetic(&family),
            given,
            family,
            date_of_birth,
            gender,
            postcode: postcode.key(),
            outward: postcode.outward().to_owned(),
            previous_family: None,
            school_at_16: None,
            place_of_birth: None,
            email: None,
            likeness: false,
        }
    }

    /// Adds the optional refiners; blank ones count as not supplied.
    pub fn refined(
        mut self,
        previous_family: Option<&str>,
        school_at_16: Option<&str>,
        place_of_birth: Option<&str>,
        email: Option<&str>,
    ) -> Self {
        self.previous_family = normalise_optional(previous_family);
        self.school_at_16 = normalise_place(school_at_16);
        self.place_of_birth = normalise_place(place_of_birth);
        self.email = email.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        self
    }

    /// Leaves out whom a given name without any likeness tells apart: in a batch twins, one after the other, are two learners.
    pub fn demanding_likeness(mut self) -> Self {
        self.likeness = true;
        self
    }

    /// Whether the postcode says where the learner lives.
    fn has_place(&self) -> bool {
        self.outward != NO_PLACE
    }
}

/// A learner that a probe found. Merged learners are candidates too (their master stands in for them), deleted ones are not.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct Candidate {
    /// The learner's number.
    pub uln: Uln,
    /// The master when the learner was merged.
    pub master: Option<Uln>,
    /// The stored search keys.
    pub keys: SearchKeys,
    /// Date of birth.
    pub date_of_birth: NaiveDate,
    /// Gender.
    pub gender: Gender,
    /// School at age 16, as stored.
    pub school_at_age_16: Option<String>,
    /// Place of birth, as stored.
    pub place_of_birth: Option<String>,
    /// E-mail address, as stored.
    pub email_address: Option<String>,
}

impl Candidate {
    /// The candidate that a learner is.
    pub fn of(learner: &Learner) -> Self {
        Self {
            uln: learner.uln,
            master: learner.master,
            keys: SearchKeys::of(learner),
            date_of_birth: learner.birth.date,
            gender: learner.gender,
            school_at_age_16: learner.school_at_16.clone(),
            place_of_birth: learner.birth.place.clone(),
            email_address: learner.contact.email.clone(),
        }
    }

    fn standing_in(&self) -> Uln {
        self.master.unwrap_or(self.uln)
    }
}

/// A learner as found: the number of the master where the candidate was merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// The learner to return.
    pub uln: Uln,
    /// Whether that is a master that stands in for the number that matched.
    pub substituted: bool,
}

/// What a search comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ranking {
    /// Nobody.
    None,
    /// Exactly one learner has all five demographics.
    Exact(Match),
    /// One to [`MAX_POSSIBLE`] learners, best first.
    Possible(Vec<Match>),
    /// More than that.
    TooMany,
}

/// Decides by the exact rule alone, given what [`exact_probe`] found; `None` when nobody has all five demographics.
/// Several exact matches are possible matches; the optional refiners then tell them apart if they can, and never turn an exact match away.
pub fn decide_exact(query: &Query, candidates: &[Candidate]) -> Option<Ranking> {
    let satisfying: Vec<(Refinement, &Candidate)> =
        candidates.iter().filter(|c| is_exact(query, c)).map(|c| (refinement(query, c), c)).collect();
    let refined: Vec<_> = satisfying.iter().copied().filter(|(refinement, _)| !refinement.contradicts).collect();
    let chosen = if refined.is_empty() { satisfying } else { refined };
    let matches = rank(chosen.into_iter().map(|(refinement, c)| ((true, refinement.points), c)));
    match matches.as_slice() {
        [] => None,
        [one] => Some(Ranking::Exact(*one)),
        _ => Some(bounded(matches)),
    }
}

/// Decides by the whole rule, given what the probes found; the same candidate may be given more than once.
pub fn classify(query: &Query, candidates: &[Candidate]) -> Ranking {
    decide_exact(query, candidates).unwrap_or_else(|| {
        let scored: Vec<_> = candidates.iter().filter_map(|c| score(query, c).map(|score| (score, c))).collect();
        match bounded(rank(scored.iter().copied())) {
            // Among too many, those whom an optional refiner supports are worth showing (our choice).
            Ranking::TooMany => {
                let supported = scored.iter().copied().filter(|(_, c)| refinement(query, c).points > 0);
                match bounded(rank(supported)) {
                    Ranking::None => Ranking::TooMany,
                    narrowed => narrowed,
                }
            }
            ranking => ranking,
        }
    })
}

fn bounded(matches: Vec<Match>) -> Ranking {
    match matches.len() {
        0 => Ranking::None,
        1..=MAX_POSSIBLE => Ranking::Possible(matches),
        _ => Ranking::TooMany,
    }
}

/// Whether the given names have any likeness, and points: the first outweighs them.
type Score = (bool, u32);

/// One match a person, best score first, then by number. A learner that matches in its own right is not substituted.
fn rank<'a>(scored: impl Iterator<Item = (Score, &'a Candidate)>) -> Vec<Match> {
    let mut people: BTreeMap<Uln, (Score, bool)> = BTreeMap::new();
    for (score, candidate) in scored {
        let person = people.entry(candidate.standing_in()).or_insert((score, true));
        *person = (person.0.max(score), person.1 && candidate.master.is_some());
    }
    let mut ranked: Vec<_> = people.into_iter().collect();
    ranked.sort_by_key(|(uln, (score, _))| (std::cmp::Reverse(*score), *uln));
    ranked.into_iter().map(|(uln, (_, substituted))| Match { uln, substituted }).collect()
}

fn is_exact(query: &Query, candidate: &Candidate) -> bool {
    candidate.keys.family == query.family
        && candidate.keys.given_names().any(|name| name == query.given)
        && candidate.date_of_birth == query.date_of_birth
        && candidate.gender == query.gender
        && candidate.keys.postcode == query.postcode
}

/// How well a candidate matches; `None` is no possible match: two known genders contradict, or neither are the date of birth near and two
/// of family name, given name and postcode similar, nor the postcode and one name equal and the other name similar.
fn score(query: &Query, candidate: &Candidate) -> Option<Score> {
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

/// Points for names that agree: none where they differ, or say nothing because one is a placeholder.
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

    /// Whether they are enough beside the same postcode, whatever the date: one equal and the other similar.
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

/// What the optional refiners say of a candidate.
#[derive(Clone, Copy)]
struct Refinement {
    /// Five for each that agrees.
    points: u32,
    /// Whether one of them differs.
    contradicts: bool,
}

/// Compares the optional refiners. They rank candidates and turn none away; one says nothing where either side lacks it.
fn refinement(query: &Query, candidate: &Candidate) -> Refinement {
    let keys = &candidate.keys;
    let previous_family = query.previous_family.as_deref().filter(|_| keys.earlier_family_names().next().is_some());
    let school = normalise_place(candidate.school_at_age_16.as_deref());
    let place = normalise_place(candidate.place_of_birth.as_deref());
    let email =
        candidate.email_address.as_deref().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
    let one_holds_the_other = |(asked, stored): (&str, &str)| stored.contains(asked) || asked.contains(stored);
    let comparisons = [
        previous_family.map(|asked| {
            keys.earlier_family_names().chain([keys.family.as_str()]).any(|name| similar_family(asked, name))
        }),
        query.school_at_16.as_deref().zip(school.as_deref()).map(one_holds_the_other),
        query.place_of_birth.as_deref().zip(place.as_deref()).map(one_holds_the_other),
        query.email.as_deref().zip(email.as_deref()).map(|(asked, stored)| asked == stored),
    ];
    let said = || comparisons.iter().flatten();
    Refinement {
        points: said().map(|agrees| if *agrees { 5 } else { 0 }).sum(),
        contradicts: said().any(|agrees| !agrees),
    }
}

#[cfg(test)]
pub(super) mod tests;
