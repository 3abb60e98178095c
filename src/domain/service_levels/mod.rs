//! The charter's figures from the service's own measurements: availability by function and month,
//! and how long jobs took (rules.md 9).
//!
//! Measured "entry to exit": a call from the time its head was read until its reply left, a job
//! from the time its submission was durable until its last record was done. A function is down in a
//! minute in which no node was up, or in which it was called and every call failed inside the
//! service. Announced maintenance does not count.

mod batches;
mod recent;

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Timelike};

use super::jobs::{JobKind, JobState};
use super::{Error, Status};
use crate::model::{Category, Door, Outage, Timestamp, london_day, london_midnight};
use crate::store::jobs::{self, JobFilter};
use crate::store::service_levels::{self as rows, FunctionDay, Minutes};
use crate::store::{AnyConnection, StoreError, cases};

pub use batches::{BatchTimes, SizeTimes};
pub(super) use recent::RecentMonths;

/// The required availability of every function in a calendar month, in per cent (rules.md 9, row
/// 1).
pub const TARGET: f64 = 99.5;
/// The maximum number of open jobs listed.
const MOST_OPEN_JOBS: i64 = 10_000;

/// The calls of a function in the last minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionMinute<'a> {
    /// The operation.
    pub function: &'a str,
    /// Calls that were answered.
    pub answered: i64,
    /// Calls that failed inside the service.
    pub failed: i64,
}

/// A function in a month.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionMonth {
    /// The operation.
    pub function: String,
    /// Calls that were answered.
    pub answered: i64,
    /// Calls that failed inside the service.
    pub failed: i64,
    /// Minutes in which it was down.
    pub down_minutes: i64,
    /// The percentage of measured minutes in which it was not down.
    pub available: f64,
}

/// A month of the service.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceMonth {
    /// Its first day.
    pub month: NaiveDate,
    /// Minutes measured: from the first minute ever recorded until now, except maintenance.
    pub measured_minutes: i64,
    /// Minutes of maintenance.
    pub maintenance_minutes: i64,
    /// Minutes in which no node was up.
    pub down_minutes: i64,
    /// All functions called in the month, by name.
    pub functions: Vec<FunctionMonth>,
    /// All kinds of job.
    pub batches: Vec<BatchTimes>,
    /// Incidents of category 1 and 2 that lasted into the month or began in it, the oldest first.
    pub outages: Vec<MonthOutage>,
}

/// An incident of category 1 or 2, as everybody is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthOutage {
    /// The number of its case at the service desk.
    pub case: i32,
    /// The category.
    pub category: Category,
    /// When it began (UTC).
    pub began_at: Timestamp,
    /// When it was rectified (UTC); not yet if there is no such time.
    pub rectified_at: Option<Timestamp>,
    /// What did not work.
    pub words: String,
    /// Minutes meanwhile in which no server was up.
    pub down_minutes: i64,
}

impl ServiceMonth {
    /// Whether the service was up or in maintenance at any time of the month.
    pub const fn is_measured(&self) -> bool {
        self.measured_minutes > 0 || self.maintenance_minutes > 0
    }
}

