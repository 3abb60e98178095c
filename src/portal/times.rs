//! Days and times as people read them, in London: "6pm on Saturday 2 August 2025".

use chrono::{NaiveDate, TimeDelta, Timelike};

use crate::model::{Timestamp, london_day, london_time};

/// A day: `Saturday 2 August 2025`.
pub(super) fn day(day: NaiveDate) -> String {
    day.format("%A %-d %B %Y").to_string()
}

/// A month: `August 2025`.
pub(super) fn month(day: NaiveDate) -> String {
    day.format("%B %Y").to_string()
}

/// A time of day: `6pm`, `6:30pm`, `midday`, `midnight`.
pub(super) fn time(moment: Timestamp) -> String {
    let shown = london_time(moment);
    match (shown.hour(), shown.minute()) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "midday".to_owned(),
        (_, 0) => shown.format("%-I%P").to_string(),
        _ => shown.format("%-I:%M%P").to_string(),
    }
}

/// A moment: `6pm on Saturday 2 August 2025`.
pub(super) fn moment(moment: Timestamp) -> String {
    format!("{} on {}", time(moment), day(london_day(moment)))
}

/// A period, with one day where it begins and ends on the same: `6pm to 8pm on Saturday 2 August
/// 2025`.
pub(super) fn period(from: Timestamp, until: Timestamp) -> String {
    if london_day(from) == london_day(until) {
        format!("{} to {}", time(from), moment(until))
    } else {
        format!("{} to {}", moment(from), moment(until))
    }
}

/// How long something took: `0.5 seconds`, `12 seconds`, `3 minutes`, `2 hours 5 minutes`.
pub(super) fn duration(took: TimeDelta) -> String {
    let milliseconds = took.num_milliseconds().max(0);
    if milliseconds < 10_000 {
        let tenths = milliseconds / 100;
        return match (tenths / 10, tenths % 10) {
            (0, 0) => "under 0.1 seconds".to_owned(),
            (1, 0) => "1 second".to_owned(),
            (seconds, 0) => format!("{seconds} seconds"),
            (seconds, tenth) => format!("{seconds}.{tenth} seconds"),
        };
    }
    let (hours, minutes, seconds) = (took.num_hours(), took.num_minutes() % 60, took.num_seconds() % 60);
    match (hours, minutes) {
        (0, 0) => count(seconds, "second"),
        (0, _) => count(minutes, "minute"),
        (_, 0) => count(hours, "hour"),
        _ => format!("{} {}", count(hours, "hour"), count(minutes, "minute")),
    }
}

/// A number of things: `1 minute`, `1,200 minutes`.
pub(super) fn count(number: i64, of: &str) -> String {
    if number == 1 { format!("1 {of}") } else { format!("{} {of}s", grouped(number)) }
}

/// A number with commas: `10,000`.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = if number < 0 { "-".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn utc(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn times_are_those_of_london_in_words() {
        for (moment, text) in [
            ("2025-08-02T17:00:00", "6pm"),
            ("2025-08-02T17:30:00", "6:30pm"),
            ("2025-12-02T00:05:00", "12:05am"),
            ("2025-08-02T11:00:00", "midday"),
            ("2025-08-01T23:00:00", "midnight"),
        ] {
            assert_eq!(time(utc(moment)), text);
        }
        let (from, until) = (utc("2025-08-02T17:00:00"), utc("2025-08-02T19:00:00"));
        assert_eq!(period(from, until), "6pm to 8pm on Saturday 2 August 2025");
        let next_day = period(from, utc("2025-08-02T23:30:00"));
        assert_eq!(next_day, "6pm on Saturday 2 August 2025 to 12:30am on Sunday 3 August 2025");
    }

    #[test]
    fn durations_and_counts_are_short() {
        for (milliseconds, text) in [
            (0, "under 0.1 seconds"),
            (1_000, "1 second"),
            (1_260, "1.2 seconds"),
            (59_999, "59 seconds"),
            (61_000, "1 minute"),
            (3_600_000, "1 hour"),
            (7_500_000, "2 hours 5 minutes"),
        ] {
            assert_eq!(duration(TimeDelta::milliseconds(milliseconds)), text);
        }
        assert_eq!(count(1, "minute"), "1 minute");
        assert_eq!(count(1_234_567, "minute"), "1,234,567 minutes");
        assert_eq!((grouped(-1_000), grouped(0)), ("-1,000".to_owned(), "0".to_owned()));
    }
}
