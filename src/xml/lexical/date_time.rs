//! Dates and times as clients send them.

use std::borrow::Cow;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime};

use super::{Lexical, collapsed, no_value};

/// A date and time without an offset, in every form that clients send (clients.md, "beyond the
/// table of shapes").
///
/// A date alone means midnight; an offset and fractions of a second are dropped. All request fields
/// of this type are calendar dates, see [`XsDateTime::day`]. Written as `2024-07-01T00:00:00`: some
/// clients fail on an offset, others on a missing time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct XsDateTime(pub NaiveDateTime);

impl XsDateTime {
    /// The start of a day.
    pub fn midnight(date: NaiveDate) -> XsDateTime {
        XsDateTime(date.and_time(NaiveTime::MIN))
    }

    /// The calendar date that the client means: the one that it wrote, whatever the time and offset
    /// (rules.md 4.0). The two notations of midnight that name the previous day were converted when
    /// the text was parsed.
    pub fn day(self) -> NaiveDate {
        self.0.date()
    }
}

impl Lexical<'_> for XsDateTime {
    fn parse(text: Cow<'_, str>) -> Result<Self, String> {
        let text = collapsed(&text);
        date_time(&text).map(XsDateTime).ok_or_else(|| no_value(&text, "dateTime"))
    }

    fn write(&self, out: &mut String) {
        use std::fmt::Write;
        // Writing to a String cannot fail.
        let _ = write!(out, "{}", self.0.format("%Y-%m-%dT%H:%M:%S"));
    }
}

fn date_time(text: &str) -> Option<NaiveDateTime> {
    let (date, rest) = text.split_at_checked(10)?;
    let well_formed = date.bytes().enumerate().all(|(index, byte)| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if !well_formed {
        return None;
    }
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok().filter(|date| date.year() > 0)?;
    let Some(rest) = rest.strip_prefix('T') else {
        return is_offset(rest).then(|| date.and_time(NaiveTime::MIN));
    };
    let (clock, rest) = rest.split_at_checked(8)?;
    let (fraction, offset) = rest.split_at(fraction_length(rest)?);
    if !is_offset(offset) {
        return None;
    }
    let next_midnight = || {
        // The day after the last one that four digits write cannot be written.
        let next = date.checked_add_days(Days::new(1)).filter(|next| next.year() <= 9999)?;
        Some(next.and_time(NaiveTime::MIN))
    };
    match clock {
        "24:00:00" => next_midnight().filter(|_| fraction.bytes().all(|byte| matches!(byte, b'.' | b'0'))),
        "23:00:00" if is_utc(offset) && has_midnight_at_23_utc(date) => next_midnight(),
        _ => Some(date.and_time(NaiveTime::parse_from_str(clock, "%H:%M:%S").ok()?)),
    }
}

/// Whether 23:00 UTC on this date is midnight in England. Clients that convert a date to UTC
/// (gSOAP, JavaScript) send the first of July as `2024-06-30T23:00:00Z`. Most of them apply today's
/// daylight saving rule to every year, and so does this (our choice).
fn has_midnight_at_23_utc(date: NaiveDate) -> bool {
    let last_sunday = |month| {
        let last = NaiveDate::from_ymd_opt(date.year(), month, 31)?;
        last.checked_sub_days(Days::new(last.weekday().num_days_from_sunday().into()))
    };
    last_sunday(3).zip(last_sunday(10)).is_some_and(|(begins, ends)| begins <= date && date < ends)
}

/// The length of the fraction of a second at the start of a text: 0 if there is none. `None` for a
/// full stop without digits.
fn fraction_length(text: &str) -> Option<usize> {
    let Some(fraction) = text.strip_prefix('.') else { return Some(0) };
    let rest = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
    (rest.len() < fraction.len()).then(|| text.len() - rest.len())
}

fn is_utc(offset: &str) -> bool {
    matches!(offset, "Z" | "+00:00" | "-00:00")
}

/// Whether the text is an offset from UTC, or empty.
fn is_offset(text: &str) -> bool {
    let Some(clock) = text.strip_prefix(['+', '-']) else { return text.is_empty() || text == "Z" };
    let two_digits = |part: &str| match part.as_bytes() {
        [tens @ b'0'..=b'9', units @ b'0'..=b'9'] => Some((tens - b'0') * 10 + (units - b'0')),
        _ => None,
    };
    clock
        .split_once(':')
        .and_then(|(hours, minutes)| two_digits(hours).zip(two_digits(minutes)))
        .is_some_and(|(hours, minutes)| hours <= 14 && minutes <= 59)
}
