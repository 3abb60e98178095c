//! Dates and times as they are read from a row. SQLite keeps them as text, and diesel parses that
//! by format texts, which cost a fifth of reading a row of a learning record.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
#[cfg(feature = "postgres")]
use diesel::pg::Pg;
use diesel::sql_types;
#[cfg(feature = "sqlite")]
use diesel::sqlite::Sqlite;

use super::connection::{MultiBackend, MultiRawValue};
use crate::model::Timestamp;

/// A date.
#[derive(Debug, Clone, Copy, FromSqlRow)]
pub(super) struct StoredDate(pub(super) NaiveDate);

/// A time (UTC).
#[derive(Debug, Clone, Copy, FromSqlRow)]
pub(super) struct StoredTime(pub(super) Timestamp);

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
