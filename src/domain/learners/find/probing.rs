//! Runs a search on the register: its probes, and the learners to show.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::{Found, FoundLearner};
use crate::domain::matching::{self, Match, PROBE_LIMIT, Probe, Query, Ranking};
use crate::model::{Candidate, LearnerStatus, Uln};
use crate::store::learners::{self as rows, Conditions};
use crate::store::{AnyConnection, StoreError};

/// The exact probe decides most searches; the wide ones run only if it does not.
pub(super) fn find(store: &mut AnyConnection, query: &Query, today: NaiveDate) -> Result<Found, StoreError> {
    let mut candidates = probe(store, &matching::exact_probe(query))?;
    let ranking = match matching::decide_exact(query, &candidates) {
        Some(ranking) => ranking,
        None => {
            for wide in matching::wide_probes(query, today) {
                candidates.extend(probe(store, &wide)?);
            }
            matching::classify(query, &candidates)
        }
    };
    Ok(match ranking {
        Ranking::None => Found::None,
        Ranking::TooMany => Found::TooMany { narrowing: matching::narrowing(query, &candidates) },
        Ranking::Exact(one) => match load(store, &[one])?.pop() {
            Some(learner) if learner.substituted => Found::MasterSubstituted(Box::new(learner)),
            Some(learner) => Found::Exact(Box::new(learner)),
            None => Found::None,
        },
        Ranking::Possible(matches) => Found::Possible(load(store, &matches)?),
    })
}

pub(in crate::domain) fn probe(store: &mut AnyConnection, probe: &Probe) -> Result<Vec<Candidate>, StoreError> {
    match probe {
        Probe::Exact { date_of_birth, family_phonetic, family, postcode } => {
            rows::born_and_named(store, *date_of_birth, family_phonetic, family, postcode, PROBE_LIMIT)
        }
        Probe::Postcode { postcode } => rows::living_at(store, postcode, PROBE_LIMIT),
        Probe::Outward { dates, outward } => {
            rows::meeting(store, Conditions { dates, outward: Some(outward), ..Conditions::default() }, PROBE_LIMIT)
        }
        Probe::FamilyPhonetic { dates, family_phonetic } => rows::meeting(
            store,
            Conditions { dates, family_phonetic: Some(family_phonetic), ..Conditions::default() },
            PROBE_LIMIT,
        ),
        Probe::GivenPhonetic { dates, given_phonetic } => rows::meeting(
            store,
            Conditions { dates, given_phonetic: Some(given_phonetic), ..Conditions::default() },
            PROBE_LIMIT,
        ),
        Probe::BothPhonetic { dates, family_phonetic, given_phonetic } => rows::meeting(
            store,
            Conditions {
                dates,
                family_phonetic: Some(family_phonetic),
                given_phonetic: Some(given_phonetic),
                ..Conditions::default()
            },
            PROBE_LIMIT,
        ),
    }
}

/// Loads the learners of matches, in order.
fn load(store: &mut AnyConnection, matches: &[Match]) -> Result<Vec<FoundLearner>, StoreError> {
    let ulns: Vec<Uln> = matches.iter().map(|each| each.uln).collect();
    let mut learners: HashMap<Uln, _> = rows::by_ulns(store, &ulns)?
        .into_iter()
        .filter(|stored| stored.learner.status == LearnerStatus::Active)
        .map(|stored| (stored.learner.uln, stored))
        .collect();
    let masters: Vec<Uln> = learners.values().filter(|stored| stored.has_linked).map(|s| s.learner.uln).collect();
    let links = if masters.is_empty() { Vec::new() } else { rows::linked_to(store, &masters)? };
    Ok(matches
        .iter()
        .filter_map(|each| {
            let learner = learners.remove(&each.uln)?.learner;
            let linked_ulns =
                links.iter().filter(|(_, master)| *master == each.uln).map(|(linked, _)| *linked).collect();
            Some(FoundLearner { learner, linked_ulns, substituted: each.substituted })
        })
        .collect())
}
