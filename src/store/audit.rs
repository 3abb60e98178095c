//! The audit trail: lines are added and read, never changed.

use std::borrow::Cow;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::dialect::on_either;
use super::schema::{audit, trail_position};
use super::{AnyConnection, StoreError};
use crate::model::{AuditEntry, Fingerprint, Timestamp, Uln};

/// Rows per statement, below PostgreSQL's limit of 65,535 bound values.
#[cfg(feature = "postgres")]
const ROWS_AT_ONCE: usize = 2_000;
/// Rows per statement when lines move from the trail file to the table.
const MOVED_TOGETHER: usize = 32;

#[derive(Insertable, Serialize, Deserialize)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
struct Row<'a> {
    at: Timestamp,
    organisation_id: Option<i32>,
    organisation_ref: Cow<'a, str>,
    organisation_name: Cow<'a, str>,
    user_name: Cow<'a, str>,
    certificate: Option<Cow<'a, str>>,
    door: Cow<'a, str>,
    action: Cow<'a, str>,
    uln: Option<Cow<'a, str>>,
    outcome: Cow<'a, str>,
    record_shown: bool,
    // Lines that an earlier release left in a trail file have neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account_id: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    about_account_id: Option<i32>,
}

impl<'a> From<&'a AuditEntry> for Row<'a> {
    fn from(entry: &'a AuditEntry) -> Self {
        let AuditEntry {
            at,
            organisation_id,
            organisation_ref,
            organisation_name,
            user_name,
            certificate,
            door,
            action,
            uln,
            outcome,
            record_shown,
            account_id,
            about_account_id,
        } = entry;
        Self {
            at: *at,
            organisation_id: *organisation_id,
            organisation_ref: organisation_ref.into(),
            organisation_name: organisation_name.into(),
            user_name: user_name.into(),
            certificate: certificate.as_ref().map(|certificate| hexadecimal(certificate).into()),
            door: door.code().into(),
            action: action.as_ref().into(),
            uln: uln.as_ref().map(|uln| uln.as_str().into()),
            outcome: outcome.into(),
            record_shown: *record_shown,
            account_id: *account_id,
            about_account_id: *about_account_id,
        }
    }
}

/// Adds rows. On SQLite row by row, because that statement stays prepared, which beats preparing
/// one for each number of rows. On PostgreSQL the round trip dominates, so the rows travel
/// together.
pub fn insert<'a>(
    connection: &mut AnyConnection,
    entries: impl Iterator<Item = &'a AuditEntry>,
) -> Result<(), StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            for entry in entries {
                diesel::insert_into(audit::table).values(Row::from(entry)).execute(c)?;
            }
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let rows: Vec<Row<'_>> = entries.map(Row::from).collect();
            for rows in rows.chunks(ROWS_AT_ONCE) {
                diesel::insert_into(audit::table).values(rows).execute(c)?;
            }
        }
    }
    Ok(())
}

/// The rows as text, one per line, as stored in the trail file.
pub(super) fn to_lines<'a>(entries: impl Iterator<Item = &'a AuditEntry>) -> Vec<u8> {
    let mut lines = Vec::new();
    for entry in entries {
        // Serialising to memory cannot fail.
        let _ = serde_json::to_writer(&mut lines, &Row::from(entry));
        lines.push(b'\n');
    }
    lines
}

/// Adds rows given as lines of text. All frames are combined: a frame has only a few lines, and a
/// statement for so few would have to be prepared each time.
pub(super) fn insert_lines<'a>(
    connection: &mut AnyConnection,
    frames: impl Iterator<Item = &'a [u8]>,
) -> Result<(), StoreError> {
    let mut rows = frames
        .flat_map(|lines| serde_json::Deserializer::from_slice(lines).into_iter())
        .map(|row| row.map_err(|_| StoreError::Corrupt("audit (in the trail file)")))
        .peekable();
    while rows.peek().is_some() {
        let part: Vec<Row<'_>> = rows.by_ref().take(MOVED_TOGETHER).collect::<Result<_, _>>()?;
        on_either!(connection, c => match <[Row<'_>; MOVED_TOGETHER]>::try_from(part) {
            // With a fixed number of rows the statement stays prepared.
            Ok(rows) => diesel::insert_into(audit::table).values(rows).execute(c)?,
            Err(rows) => diesel::insert_into(audit::table).values(rows).execute(c)?,
        });
    }
    Ok(())
}

