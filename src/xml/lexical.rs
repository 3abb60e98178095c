//! The lexical forms of simple values: reads each from text and writes it to text.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime};

use super::characters::is_character;
use super::writer::escape;

/// A value that is written as the text of an element.
pub trait Lexical<'a>: Sized {
    /// Whether an empty element is a value of this type: true only for strings. For other types an
    /// empty optional element counts as absent.
    const EMPTY_IS_VALUE: bool = false;

    /// Whether the type is base64 already, so that an `xsi:type` of base64 adds nothing.
    const IS_BASE64: bool = false;

    /// Parses the text.
    ///
    /// # Errors
    /// The Xerces message that says why the text is not a value of this type.
    fn parse(text: Cow<'a, str>) -> Result<Self, String>;

    /// Appends the text, escaped.
    fn write(&self, out: &mut String);
}

/// Checks whether a text is a value of this type.
///
/// # Errors
/// What Xerces reports if it is not.
pub fn check<T: for<'a> Lexical<'a>>(text: &str) -> Result<(), String> {
    T::parse(Cow::Borrowed(text)).map(drop)
}

impl<'a> Lexical<'a> for Cow<'a, str> {
    const EMPTY_IS_VALUE: bool = true;

    fn parse(text: Cow<'a, str>) -> Result<Self, String> {
        Ok(text)
    }

    fn write(&self, out: &mut String) {
        escape(self, out);
    }
}

fn no_value(text: &str, type_name: &str) -> String {
    format!("cvc-datatype-valid.1.2.1: '{text}' is not a valid value for '{type_name}'.")
}

/// The Xerces message for a value outside its enumeration.
pub fn enumeration_violation(text: &str, values: &[&str]) -> String {
    format!(
        "cvc-enumeration-valid: Value '{text}' is not facet-valid with respect to enumeration '[{}]'. It must be a value from the enumeration.",
        values.join(", ")
    )
}

/// Collapses white space as a schema processor does for numbers, dates and booleans: none at either
/// end, single spaces within. A no-break space is not XML white space.
pub fn collapsed(text: &str) -> Cow<'_, str> {
    const WHITE: [char; 4] = [' ', '\t', '\r', '\n'];
    let trimmed = text.trim_matches(WHITE);
    if trimmed.contains(WHITE) {
        Cow::Owned(trimmed.split(WHITE).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
    } else {
        Cow::Borrowed(trimmed)
    }
}

/// Parses a collapsed text as a whole number. A number with more digits than any type holds is
/// clamped to the range of `i128`, so that it is reported as out of range rather than as not a
/// number.
///
/// # Errors
/// The Xerces message if the text is not a whole number.
pub fn whole_number(text: &str) -> Result<i128, String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(no_value(text, "integer"));
    }
    Ok(text.parse().unwrap_or(if text.starts_with('-') { i128::MIN } else { i128::MAX }))
}

macro_rules! number {
    ($type:ty, $name:literal) => {
        impl Lexical<'_> for $type {
            fn parse(text: Cow<'_, str>) -> Result<Self, String> {
                let text = collapsed(&text);
                let number = whole_number(&text)?;
                <$type>::try_from(number).map_err(|_| {
                    let (bound, limit) = if number < 0 {
                        ("minInclusive", i128::from(<$type>::MIN))
                    } else {
                        ("maxInclusive", i128::from(<$type>::MAX))
                    };
                    format!(
                        "cvc-{bound}-valid: Value '{text}' is not facet-valid with respect to {bound} '{limit}' for type '{}'.",
                        $name
                    )
                })
            }

            fn write(&self, out: &mut String) {
                use std::fmt::Write;
                // Writing to a String cannot fail.
                let _ = write!(out, "{self}");
            }
        }
    };
}

number!(i32, "int");
number!(i64, "long");
number!(u16, "char");

impl Lexical<'_> for f32 {
    fn parse(text: Cow<'_, str>) -> Result<Self, String> {
        let text = collapsed(&text);
        match &*text {
            "INF" => Ok(f32::INFINITY),
            "-INF" => Ok(f32::NEG_INFINITY),
            "NaN" => Ok(f32::NAN),
            number if number.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) => {
                number.parse().map_err(|_| no_value(&text, "float"))
            }
            _ => Err(no_value(&text, "float")),
        }
    }

    fn write(&self, out: &mut String) {
        use std::fmt::Write;
        if self.is_nan() {
            out.push_str("NaN");
        } else if self.is_infinite() {
            out.push_str(if *self > 0.0 { "INF" } else { "-INF" });
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "{self}");
        }
    }
}

impl Lexical<'_> for bool {
    fn parse(text: Cow<'_, str>) -> Result<Self, String> {
        let text = collapsed(&text);
        match &*text {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(no_value(&text, "boolean")),
        }
    }

    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

/// Bytes sent as xs:base64Binary.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Base64(pub Vec<u8>);

impl Base64 {
    /// Decodes the bytes as UTF-8; `None` if they are not, or contain a character that XML does not
    /// allow.
    pub fn into_text(self) -> Option<String> {
        String::from_utf8(self.0).ok().filter(|text| text.chars().all(is_character))
    }
}

