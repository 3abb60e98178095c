//! Misses: replies that say that nobody was found, or that the details are not a learner's. A
//! caller with many of them may be guessing and has to wait. They are counted by organisation and
//! certificate, separately in each process. A call that finds its learner costs only one
//! comparison.

mod asking;
mod budget;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Busy;
use super::caller::Pair;
use crate::model::{Timestamp, Uln};
use budget::Budgets;

/// In microseconds.
const MINUTE: i64 = 60_000_000;
/// In microseconds.
const HOUR: i64 = 60 * MINUTE;
/// Sharded, so that misses of different organisations seldom contend.
const SHARDS: usize = 16;
/// Batches may try this many times more details of a ULN, because correct ones are counted there
/// too.
const IN_BATCHES: usize = 4;
/// The number of ULNs that a shard tracks. If more are tried within a minute it starts again, which
/// costs a guesser more than it gains.
const MOST_NUMBERS: usize = 4096;

const TOO_MANY_MISSES: &str =
    "Too many requests of this organisation and certificate found nobody, or had details that are not the learner's.";
const TOO_MANY_TRIES: &str = "The same number was tried with too many details that are not the learner's.";
const TOO_MANY_RECORDS: &str = "This organisation and certificate have submitted too many records in batches.";

/// The details of a learner in a batch record, in addition to the ULN.
pub(super) const DETAILS: [&str; 4] = ["FamilyName", "GivenName", "DateOfBirth", "Gender"];

/// How much guessing is allowed. 0 switches a limit off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissLimits {
    /// Misses per hour for an organisation and certificate. Our choice: 10,000. A college registers
    /// some thousands of learners in a season, each after a search that finds nobody; trying every
    /// ULN would take ten years.
    pub misses_per_hour: u32,
    /// Failed verifications of one ULN per minute (our choice: 5; nobody mistypes the same learner
    /// more often).
    pub failed_verifications_per_minute: u32,
    /// Learner records submitted in batches per hour. Our choice: 100,000, which is 500 full
    /// batches. All of them count, because their results are only known to the workers.
    pub batch_records_per_hour: u32,
}

impl Default for MissLimits {
    fn default() -> Self {
        Self { misses_per_hour: 10_000, failed_verifications_per_minute: 5, batch_records_per_hour: 100_000 }
    }
}

/// The misses in a process.
pub(super) struct Misses {
    limits: MissLimits,
    shards: [Mutex<Shard>; SHARDS],
    /// From this time on (microseconds) nobody is held back, so that later calls need not look.
    held_until: AtomicI64,
    missed: AtomicU64,
    refused: AtomicU64,
}

#[derive(Default)]
struct Shard {
    /// Keyed by pairs that are registered.
    budgets: HashMap<Pair, Budgets>,
    /// When details of a ULN were tried; at most [`MOST_NUMBERS`], each with as many times as the
    /// limit.
    tries: Tries,
}

type Tries = HashMap<Number, Vec<Try>>;

/// An attempt with details for a ULN.
struct Try {
    at: i64,
    /// In batches, repeated details are not counted again: they reveal nothing new, and a batch may
    /// be resent.
    details: Option<blake3::Hash>,
}

/// A ULN whose details somebody tries.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Number {
    pair: Pair,
    uln: Uln,
    way: Way,
}

/// The ways to try details of a ULN, each counted separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Way {
    /// verifyLearner; only failures count.
    Verification,
    /// A query for the learning record; only failures count.
    Record,
    /// Batches; all records count, because only the workers know the results.
    Batch,
}

