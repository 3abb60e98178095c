//! Who was held back: counts by limit, and the bursts of each organisation. A burst is one event
//! for the audit trail and the service desk, however many calls it has.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use super::Limit;
use crate::model::{Organisation, Timestamp};

/// A burst ends when no call of the organisation was held back for this long (our choice).
const PAUSE: TimeDelta = TimeDelta::minutes(1);
/// Bursts are forgotten after this long.
const KEPT: TimeDelta = TimeDelta::days(1);

/// The last burst of an organisation's calls beyond its limits.
#[derive(Debug, Clone)]
pub struct Burst {
    /// The organisation.
    pub organisation: Arc<Organisation>,
    /// When it began.
    pub began_at: Timestamp,
    /// When a call was last held back.
    pub last_at: Timestamp,
    /// The limit that was last exceeded.
    pub limit: Limit,
    /// Calls that waited.
    pub waited: u64,
    /// Calls that were refused.
    pub refused: u64,
}

/// What becomes of a call that is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) enum Outcome {
    /// It waits, and may be refused later.
    Waits,
    /// It is refused.
    Refused,
}

/// Calls that were held back since the start.
#[derive(Debug, Default)]
pub(in crate::domain) struct HeldBack {
    waited: [AtomicU64; Limit::ALL.len()],
    refused: [AtomicU64; Limit::ALL.len()],
    /// By organisation.
    bursts: Mutex<HashMap<i32, Burst>>,
}

impl HeldBack {
    /// Counts a call. Returns whether a burst begins with it.
    pub(in crate::domain) fn note(
        &self,
        organisation: &Arc<Organisation>,
        limit: Limit,
        outcome: Outcome,
        now: Timestamp,
    ) -> bool {
        self.count(limit, outcome);
        let mut bursts = self.bursts();
        let is_over = |burst: &Burst| now.signed_duration_since(burst.last_at).abs() > PAUSE;
        let is_new = bursts.get(&organisation.id).is_none_or(is_over);
        if is_new {
            bursts.retain(|_, burst| now.signed_duration_since(burst.last_at).abs() <= KEPT);
            let organisation = Arc::clone(organisation);
            let burst = Burst { organisation, began_at: now, last_at: now, limit, waited: 0, refused: 0 };
            bursts.insert(burst.organisation.id, burst);
        }
        if let Some(burst) = bursts.get_mut(&organisation.id) {
            (burst.last_at, burst.limit) = (now, limit);
            match outcome {
                Outcome::Waits => burst.waited = burst.waited.saturating_add(1),
                Outcome::Refused => burst.refused = burst.refused.saturating_add(1),
            }
        }
        is_new
    }

    /// Counts a call that waited and was refused.
    pub(super) fn refused_after_wait(&self, organisation_id: i32, limit: Limit) {
        self.count(limit, Outcome::Refused);
        if let Some(burst) = self.bursts().get_mut(&organisation_id) {
            burst.refused = burst.refused.saturating_add(1);
        }
    }

    /// Calls so far by limit: those that waited, and those that were refused.
    pub(in crate::domain) fn counts(&self) -> Vec<(Limit, u64, u64)> {
        let of = |counts: &[AtomicU64], limit: Limit| {
            counts.get(limit.index()).map_or(0, |count| count.load(Ordering::Relaxed))
        };
        Limit::ALL.iter().map(|limit| (*limit, of(&self.waited, *limit), of(&self.refused, *limit))).collect()
    }

    /// The bursts of the last day, the latest first.
    pub(in crate::domain) fn recent(&self, now: Timestamp) -> Vec<Burst> {
        let mut bursts: Vec<Burst> = self.bursts().values().cloned().collect();
        bursts.retain(|burst| now.signed_duration_since(burst.last_at) <= KEPT);
        bursts.sort_by_key(|burst| (std::cmp::Reverse(burst.last_at), burst.organisation.id));
        bursts
    }

    fn count(&self, limit: Limit, outcome: Outcome) {
        let counts = match outcome {
            Outcome::Waits => &self.waited,
            Outcome::Refused => &self.refused,
        };
        if let Some(count) = counts.get(limit.index()) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn bursts(&self) -> MutexGuard<'_, HashMap<i32, Burst>> {
        self.bursts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
