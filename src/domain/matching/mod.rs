//! Finds learners by their details: when names, dates and places are similar, how candidates are
//! ranked, and which index probes find the candidates (rules.md 2.3, 4.2). Pure; every threshold
//! here is our choice, because none is published.
//!
//! A search takes a bounded number of probes, however large the register: first only
//! [`exact_probe`] and, if that does not decide ([`decide_exact`]), up to six of [`wide_probes`],
//! each over at most [`NEAR_DATES`] dates and limited to [`PROBE_LIMIT`] rows. The probes find
//! every candidate with the same postcode or outward code. Elsewhere they find those whose given
//! and family names both sound alike, also when swapped; and, if the date of birth is equal or has
//! day and month swapped, those of whom either name sounds alike.

mod closeness;
mod likeness;
mod narrowing;
mod probes;
mod query;
mod ranking;
mod refinement;
mod score;
#[cfg(test)]
pub(super) mod tests;

pub use self::closeness::{
    Agreement, DateCloseness, date_closeness, names_agree, names_are_similar, similar_family, similar_given,
};
pub use self::likeness::{ComparedField, Likeness};
pub use self::narrowing::narrowing;
pub use self::probes::{NEAR_DATES, PROBE_LIMIT, Probe, exact_probe, wide_probes};
pub use self::query::Query;
pub use self::ranking::{MAX_POSSIBLE, Match, Ranking, classify, decide_exact};