impl Status<'_> {
    /// Records that this node was up in the current minute, and its calls since the last time.
    /// Blocks.
    pub fn note_minute(&self, calls: &[FunctionMinute<'_>]) -> Result<(), Error> {
        let maintenance = self.in_maintenance(Door::WebService, true)?;
        let now = self.0.inner.clock.now();
        let minute = now.with_second(0).and_then(|at| at.with_nanosecond(0)).unwrap_or(now);
        let calls: Vec<FunctionDay> = calls
            .iter()
            .filter(|calls| calls.answered > 0 || calls.failed > 0)
            .map(|calls| FunctionDay {
                day: london_day(now),
                function: calls.function.to_owned(),
                answered: calls.answered,
                failed: calls.failed,
                failed_minutes: i64::from(calls.failed > 0 && calls.answered == 0),
            })
            .collect();
        Ok(self.0.inner.store.write(move |store| {
            rows::note_minute(store, minute, maintenance)?;
            calls.iter().try_for_each(|calls| rows::add_calls(store, calls))
        })?)
    }

    /// The measurements of a month in London; any day of the month will do.
    pub fn month(&self, day: NaiveDate) -> Result<ServiceMonth, Error> {
        let now = self.0.inner.clock.now();
        let month = day.with_day(1).unwrap_or(day);
        let next = month.checked_add_months(chrono::Months::new(1)).unwrap_or(month);
        let (from, until) = (london_midnight(month), london_midnight(next).min(now));
        let (minutes, days, finished, open, outages) = self.0.inner.store.read(|store| {
            let open = JobFilter { states: &[JobState::Waiting, JobState::InProgress], ..JobFilter::default() };
            Ok((
                rows::minutes(store, from, until)?,
                rows::days(store, month, next)?,
                jobs::finished_between(store, from, london_midnight(next))?,
                jobs::newest(store, open, MOST_OPEN_JOBS)?,
                outages(store, from, until, now)?,
            ))
        })?;
        let Minutes { first_ever, up, maintenance } = minutes;
        let whole = first_ever.map_or(0, |first| until.signed_duration_since(from.max(first)).num_minutes().max(0));
        // The current minute may have been recorded before it is over.
        let measured_minutes = (whole - maintenance).max(up);
        let down_minutes = measured_minutes - up;
        Ok(ServiceMonth {
            month,
            measured_minutes,
            maintenance_minutes: maintenance,
            down_minutes,
            functions: functions(&days, measured_minutes, down_minutes),
            batches: JobKind::ALL.iter().map(|kind| BatchTimes::of(*kind, &finished, &open, now)).collect(),
            outages,
        })
    }
}

/// The outages of a period, each with the minutes in which no server was up meanwhile.
fn outages(
    store: &mut AnyConnection,
    from: Timestamp,
    until: Timestamp,
    now: Timestamp,
) -> Result<Vec<MonthOutage>, StoreError> {
    let mut outages = Vec::new();
    for case in cases::outages(store, from, until)? {
        let Some(Outage { began_at, words }) = case.outage else { continue };
        let rectified_at = case.rectified.map(|rectified| rectified.at);
        let ends = rectified_at.unwrap_or(now);
        let Minutes { first_ever, up, maintenance } = rows::minutes(store, began_at, ends)?;
        let whole = first_ever.map_or(0, |first| (ends - began_at.max(first)).num_minutes().max(0));
        outages.push(MonthOutage {
            case: case.number,
            category: case.category,
            began_at,
            rectified_at,
            words: words.as_str().to_owned(),
            down_minutes: (whole - maintenance - up).max(0),
        });
    }
    Ok(outages)
}

fn functions(days: &[FunctionDay], measured: i64, down: i64) -> Vec<FunctionMonth> {
    let mut by_name: BTreeMap<&str, (i64, i64, i64)> = BTreeMap::new();
    for day in days {
        let (answered, failed, minutes) = by_name.entry(&day.function).or_default();
        *answered += day.answered;
        *failed += day.failed;
        *minutes += day.failed_minutes;
    }
    by_name
        .into_iter()
        .map(|(function, (answered, failed, failed_minutes))| {
            let down_minutes = (down + failed_minutes).min(measured);
            FunctionMonth {
                function: function.to_owned(),
                answered,
                failed,
                down_minutes,
                available: per_cent(measured - down_minutes, measured),
            }
        })
        .collect()
}

/// A percentage; 100 if nothing was measured.
fn per_cent(part: i64, whole: i64) -> f64 {
    let number = |count: i64| f64::from(i32::try_from(count).unwrap_or(i32::MAX));
    if whole == 0 { 100.0 } else { 100.0 * number(part) / number(whole) }
}
