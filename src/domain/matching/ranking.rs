//! From candidates to an outcome: who is shown, and in which order.

use std::collections::BTreeMap;

use super::query::Query;
use super::refinement::{Refinement, refinement};
use super::score::{Score, is_exact, score};
use crate::model::{Candidate, Uln};

/// The maximum number of possible matches (rules.md 4.2).
pub const MAX_POSSIBLE: usize = 10;

/// A match: the learner found, or the master if it was merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// The learner to return.
    pub uln: Uln,
    /// Whether this is the master of the ULN that matched.
    pub substituted: bool,
}

/// The outcome of a search.
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

/// Decides by the exact rule, given what [`exact_probe`](super::exact_probe) found; `None` if no
/// learner has all five demographics. Several exact matches are possible matches; the refiners may
/// then distinguish them, but never reject an exact match.
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

/// Decides by the complete rule, given what the probes found; candidates may occur more than once.
pub fn classify(query: &Query, candidates: &[Candidate]) -> Ranking {
    decide_exact(query, candidates).unwrap_or_else(|| {
        let scored: Vec<_> = candidates.iter().filter_map(|c| score(query, c).map(|score| (score, c))).collect();
        match bounded(rank(scored.iter().copied())) {
            // Of too many, those that an optional refiner supports are worth showing (our choice).
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

/// One match per person, best score first, then by ULN. A learner that matches directly is not
/// marked as substituted.
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
