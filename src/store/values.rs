//! Values that are read from a row without a text of their own in between, and dates and times that
//! are written without a format text. SQLite keeps dates and times as text, which diesel parses and
//! formats by format texts: that cost a fifth of reading a row of a learning record.

use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
#[cfg(feature = "postgres")]
use diesel::pg::Pg;
#[cfg(feature = "sqlite")]
use diesel::serialize::IsNull;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types;
#[cfg(feature = "sqlite")]
use diesel::sqlite::Sqlite;
use serde::{Deserialize, Serialize};

use super::connection::{MultiBackend, MultiRawValue};
use crate::model::Timestamp;

/// A date.
#[derive(Debug, Clone, Copy, FromSqlRow, AsExpression)]
#[diesel(sql_type = sql_types::Date)]
pub(super) struct StoredDate(pub(super) NaiveDate);

/// A value that is stored as text, such as a code. A text that is none of its values is an error,
/// which names the column and not the text.
#[derive(Debug, Clone, Copy, FromSqlRow)]
pub(super) struct Parsed<T>(pub(super) T);

/// A time (UTC).
#[derive(Debug, Clone, Copy, FromSqlRow, AsExpression, Serialize, Deserialize)]
#[diesel(sql_type = sql_types::Timestamp)]
#[serde(transparent)]
pub(super) struct StoredTime(pub(super) Timestamp);

impl<T: FromStr> FromSql<sql_types::Text, MultiBackend> for Parsed<T> {
    fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, sql_types::Text>()
    }
}

impl FromSql<sql_types::Date, MultiBackend> for StoredDate {
    fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, sql_types::Date>()
    }
}

impl FromSql<sql_types::Timestamp, MultiBackend> for StoredTime {
    fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, sql_types::Timestamp>()
    }
}

#[cfg(feature = "sqlite")]
impl<T: FromStr> FromSql<sql_types::Text, Sqlite> for Parsed<T> {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        parsed(value.read_text())
    }
}

#[cfg(feature = "postgres")]
impl<T: FromStr> FromSql<sql_types::Text, Pg> for Parsed<T> {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        parsed(std::str::from_utf8(value.as_bytes())?)
    }
}

#[cfg(feature = "sqlite")]
impl FromSql<sql_types::Date, Sqlite> for StoredDate {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        match date(value.read_text().as_bytes()) {
            Some(date) => Ok(Self(date)),
            None => FromSql::<sql_types::Date, Sqlite>::from_sql(value).map(Self),
        }
    }
}

#[cfg(feature = "sqlite")]
impl FromSql<sql_types::Timestamp, Sqlite> for StoredTime {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        match time(value.read_text().as_bytes()) {
            Some(time) => Ok(Self(time)),
            None => FromSql::<sql_types::Timestamp, Sqlite>::from_sql(value).map(Self),
        }
    }
}

#[cfg(feature = "postgres")]
impl FromSql<sql_types::Date, Pg> for StoredDate {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        FromSql::<sql_types::Date, Pg>::from_sql(value).map(Self)
    }
}

#[cfg(feature = "postgres")]
impl FromSql<sql_types::Timestamp, Pg> for StoredTime {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        FromSql::<sql_types::Timestamp, Pg>::from_sql(value).map(Self)
    }
}

#[cfg(feature = "sqlite")]
impl ToSql<sql_types::Date, Sqlite> for StoredDate {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}

#[cfg(feature = "sqlite")]
impl ToSql<sql_types::Timestamp, Sqlite> for StoredTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}

#[cfg(feature = "postgres")]
impl ToSql<sql_types::Date, Pg> for StoredDate {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<sql_types::Date, Pg>::to_sql(&self.0, out)
    }
}

#[cfg(feature = "postgres")]
impl ToSql<sql_types::Timestamp, Pg> for StoredTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<sql_types::Timestamp, Pg>::to_sql(&self.0, out)
    }
}

fn parsed<T: FromStr>(text: &str) -> deserialize::Result<Parsed<T>> {
    text.parse().map(Parsed).map_err(|_| "a text that is none of the column's values".into())
}

/// The date `2026-11-29`; nothing if the text has any other form.
fn date(text: &[u8]) -> Option<NaiveDate> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)
}

/// The time `2026-11-29 08:15:30`, with up to six digits of a second's fraction; nothing if the
/// text has any other form.
fn time(text: &[u8]) -> Option<NaiveDateTime> {
    let (day, rest) = text.split_at_checked(10)?;
    let &[b' ', h1, h2, b':', m1, m2, b':', s1, s2, ref fraction @ ..] = rest else { return None };
    let micros = match fraction {
        [] => 0,
        [b'.', digits @ ..] if (1..=6).contains(&digits.len()) => {
            let missing = u32::try_from(6_usize.checked_sub(digits.len())?).ok()?;
            number(digits)?.checked_mul(10_u32.checked_pow(missing)?)?
        }
        _ => return None,
    };
    let time = NaiveTime::from_hms_micro_opt(number(&[h1, h2])?, number(&[m1, m2])?, number(&[s1, s2])?, micros)?;
    Some(date(day)?.and_time(time))
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, digit| {
        let value = char::from(*digit).to_digit(10)?;
        number.checked_mul(10)?.checked_add(value)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_date_or_time_is_read_as_the_library_reads_it() {
        for text in ["2026-11-29", "0001-01-01", "9999-12-31", "2024-02-29"] {
            assert_eq!(date(text.as_bytes()).unwrap(), NaiveDate::parse_from_str(text, "%F").unwrap());
        }
        for text in
            ["2026-11-29 08:15:30", "2026-11-29 08:15:30.5", "2026-11-29 23:59:59.000123", "2026-11-29 00:00:00.123456"]
        {
            assert_eq!(time(text.as_bytes()).unwrap(), NaiveDateTime::parse_from_str(text, "%F %T%.f").unwrap());
        }
    }

    #[test]
    fn a_date_or_time_is_written_as_the_library_writes_it() {
        for text in ["2026-11-29", "0001-01-01", "9999-12-31", "2024-02-29"] {
            let date: NaiveDate = text.parse().unwrap();
            assert_eq!(date.to_string(), date.format("%F").to_string());
            for fraction in ["", ".500", ".000123", ".123456", ".123456789"] {
                let time: NaiveDateTime = format!("{text}T23:59:59{fraction}").parse().unwrap();
                assert_eq!(time.to_string(), time.format("%F %T%.f").to_string());
            }
        }
    }

    #[test]
    fn what_has_another_form_is_left_to_the_library() {
        for text in
            ["", "2026-11-2", "2026-11-299", "2026/11/29", "2026-13-01", "2023-02-29", "+026-11-29", "12026-11-29"]
        {
            assert_eq!(date(text.as_bytes()), None, "{text}");
        }
        for text in [
            "2026-11-29",
            "2026-11-29T08:15:30",
            "2026-11-29 08:15",
            "2026-11-29 24:00:00",
            "2026-11-29 08:15:30.",
            "2026-11-29 08:15:30.1234567",
            "2026-11-29 08:15:30Z",
            "2026-11-29 08:15:30.+1",
            "é26-11-29 08:15:30",
        ] {
            assert_eq!(time(text.as_bytes()), None, "{text}");
        }
    }
}
