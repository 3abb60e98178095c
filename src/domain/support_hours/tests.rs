//! Support hours: examples, the file of holidays, and properties against counting minute by minute.

#![allow(clippy::unwrap_used)]

use chrono::Timelike;
use proptest::prelude::*;

use super::*;
use crate::model::london_time;

fn at(london: &str) -> Timestamp {
    from_london_time(format!("{london}:00").parse().unwrap())
}

fn hours(from: &str, until: &str) -> f64 {
    let minutes = i32::try_from(between(at(from), at(until)).num_minutes()).unwrap();
    f64::from(minutes) / 60.0
}

#[test]
fn nights_weekends_and_holidays_do_not_count() {
    assert_eq!(hours("2025-07-31T12:00", "2025-07-31T14:30"), 2.5);
    assert_eq!(hours("2025-07-31T17:00", "2025-08-01T09:00"), 2.0, "a night");
    assert_eq!(hours("2025-08-01T17:00", "2025-08-04T09:00"), 2.0, "a weekend");
    assert_eq!(hours("2025-08-22T17:00", "2025-08-26T09:00"), 2.0, "the summer bank holiday");
    assert_eq!(hours("2027-12-24T17:00", "2027-12-29T09:00"), 2.0, "two substitute days");
    assert_eq!(hours("2025-08-02T00:00", "2025-08-03T23:59"), 0.0, "within a weekend");
    assert_eq!(hours("2025-07-31T12:00", "2025-07-31T11:00"), 0.0, "backwards");
    // The clocks change in the night to Sunday, 30 March 2025.
    assert_eq!(hours("2025-03-28T08:00", "2025-03-31T18:00"), 20.0);
}

#[test]
fn a_limit_ends_in_support_hours() {
    let end = |from, hours| london_time(end_of(at(from), TimeDelta::hours(hours))).to_string();
    assert_eq!(end("2025-07-31T12:00", 4), "2025-07-31 16:00:00");
    assert_eq!(end("2025-07-31T14:00", 4), "2025-07-31 18:00:00", "at closing time, not the next morning");
    assert_eq!(end("2025-07-31T14:01", 4), "2025-08-01 08:01:00");
    assert_eq!(end("2025-08-02T03:00", 4), "2025-08-04 12:00:00", "from a Saturday");
    assert_eq!(end("2025-12-24T17:00", 12), "2025-12-30 09:00:00", "over Christmas");
    assert_eq!(
        end("2025-07-31T12:00", 360),
        "2025-09-22 12:00:00",
        "36 days of work, one of them after a bank holiday"
    );
    assert_eq!(end("2025-08-02T03:00", 0), "2025-08-02 03:00:00");
}

#[test]
fn the_file_has_eight_working_days_of_each_year() {
    let days: Vec<_> = lines().map(|line| read(line).unwrap()).collect();
    assert!(days.is_sorted_by(|a, b| a < b));
    assert!(days.iter().all(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)));
    assert_eq!(years(), (2024, 2028));
    for year in 2024..=2028 {
        assert_eq!(days.iter().filter(|day| day.year() == year).count(), 8, "{year}");
    }
    assert!(knows_holidays(at("2028-12-31T12:00")) && !knows_holidays(at("2029-01-01T12:00")));
    assert_eq!(hours("2029-12-24T17:00", "2029-12-26T09:00"), 12.0, "unknown holidays count as working days");
}

/// Times from 2024 to 2029, to the minute.
fn times() -> impl Strategy<Value = Timestamp> {
    (0..5 * 365 * 24 * 60_i64).prop_map(|minutes| at("2024-01-01T00:00") + TimeDelta::minutes(minutes))
}

/// Support minutes, counted one by one.
fn counted(from: Timestamp, minutes: i64) -> i64 {
    let is_support = |moment: Timestamp| {
        let shown = london_time(moment);
        let is_free = shown.weekday().num_days_from_monday() > 4 || HOLIDAYS.contains(&shown.date());
        !is_free && (8..18).contains(&shown.hour())
    };
    let count = (0..minutes).filter(|minute| is_support(from + TimeDelta::minutes(*minute))).count();
    i64::try_from(count).unwrap()
}

proptest! {
    #[test]
    fn they_are_what_counting_gives(from in times(), minutes in 0..20_000_i64) {
        let total = between(from, from + TimeDelta::minutes(minutes));
        prop_assert_eq!(total, TimeDelta::minutes(counted(from, minutes)));
    }

    #[test]
    fn parts_add_up(mut times in proptest::array::uniform3(times())) {
        times.sort_unstable();
        let [a, b, c] = times;
        prop_assert_eq!(between(a, b) + between(b, c), between(a, c));
        prop_assert!(between(a, c) <= c - a);
    }

    #[test]
    fn a_limit_has_passed_at_its_end_and_not_before(from in times(), minutes in 1..30_000_i64) {
        let limit = TimeDelta::minutes(minutes);
        let end = end_of(from, limit);
        prop_assert_eq!(between(from, end), limit);
        prop_assert!(between(from, end - TimeDelta::microseconds(1)) < limit);
    }
}
