//! Times in UTC, to the microsecond because both databases store that, and the corresponding dates
//! and times in London.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeZone};
use chrono_tz::Europe::London;
use chrono_tz::Tz;

/// A time in UTC, truncated to microseconds.
pub type Timestamp = NaiveDateTime;

/// Truncates a time to the stored precision, so that it equals itself after a round trip.
pub fn to_microseconds(moment: NaiveDateTime) -> Timestamp {
    moment.trunc_subsecs(6)
}

/// The date and time in London (rules.md 4.0), as shown to clients and people.
pub fn london_time(moment: Timestamp) -> NaiveDateTime {
    in_london(moment).naive_local()
}

/// The date in London. Every rule about dates, such as an age or "not in the future", uses it
/// (rules.md 4.0).
pub fn london_day(moment: Timestamp) -> NaiveDate {
    in_london(moment).date_naive()
}

/// A time as people read it, in London: `2025-07-01 00:30:00`.
pub fn london_text(moment: Timestamp) -> String {
    london_time(moment).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The time in UTC for a date and time in London. In the hour that occurs twice in October it is
/// the first occurrence; the hour skipped in March is read as if the clocks had not changed yet.
pub fn from_london_time(shown: NaiveDateTime) -> Timestamp {
    London.from_local_datetime(&shown).earliest().map_or(shown, |moment| moment.naive_utc())
}

/// The start of a day in London.
pub fn london_midnight(day: NaiveDate) -> Timestamp {
    from_london_time(day.and_time(NaiveTime::MIN))
}

fn in_london(moment: Timestamp) -> DateTime<Tz> {
    London.from_utc_datetime(&moment)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn cuts_and_does_not_round() {
        let moment = DateTime::from_timestamp(1, 123_456_999).unwrap().naive_utc();
        assert_eq!(to_microseconds(moment), DateTime::from_timestamp(1, 123_456_000).unwrap().naive_utc());
    }

    #[test]
    fn days_and_times_are_those_of_london() {
        for (utc, london) in [
            ("2025-03-30T00:59:59", "2025-03-30 00:59:59"),
            ("2025-03-30T01:00:00", "2025-03-30 02:00:00"),
            ("2025-06-30T22:59:59", "2025-06-30 23:59:59"),
            ("2025-06-30T23:00:00", "2025-07-01 00:00:00"),
            ("2025-10-26T00:59:59", "2025-10-26 01:59:59"),
            ("2025-10-26T01:00:00", "2025-10-26 01:00:00"),
            ("2025-12-31T23:59:59", "2025-12-31 23:59:59"),
        ] {
            assert_eq!(london_text(moment(utc)), london, "{utc}");
            assert_eq!(london_day(moment(utc)).to_string(), london.get(..10).unwrap(), "{utc}");
        }
    }

    #[test]
    fn what_a_clock_in_london_shows_is_read_back() {
        for (london, utc) in [
            ("2025-07-01T00:00:00", "2025-06-30T23:00:00"),
            ("2025-12-01T00:00:00", "2025-12-01T00:00:00"),
            ("2025-10-26T01:30:00", "2025-10-26T00:30:00"),
            ("2025-03-30T01:30:00", "2025-03-30T01:30:00"),
        ] {
            assert_eq!(from_london_time(moment(london)), moment(utc), "{london}");
        }
        assert_eq!(london_midnight(moment("2025-07-01T12:00:00").date()), moment("2025-06-30T23:00:00"));
    }
}
