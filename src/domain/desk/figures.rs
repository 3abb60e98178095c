//! The charter's figures about cases, without personal data: for `lrs slo`, metrics and pages.

use chrono::{Months, NaiveDate, TimeDelta};

use super::Desk;
use super::limits::{CaseClock, ClockState, limit};
use crate::domain::{Error, support_hours};
use crate::model::{Case, Category, Timestamp, london_midnight};
use crate::store::cases as rows;

/// The cases of a category that were logged in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CategoryFigures {
    /// The category.
    pub category: Category,
    /// Its limit in support hours.
    pub limit: Option<TimeDelta>,
    /// Cases rectified within the limit, or without one.
    pub in_time: usize,
    /// Cases rectified after the limit, and open ones whose limit has passed.
    pub late: usize,
    /// Open cases.
    pub open: usize,
    /// Open cases of which at most a quarter of the limit is left.
    pub run_out_soon: usize,
    /// Open cases whose limit has passed.
    pub open_late: usize,
}

/// The cases that were logged in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskMonth {
    /// Its first day.
    pub month: NaiveDate,
    /// All categories.
    pub categories: Vec<CategoryFigures>,
    /// Whether the public holidays of all days that were counted are known.
    pub knows_holidays: bool,
}

impl CategoryFigures {
    /// The percentage rectified within the limit, of those that were rectified or whose limit has
    /// passed (our choice: the others may still be in time). `None` without any, and without a
    /// limit.
    pub fn share(&self) -> Option<f64> {
        let decided = self.in_time.saturating_add(self.late);
        let per_cent = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
        (self.limit.is_some() && decided > 0).then(|| per_cent(self.in_time) * 100.0 / per_cent(decided))
    }

    fn of(category: Category, cases: &[Case], now: Timestamp) -> Self {
        let states: Vec<ClockState> =
            cases.iter().filter(|case| case.category == category).map(|case| CaseClock::of(case, now).state).collect();
        let count = |wanted: &[ClockState]| states.iter().filter(|state| wanted.contains(state)).count();
        Self {
            category,
            limit: limit(category),
            in_time: count(&[ClockState::InTime]),
            late: count(&[ClockState::TooLate, ClockState::Late]),
            open: count(&[ClockState::Running, ClockState::RunsOutSoon, ClockState::Late]),
            run_out_soon: count(&[ClockState::RunsOutSoon]),
            open_late: count(&[ClockState::Late]),
        }
    }
}

impl Desk<'_> {
    /// The figures of a month in London; any day of the month will do. Blocks.
    pub fn month(&self, day: NaiveDate) -> Result<DeskMonth, Error> {
        use chrono::Datelike;
        let now = self.0.inner.clock.now();
        let month = day.with_day(1).unwrap_or(day);
        let next = month.checked_add_months(Months::new(1)).unwrap_or(month);
        let (from, until) = (london_midnight(month), london_midnight(next));
        let cases = self.0.inner.store.read(|store| rows::logged(store, from, until))?;
        Ok(DeskMonth {
            month,
            categories: Category::ALL.iter().map(|category| CategoryFigures::of(*category, &cases, now)).collect(),
            knows_holidays: support_hours::knows_holidays(from) && support_hours::knows_holidays(now),
        })
    }

    /// The figures of all open cases. Blocks.
    pub fn open_figures(&self) -> Result<Vec<CategoryFigures>, Error> {
        let now = self.0.inner.clock.now();
        let cases = self.0.inner.store.read(rows::open)?;
        Ok(Category::ALL.iter().map(|category| CategoryFigures::of(*category, &cases, now)).collect())
    }

    /// The open cases of which little time is left, or none: their numbers, categories and clocks.
    /// Blocks.
    pub fn to_escalate(&self) -> Result<Vec<(i32, Category, CaseClock)>, Error> {
        let now = self.0.inner.clock.now();
        let cases = self.0.inner.store.read(rows::open)?;
        Ok(cases
            .iter()
            .map(|case| (case.number, case.category, CaseClock::of(case, now)))
            .filter(|(.., clock)| matches!(clock.state, ClockState::RunsOutSoon | ClockState::Late))
            .collect())
    }
}
