//! How soon a case is to be rectified, and where its clock stands (rules.md 9, rows 3 to 8).

use chrono::TimeDelta;

use crate::domain::support_hours;
use crate::model::{Case, Category, Timestamp};

/// The share of cases that are to be rectified within the limit, in per cent (the charter).
pub const TARGET: f64 = 98.0;

/// The limit of a category, in support hours; category 3 has none.
pub const fn limit(category: Category) -> Option<TimeDelta> {
    match category {
        Category::One => Some(TimeDelta::hours(4)),
        Category::Two => Some(TimeDelta::hours(12)),
        Category::Three => None,
        Category::Four => Some(TimeDelta::hours(360)),
    }
}

/// The clock of a case. It runs from the user's logged call to the user being advised, in support
/// hours alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseClock {
    /// The support hours so far, or until the case was rectified.
    pub passed: TimeDelta,
    /// When the limit ends (UTC); a case without a limit has no such time.
    pub runs_out_at: Option<Timestamp>,
    /// What that means.
    pub state: ClockState,
}

/// What the clock of a case says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockState {
    /// Open, and there is time.
    Running,
    /// Open, and at most a quarter of the limit is left: the case is to be escalated (our choice).
    RunsOutSoon,
    /// Open, and the limit has passed.
    Late,
    /// Rectified within the limit, or without one.
    InTime,
    /// Rectified after the limit.
    TooLate,
}

impl CaseClock {
    /// The clock at this time.
    pub fn of(case: &Case, now: Timestamp) -> Self {
        let stopped_at = case.rectified.as_ref().map(|rectified| rectified.at);
        Self::since(case.category, case.logged_at, stopped_at, now)
    }

    /// The clock of what was logged and stopped at these times.
    pub(in crate::domain) fn since(
        category: Category,
        logged_at: Timestamp,
        stopped_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let passed = support_hours::between(logged_at, stopped_at.unwrap_or(now));
        let limit = limit(category);
        let state = match (stopped_at, limit) {
            (None, Some(limit)) if passed > limit => ClockState::Late,
            (None, Some(limit)) if limit - passed <= limit / 4 => ClockState::RunsOutSoon,
            (None, _) => ClockState::Running,
            (Some(_), Some(limit)) if passed > limit => ClockState::TooLate,
            (Some(_), _) => ClockState::InTime,
        };
        Self { passed, runs_out_at: limit.map(|limit| support_hours::end_of(logged_at, limit)), state }
    }
}
