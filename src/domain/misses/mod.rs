//! Misses: answers that say that nobody is there, or that details are not a learner's. A caller that gets many of them
//! may be guessing, and has to wait. They are counted by organisation and certificate, in each process for itself; a
//! call that finds its learner costs one look at a number.

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

/// Microseconds.
const MINUTE: i64 = 60_000_000;
/// Microseconds.
const HOUR: i64 = 60 * MINUTE;
/// Misses of different organisations seldom wait for each other.
const SHARDS: usize = 16;
/// As many times more details of a number may come in batches, whose right ones are counted too.
const IN_BATCHES: usize = 4;
/// Numbers that a part keeps in mind; where more are tried within a minute it begins again, which costs a guesser more than it gives.
const MOST_NUMBERS: usize = 4096;

const TOO_MANY_MISSES: &str =
    "Too many requests of this organisation and certificate found nobody, or had details that are not the learner's.";
const TOO_MANY_TRIES: &str = "The same number was tried with too many details that are not the learner's.";
const TOO_MANY_RECORDS: &str = "This organisation and certificate have submitted too many records in batches.";

/// What a record of a batch says of its learner beside the number.
pub(super) const DETAILS: [&str; 4] = ["FamilyName", "GivenName", "DateOfBirth", "Gender"];

/// How much may be guessed. 0 switches a limit off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissLimits {
    /// Misses of an organisation and certificate in an hour. Our choice: 10,000. A college registers some thousands of learners in a season, each
    /// after a search that finds nobody; to try every number would take ten years.
    pub misses_per_hour: u32,
    /// Verifications of one number that fail, in a minute (our choice: 5; nobody mistypes the same learner more often).
    pub failed_verifications_per_minute: u32,
    /// Records of learners submitted in batches in an hour. Our choice: 100,000, which is 500 full batches; what becomes of them is known to
    /// the workers alone, so that all count.
    pub batch_records_per_hour: u32,
}

impl Default for MissLimits {
    fn default() -> Self {
        Self { misses_per_hour: 10_000, failed_verifications_per_minute: 5, batch_records_per_hour: 100_000 }
    }
}

/// The misses of a process.
pub(super) struct Misses {
    limits: MissLimits,
    shards: [Mutex<Shard>; SHARDS],
    /// Nobody is held back from this moment on (microseconds), so that calls after it need not look.
    held_until: AtomicI64,
    missed: AtomicU64,
    refused: AtomicU64,
}

#[derive(Default)]
struct Shard {
    /// Keyed by pairs that are registered.
    budgets: HashMap<Pair, Budgets>,
    /// When details of a number were tried; at most [`MOST_NUMBERS`], each with as many times as the limit.
    tries: Tries,
}

type Tries = HashMap<Number, Vec<Try>>;

/// Details of a number that were tried.
struct Try {
    at: i64,
    /// The same again, which tells nothing new, is not counted again in batches: they may be sent again as they were.
    details: Option<blake3::Hash>,
}

/// A number that somebody tries details of.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Number {
    pair: Pair,
    uln: Uln,
    way: Way,
}

/// How the details of a number are tried; each way is counted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Way {
    /// verifyLearner, and the failed ones alone.
    Verification,
    /// Asking for the learner's record, and the failed ones alone.
    Record,
    /// In batches, where all are counted: what they come to is known to the workers alone.
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

    /// Misses so far, and calls that were refused for too many of them.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.missed.load(Ordering::Relaxed), self.refused.load(Ordering::Relaxed))
    }

    /// Refuses a pair that has missed too often, or with this number.
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

    /// Counts misses; whether that was one too many and the log has not been told of the pair for long.
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

    /// Counts the records of a batch, unless there are too many of them; and, for each number, the details that they try.
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

    /// Notes a try; how long the number then has to be left alone.
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

    /// How long a number has to be left alone.
    fn rest_of(&self, tries: &Tries, number: &Number, now: i64) -> i64 {
        let times = tries.get(number).map_or(&[][..], Vec::as_slice);
        let decisive = times.len().checked_sub(self.most(number.way)).and_then(|place| times.get(place));
        decisive.map_or(0, |time| {
            let since = now.saturating_sub(time.at);
            if (0..MINUTE).contains(&since) { MINUTE.saturating_sub(since) } else { 0 }
        })
    }

    /// How many tries of a number a minute may have; 0 is without limit.
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
