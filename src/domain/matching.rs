//! Finding learners by what is known of them: when names, dates and places resemble each other, how candidates are ranked, and which index
//! probes find the candidates (domain.md 2.3, 4.2). Pure; every threshold here is our choice, because the public record has none.
//!
//! A search is a bounded number of probes at any size of the register: first [`exact_probe`] alone, and where that does not decide
//! ([`decide_exact`]), the four of [`wide_probes`], each over at most [`NEAR_DATES`] dates and cut at [`PROBE_LIMIT`] rows. The probes find every
//! candidate that shares the outward postcode; of those elsewhere they find the ones whose given and family names both sound alike, and, when the
//! date of birth is equal or has day and month swapped, the ones of which either name sounds alike.

mod closeness;
mod probes;

use std::collections::BTreeMap;

use chrono::NaiveDate;

pub use self::closeness::{Agreement, DateCloseness, date_closeness, names_agree, similar_family, similar_given};
pub use self::probes::{NEAR_DATES, PROBE_LIMIT, Probe, exact_probe, wide_probes};
use super::names::{SearchKeys, given_phonetic, normalise, normalise_optional, phonetic};
use crate::model::{Gender, Learner, Postcode, Uln};

/// More possible matches than this are too many (domain.md 4.2).
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
}

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
        self.school_at_16 = normalise_optional(school_at_16);
        self.place_of_birth = normalise_optional(place_of_birth);
        self.email = email.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        self
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
            date_of_birth: learner.date_of_birth,
            gender: learner.gender,
            school_at_age_16: learner.school_at_age_16.clone(),
            place_of_birth: learner.place_of_birth.clone(),
            email_address: learner.email_address.clone(),
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
    let satisfying: Vec<&Candidate> = candidates.iter().filter(|c| is_exact(query, c)).collect();
    let refined: Vec<&Candidate> = satisfying.iter().copied().filter(|c| refinement(query, c).is_some()).collect();
    let chosen = if refined.is_empty() { satisfying } else { refined };
    let matches = rank(chosen.into_iter().map(|c| (refinement(query, c).unwrap_or_default(), c)));
    match matches.as_slice() {
        [] => None,
        [one] => Some(Ranking::Exact(*one)),
        _ => Some(bounded(matches)),
    }
}

/// Decides by the whole rule, given what the probes found; the same candidate may be given more than once.
pub fn classify(query: &Query, candidates: &[Candidate]) -> Ranking {
    decide_exact(query, candidates)
        .unwrap_or_else(|| bounded(rank(candidates.iter().filter_map(|c| score(query, c).map(|score| (score, c))))))
}

fn bounded(matches: Vec<Match>) -> Ranking {
    match matches.len() {
        0 => Ranking::None,
        1..=MAX_POSSIBLE => Ranking::Possible(matches),
        _ => Ranking::TooMany,
    }
}

/// One match a person, best score first, then by number. A learner that matches in its own right is not substituted.
fn rank<'a>(scored: impl Iterator<Item = (u32, &'a Candidate)>) -> Vec<Match> {
    let mut people: BTreeMap<Uln, (u32, bool)> = BTreeMap::new();
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

/// How well a candidate matches; `None` is no possible match: the date of birth is too far, two known genders or an optional refiner contradict,
/// or fewer than two of family name, given name and postcode are similar.
fn score(query: &Query, candidate: &Candidate) -> Option<u32> {
    let gender_contradicts = query.gender.is_known() && candidate.gender.is_known() && query.gender != candidate.gender;
    if gender_contradicts {
        return None;
    }
    let date = match date_closeness(query.date_of_birth, candidate.date_of_birth)? {
        DateCloseness::Equal => 30,
        DateCloseness::Swapped => 20,
        DateCloseness::OneComponentDiffers => 15,
    };
    let parts = [
        family_score(query, &candidate.keys),
        given_score(query, &candidate.keys),
        postcode_score(query, &candidate.keys),
    ];
    if parts.iter().filter(|part| **part > 0).count() < 2 {
        return None;
    }
    let gender = if query.gender == candidate.gender { 5 } else { 0 };
    Some(date + parts.iter().sum::<u32>() + gender + refinement(query, candidate)?)
}

fn family_score(query: &Query, keys: &SearchKeys) -> u32 {
    if keys.family == query.family {
        25
    } else if keys.earlier_family_names().any(|name| name == query.family) {
        18
    } else if similar_family(&query.family, &keys.family) {
        12
    } else {
        0
    }
}

fn given_score(query: &Query, keys: &SearchKeys) -> u32 {
    if keys.given_names().any(|name| name == query.given) {
        20
    } else if keys.given_names().any(|name| similar_given(&query.given, name)) {
        10
    } else {
        0
    }
}

fn postcode_score(query: &Query, keys: &SearchKeys) -> u32 {
    if keys.postcode == query.postcode {
        15
    } else if keys.outward == query.outward {
        6
    } else {
        0
    }
}

/// Five points for each optional refiner that agrees; `None` when one contradicts. A refiner says nothing where either side lacks it.
fn refinement(query: &Query, candidate: &Candidate) -> Option<u32> {
    let keys = &candidate.keys;
    let previous_family = query.previous_family.as_deref().filter(|_| keys.earlier_family_names().next().is_some());
    let school = normalise_optional(candidate.school_at_age_16.as_deref());
    let place = normalise_optional(candidate.place_of_birth.as_deref());
    let email =
        candidate.email_address.as_deref().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
    let comparisons = [
        previous_family.map(|asked| {
            keys.earlier_family_names().chain([keys.family.as_str()]).any(|name| similar_family(asked, name))
        }),
        query
            .school_at_16
            .as_deref()
            .zip(school.as_deref())
            .map(|(asked, stored)| stored.contains(asked) || asked.contains(stored)),
        query.place_of_birth.as_deref().zip(place.as_deref()).map(|(asked, stored)| asked == stored),
        query.email.as_deref().zip(email.as_deref()).map(|(asked, stored)| asked == stored),
    ];
    comparisons.into_iter().flatten().try_fold(0, |points, agrees| agrees.then_some(points + 5))
}

#[cfg(test)]
pub(super) mod tests;
