//! Every value in the forms that clients send.

#![allow(clippy::unwrap_used)]

use chrono::{NaiveDate, NaiveTime};

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
        // It means a day in the year 10000.
        "9999-12-31T24:00:00",
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
    for (text, shown) in [("x1", "x1"), (" x  1 ", "x 1"), ("1.0", "1.0"), ("", ""), ("+", "+"), ("\u{a0}1", "\u{a0}1")]
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
