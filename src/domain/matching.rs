//! Finding learners by what is known of them: when names, dates and places resemble each other, how candidates are ranked, and which index
//! probes find the candidates (domain.md 2.3, 4.2). Pure; every threshold here is our choice, because the public record has none.
//!
//! A search is a bounded number of probes at any size of the register: first [`exact_probe`] alone, and where that does not decide
//! ([`decide_exact`]), the four of [`wide_probes`], each over at most [`NEAR_DATES`] dates and cut at [`PROBE_LIMIT`] rows. The probes find every
//! candidate that shares the outward postcode; of those elsewhere they find the ones whose given and family names both sound alike, and, when the
//! date of birth is equal or has day and month swapped, the ones of which either name sounds alike.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::names::{SearchKeys, full_given_name, given_phonetic, normalise, normalise_optional, phonetic};
use super::verification::names_are_similar;
use crate::model::{Gender, Learner, Postcode, Uln};

/// More possible matches than this are too many (domain.md 4.2).
pub const MAX_POSSIBLE: usize = 10;
/// Rows that one probe reads at most. A probe that is cut has found far more than [`MAX_POSSIBLE`] similar learners already.
pub const PROBE_LIMIT: i64 = 500;
/// Dates that one probe names at most: the days of a month, the months of a year, and the years of everybody alive.
pub const NEAR_DATES: usize = 31 + 12 + 112 + 1;
/// The oldest learner of whom a wrong year of birth is considered.
const OLDEST_AGE: i32 = 111;

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

/// The date with day and month exchanged, where that is another date.
fn swapped(date: NaiveDate) -> Option<NaiveDate> {
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