impl Lexical<'_> for Base64 {
    const IS_BASE64: bool = true;

    fn parse(text: Cow<'_, str>) -> Result<Self, String> {
        let compact: String = text.split_ascii_whitespace().collect();
        STANDARD.decode(compact).map(Base64).map_err(|_| no_value(&text, "base64Binary"))
    }

    fn write(&self, out: &mut String) {
        STANDARD.encode_string(&self.0, out);
    }
}

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
    let next_midnight = || Some(date.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN));
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn dates_and_times_are_read_in_every_form_that_clients_send() {
        let midnight = NaiveDate::from_ymd_opt(2024, 7, 1).unwrap().and_time(NaiveTime::MIN);
        for form in [
            "2024-07-01",
            "2024-07-01T00:00:00",
            "2024-07-01T00:00:00Z",
            "2024-07-01T00:00:00.000Z",
            "2024-07-01T00:00:00.000+01:00",
        ] {
            assert_eq!(XsDateTime::parse(form.into()), Ok(XsDateTime(midnight)), "{form}");
        }
        for form in [
            "",
            "2024-7-1",
            "2024-02-30",
            "2024-07-01T",
            "2024-07-01T25:00:00",
            "2024-07-01T24:00:01",
            "2024-07-01T24:00:00.5",
            "2024-07-01T24:00:00x",
            "2024-07-01Q",
            "2024-07-01T00:00:00.",
            "2024-07-01T00:00:00+1:00",
            "+024-07-01",
            "2024-07-01T00:00:00é",
            "2024-07-01T00:00:00+15:00",
            "2024-07-01T00:00:00Z1",
            "0000-07-01",
        ] {
            assert!(XsDateTime::parse(form.into()).is_err(), "{form}");
        }
        let mut out = String::new();
        XsDateTime(midnight).write(&mut out);
        assert_eq!(out, "2024-07-01T00:00:00");
    }

    #[test]
    fn a_day_is_the_one_that_the_client_means() {
        for (form, day) in [
            ("2024-08-22", "2024-08-22"),
            ("2024-08-22T00:00:00", "2024-08-22"),
            ("2024-08-22T00:00:00Z", "2024-08-22"),
            ("2024-08-22T00:00:00.000+01:00", "2024-08-22"),
            ("2024-08-22T12:30:00", "2024-08-22"),
            ("2024-08-22T22:59:59Z", "2024-08-22"),
            ("2024-08-22T23:00:01Z", "2024-08-22"),
            // Midnight in British Summer Time, as UTC.
            ("2024-08-21T23:00:00Z", "2024-08-22"),
            ("2024-08-21T23:00:00.000+00:00", "2024-08-22"),
            // The same time of day, but not UTC.
            ("2025-07-01T23:00:00", "2025-07-01"),
            ("2025-07-01T23:00:00+01:00", "2025-07-01"),
            ("2025-07-01T23:00:00-05:00", "2025-07-01"),
            // The first and the last midnight of British Summer Time.
            ("2025-03-29T23:00:00Z", "2025-03-29"),
            ("2025-03-30T23:00:00Z", "2025-03-31"),
            ("2025-10-25T23:00:00Z", "2025-10-26"),
            ("2025-10-26T23:00:00Z", "2025-10-26"),
            ("2025-12-01T23:00:00Z", "2025-12-01"),
            ("2024-03-31T23:00:00Z", "2024-04-01"),
            // Midnight at the end of the day.
            ("2025-07-01T24:00:00", "2025-07-02"),
            ("2025-12-31T24:00:00.00Z", "2026-01-01"),
            ("2025-07-01T24:00:00+01:00", "2025-07-02"),
        ] {
            assert_eq!(XsDateTime::parse(form.into()).unwrap().day().to_string(), day, "{form}");
        }
    }

    #[test]
    fn numbers_that_are_none_are_refused_with_the_text_of_xerces() {
        assert_eq!(i32::parse(" +01\n".into()), Ok(1));
        for (text, shown) in
            [("x1", "x1"), (" x  1 ", "x 1"), ("1.0", "1.0"), ("", ""), ("+", "+"), ("\u{a0}1", "\u{a0}1")]
        {
            assert_eq!(
                i32::parse(text.into()),
                Err(format!("cvc-datatype-valid.1.2.1: '{shown}' is not a valid value for 'integer'."))
            );
        }
    }

    #[test]
    fn numbers_beyond_their_type_are_told_its_bound() {
        let beyond = |bound: &str, text: &str, limit: &str, name: &str| {
            format!(
                "cvc-{bound}-valid: Value '{text}' is not facet-valid with respect to {bound} '{limit}' for type '{name}'."
            )
        };
        let many = "9".repeat(60);
        assert_eq!(i32::parse(" 2147483648 ".into()), Err(beyond("maxInclusive", "2147483648", "2147483647", "int")));
        assert_eq!(i32::parse("-2147483649".into()), Err(beyond("minInclusive", "-2147483649", "-2147483648", "int")));
        assert_eq!(i64::parse(many.as_str().into()), Err(beyond("maxInclusive", &many, "9223372036854775807", "long")));
        assert_eq!(
            i64::parse("-9223372036854775809".into()),
            Err(beyond("minInclusive", "-9223372036854775809", "-9223372036854775808", "long"))
        );
    }
}
