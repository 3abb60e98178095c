//! Finding learners by what is known of them: when names, dates and places resemble each other, how candidates are
//! ranked, and which index probes find the candidates (rules.md 2.3, 4.2). Pure; every threshold here is our choice,
//! because the public record has none.
//!
//! A search is a bounded number of probes at any size of the register: first [`exact_probe`] alone, and where that does
//! not decide ([`decide_exact`]), the six of [`wide_probes`] at most, each over at most [`NEAR_DATES`] dates and cut at
//! [`PROBE_LIMIT`] rows. The probes find every candidate that has the postcode, and every one that shares the outward
//! postcode; of those elsewhere they find the ones whose given and family names both sound alike, also in each other's
//! field, and, when the date of birth is equal or has day and month swapped, the ones of which either name sounds alike.

mod closeness;
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
pub use self::probes::{NEAR_DATES, PROBE_LIMIT, Probe, exact_probe, wide_probes};
pub use self::query::Query;
pub use self::ranking::{MAX_POSSIBLE, Match, Ranking, classify, decide_exact};