/// How much of this generation of the trail file has been moved into the table, in bytes.
pub(super) fn moved_up_to(connection: &mut AnyConnection, generation: &str) -> Result<i64, StoreError> {
    let position = trail_position::table
        .filter(trail_position::generation.eq(generation))
        .select(trail_position::position)
        .first(connection)
        .optional()?;
    Ok(position.unwrap_or(0))
}

/// Records how much of this generation of the trail file has been moved. Earlier generations are no
/// longer needed.
pub(super) fn set_moved_up_to(
    connection: &mut AnyConnection,
    generation: &str,
    position: i64,
) -> Result<(), StoreError> {
    diesel::delete(trail_position::table).execute(connection)?;
    diesel::insert_into(trail_position::table)
        .values((trail_position::generation.eq(generation), trail_position::position.eq(position)))
        .execute(connection)?;
    Ok(())
}

/// The part of an audit line that is shown.
#[derive(Queryable)]
pub struct AuditLine {
    /// When (UTC).
    pub at: Timestamp,
    /// The operation.
    pub action: String,
    /// The organisation's name at that time.
    pub organisation: String,
    /// The user, as named by the caller.
    pub user_name: String,
}

/// How often a learning record of any of the learners was shown, and a page of these audit lines,
/// newest first.
pub fn records_shown(
    connection: &mut AnyConnection,
    ulns: &[Uln],
    offset: i64,
    limit: i64,
) -> Result<(i64, Vec<AuditLine>), StoreError> {
    let ulns = || ulns.iter().map(Uln::as_str);
    on_either!(connection, c => {
        let total =
            audit::table.filter(audit::record_shown).filter(audit::uln.eq_any(ulns())).count().get_result(c)?;
        let lines = audit::table
            .filter(audit::record_shown)
            .filter(audit::uln.eq_any(ulns()))
            .order((audit::at.desc(), audit::id.desc()))
            .offset(offset)
            .limit(limit)
            .select((audit::at, audit::action, audit::organisation_name, audit::user_name))
            .load(c)?;
        Ok((total, lines))
    })
}

/// An audit line about a learner, as it is stored. It contains personal data: it has no `Debug`.
#[derive(Queryable)]
pub struct AboutLearner {
    /// When (UTC).
    pub at: Timestamp,
    /// The learner's ULN.
    pub uln: String,
    /// The organisation's name at that time.
    pub organisation: String,
    /// The user, as named by the caller.
    pub user_name: String,
    /// The door.
    pub door: String,
    /// What was done.
    pub action: String,
    /// The outcome.
    pub outcome: String,
    /// Whether a learning record was shown.
    pub record_shown: bool,
}

/// All audit lines about these learners, newest first. No index helps: it reads the whole trail,
/// because an index would cost every call, and this is asked a few times a year.
pub fn about(connection: &mut AnyConnection, ulns: &[Uln]) -> Result<Vec<AboutLearner>, StoreError> {
    Ok(on_either!(connection, c => {
        audit::table
            .filter(audit::uln.eq_any(ulns.iter().map(Uln::as_str)))
            .order((audit::at.desc(), audit::id.desc()))
            .select((
                audit::at,
                audit::uln.assume_not_null(),
                audit::organisation_name,
                audit::user_name,
                audit::door,
                audit::action,
                audit::outcome,
                audit::record_shown,
            ))
            .load(c)
    })?)
}

/// The 64 hexadecimal digits of a fingerprint; runs for every line written.
fn hexadecimal(fingerprint: &Fingerprint) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| DIGITS.get(usize::from(value & 15)).copied().map_or('0', char::from);
    fingerprint.as_bytes().iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_written_as_everywhere() {
        let fingerprint = Fingerprint::of_der(b"synthetic");
        assert_eq!(hexadecimal(&fingerprint), fingerprint.to_string());
    }
}
