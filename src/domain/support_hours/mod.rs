//! Support hours: 08:00 to 18:00 in London, Monday to Friday, without public holidays (rules.md 9,
//! row 3). England's are meant, since the service is operated there (our choice); `holidays.txt`
//! has them. In years that the file lacks, only weekends are free.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta, Weekday};

use crate::model::{Timestamp, from_london_time, london_day};

static HOLIDAYS: LazyLock<BTreeSet<NaiveDate>> = LazyLock::new(|| lines().filter_map(read).collect());

const OPENS: NaiveTime = NaiveTime::MIN.overflowing_add_signed(TimeDelta::hours(8)).0;
const CLOSES: NaiveTime = NaiveTime::MIN.overflowing_add_signed(TimeDelta::hours(18)).0;

/// The support hours from one time to another; none if the second is not later.
pub fn between(from: Timestamp, until: Timestamp) -> TimeDelta {
    let mut total = TimeDelta::zero();
    for day in london_day(from).iter_days().take_while(|day| *day <= london_day(until)) {
        if let Some((opens, closes)) = hours_of(day) {
            total += (closes.min(until) - opens.max(from)).max(TimeDelta::zero());
        }
    }
    total
}

/// The earliest time at which so many support hours have passed since `from`: the moment when a
/// limit ends. Without any to pass it is `from` itself.
pub fn end_of(from: Timestamp, limit: TimeDelta) -> Timestamp {
    if limit <= TimeDelta::zero() {
        return from;
    }
    let mut left = limit;
    let mut last = from;
    for day in london_day(from).iter_days() {
        let Some((opens, closes)) = hours_of(day) else { continue };
        let begins = opens.max(from);
        let passing = (closes - begins).max(TimeDelta::zero());
        if passing >= left {
            return begins + left;
        }
        left -= passing;
        last = closes;
    }
    last
}

/// Whether the public holidays of the year of this time are known. If not, its support hours are
/// counted as if it had none.
pub fn knows_holidays(at: Timestamp) -> bool {
    let (first, last) = years();
    (first..=last).contains(&london_day(at).year())
}

/// The first and last year whose public holidays are known.
pub fn years() -> (i32, i32) {
    let year = |day: Option<&NaiveDate>| day.map_or(0, NaiveDate::year);
    (year(HOLIDAYS.first()), year(HOLIDAYS.last()))
}

/// The support hours of a day in London, if it has any.
fn hours_of(day: NaiveDate) -> Option<(Timestamp, Timestamp)> {
    let is_free = matches!(day.weekday(), Weekday::Sat | Weekday::Sun) || HOLIDAYS.contains(&day);
    (!is_free).then(|| (from_london_time(day.and_time(OPENS)), from_london_time(day.and_time(CLOSES))))
}

/// The lines of the file that name a day.
fn lines() -> impl Iterator<Item = &'static str> {
    include_str!("holidays.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// The day of a line; the test reads all of them.
fn read(line: &str) -> Option<NaiveDate> {
    line.split_once(' ')?.0.parse().ok()
}
