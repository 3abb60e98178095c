//! What a pair has spent of what it may miss, and submit, in an hour.

use super::HOUR;

#[derive(Clone, Copy, Default)]
pub(super) struct Budgets {
    pub(super) misses: Spent,
    pub(super) records: Spent,
    /// When the pair was last logged.
    pub(super) told: i64,
}

/// How much of an hourly budget that refills evenly is used: the time at which it will be full
/// again, minus an hour.
#[derive(Clone, Copy, Default)]
pub(super) struct Spent(i64);

impl Spent {
    /// How long until the budget has something left; 0 if it has.
    pub(super) fn rest(self, per_hour: u32, now: i64) -> i64 {
        let rest = self.0.saturating_add(each(per_hour)).saturating_sub(now);
        // More than can be owed, so the clock was set back.
        if per_hour == 0 || rest > 2 * HOUR { 0 } else { rest.max(0) }
    }

    pub(super) fn add(&mut self, count: usize, per_hour: u32, now: i64) {
        let whole = now.saturating_sub(HOUR);
        let from = if self.0 > now.saturating_add(2 * HOUR) { whole } else { self.0.max(whole) };
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.0 = from.saturating_add(count.saturating_mul(each(per_hour)));
    }
}

/// The time in which one unit is regained.
fn each(per_hour: u32) -> i64 {
    HOUR.checked_div(i64::from(per_hour)).unwrap_or_default().max(1)
}