impl Misses {
    pub(in crate::domain) fn new(limits: MissLimits) -> Self {
        Self {
            limits,
            shards: Default::default(),
            held_until: AtomicI64::new(0),
            missed: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// Misses so far, and calls refused because of too many.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.missed.load(Ordering::Relaxed), self.refused.load(Ordering::Relaxed))
    }

    /// Refuses a pair that has missed too often, in total or with this ULN.
    fn admit(&self, pair: Pair, tried: Option<(Way, Uln)>, now: impl Fn() -> Timestamp) -> Result<(), Busy> {
        let held_until = self.held_until.load(Ordering::Relaxed);
        if held_until == 0 {
            return Ok(());
        }
        let now = micros(now());
        if now >= held_until {
            return Ok(());
        }
        let shard = self.shard(pair);
        let spent = shard.budgets.get(&pair).copied().unwrap_or_default().misses;
        self.hold(TOO_MANY_MISSES, spent.rest(self.limits.misses_per_hour, now))?;
        let rest = tried.map_or(0, |(way, uln)| self.rest_of(&shard.tries, &Number { pair, uln, way }, now));
        self.hold(TOO_MANY_TRIES, rest)
    }

    /// Counts misses. Returns whether the limit was exceeded and the pair has not been logged
    /// recently.
    fn note(&self, pair: Pair, count: usize, tried: Option<(Way, Uln)>, now: Timestamp) -> bool {
        let now = micros(now);
        self.missed.fetch_add(u64::try_from(count).unwrap_or_default(), Ordering::Relaxed);
        let mut shard = self.shard(pair);
        let Shard { budgets, tries } = &mut *shard;
        let budget = budgets.entry(pair).or_default();
        let per_hour = self.limits.misses_per_hour;
        budget.misses.add(count, per_hour, now);
        let mut rest = budget.misses.rest(per_hour, now);
        if let Some((way, uln)) = tried {
            rest = rest.max(self.try_number(tries, Number { pair, uln, way }, None, now));
        }
        self.held_until.fetch_max(now.saturating_add(rest), Ordering::Relaxed);
        let is_news = rest > 0 && !(0..HOUR).contains(&now.saturating_sub(budget.told));
        if is_news {
            budget.told = now;
        }
        is_news
    }

    /// Counts the records of a batch, unless there are too many, and for each ULN the details
    /// tried.
    fn admit_batch(
        &self,
        pair: Pair,
        records: usize,
        tried: &HashSet<(Uln, blake3::Hash)>,
        now: Timestamp,
    ) -> Result<(), Busy> {
        let now = micros(now);
        let mut shard = self.shard(pair);
        let Shard { budgets, tries } = &mut *shard;
        let budget = budgets.entry(pair).or_default();
        let per_hour = self.limits.batch_records_per_hour;
        self.hold(TOO_MANY_RECORDS, budget.records.rest(per_hour, now))?;
        for (uln, details) in tried {
            let number = Number { pair, uln: *uln, way: Way::Batch };
            let is_known =
                |each: &Try| each.details == Some(*details) && (0..MINUTE).contains(&now.saturating_sub(each.at));
            if tries.get(&number).is_some_and(|tries| tries.iter().any(is_known)) {
                continue;
            }
            self.hold(TOO_MANY_TRIES, self.rest_of(tries, &number, now))?;
            self.try_number(tries, number, Some(*details), now);
        }
        budget.records.add(records, per_hour, now);
        Ok(())
    }

    /// Records an attempt; returns how long the ULN must then be left alone.
    fn try_number(&self, tries: &mut Tries, number: Number, details: Option<blake3::Hash>, now: i64) -> i64 {
        if self.most(number.way) == 0 {
            return 0;
        }
        if tries.len() >= MOST_NUMBERS && !tries.contains_key(&number) {
            tries.retain(|_, times| times.last().is_some_and(|last| now.saturating_sub(last.at) < MINUTE));
            if tries.len() >= MOST_NUMBERS {
                tries.clear();
            }
        }
        let times = tries.entry(number).or_default();
        times.retain(|each| (0..MINUTE).contains(&now.saturating_sub(each.at)));
        times.push(Try { at: now, details });
        self.rest_of(tries, &number, now)
    }

    /// How long a ULN must be left alone.
    fn rest_of(&self, tries: &Tries, number: &Number, now: i64) -> i64 {
        let times = tries.get(number).map_or(&[][..], Vec::as_slice);
        let decisive = times.len().checked_sub(self.most(number.way)).and_then(|place| times.get(place));
        decisive.map_or(0, |time| {
            let since = now.saturating_sub(time.at);
            if (0..MINUTE).contains(&since) { MINUTE.saturating_sub(since) } else { 0 }
        })
    }

    /// The allowed attempts per ULN and minute; 0 means no limit.
    fn most(&self, way: Way) -> usize {
        let most = usize::try_from(self.limits.failed_verifications_per_minute).unwrap_or(usize::MAX);
        match way {
            Way::Verification | Way::Record => most,
            Way::Batch => most.saturating_mul(IN_BATCHES),
        }
    }

    fn hold(&self, why: &'static str, rest: i64) -> Result<(), Busy> {
        match u64::try_from(rest) {
            Ok(0) | Err(_) => Ok(()),
            Ok(rest) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                Err(Busy { why, retry_after: Duration::from_micros(rest) })
            }
        }
    }

    fn shard(&self, pair: Pair) -> MutexGuard<'_, Shard> {
        let number = usize::try_from(pair.organisation_id).unwrap_or_default() % SHARDS;
        let [first, ..] = &self.shards;
        self.shards.get(number).unwrap_or(first).lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn micros(time: Timestamp) -> i64 {
    time.and_utc().timestamp_micros()
}
