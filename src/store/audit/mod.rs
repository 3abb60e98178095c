//! The audit trail: lines are added and read, never changed. Each is a link of a chain
//! (`chain.rs`).

mod chain;
mod lines;
mod row;

use diesel::prelude::*;

use super::dialect::on_either;
use super::schema::{audit, trail_position};
use super::{AnyConnection, StoreError, Transaction};
use crate::model::{AuditEntry, ChainHead, Timestamp, Uln};
pub(super) use chain::{are_held as chains_are_held, start_over, take as take_chain};
pub use lines::{Line, Registry, page, registry};
use row::{ChainedRow, Row};

/// Rows per statement, below PostgreSQL's limit of 65,535 bound values.
#[cfg(feature = "postgres")]
const ROWS_AT_ONCE: usize = 2_000;
/// Rows per statement when lines move from the trail file to the table.
const MOVED_TOGETHER: usize = 32;

/// Adds rows to the chain of this transaction. On SQLite row by row, because that statement stays
/// prepared, which beats preparing one for each number of rows. On PostgreSQL the round trip
/// dominates, so the rows travel together, and the head of their chain with them.
pub fn insert<'a>(
    transaction: &mut Transaction<'_>,
    entries: impl Iterator<Item = &'a AuditEntry>,
) -> Result<(), StoreError> {
    let mut entries = entries.peekable();
    if entries.peek().is_none() {
        return Ok(());
    }
    let mut head = chain::head(transaction)?;
    match &mut **transaction {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            for entry in entries {
                let row = ChainedRow::after(&mut head, Row::from(entry));
                diesel::insert_into(audit::table).values(row).execute(c)?;
            }
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            while entries.peek().is_some() {
                let before = head.sequence;
                let rows = entries.by_ref().take(ROWS_AT_ONCE);
                let rows: Vec<_> = rows.map(|entry| ChainedRow::after(&mut head, Row::from(entry))).collect();
                chain::advance_with(c, diesel::insert_into(audit::table).values(rows), before, &head)?;
            }
        }
    }
    chain::advance(transaction, head)
}

/// The rows as text, one per line, as stored in the trail file. They join a chain when they are
/// moved into the table.
pub(super) fn to_lines<'a>(entries: impl Iterator<Item = &'a AuditEntry>) -> Vec<u8> {
    let mut lines = Vec::new();
    for entry in entries {
        // Serialising to memory cannot fail.
        let _ = serde_json::to_writer(&mut lines, &Row::from(entry));
        lines.push(b'\n');
    }
    lines
}

/// Adds rows given as lines of text. All frames are combined, because a frame has only a few lines.
pub(super) fn insert_lines<'a>(
    transaction: &mut Transaction<'_>,
    frames: impl Iterator<Item = &'a [u8]>,
) -> Result<(), StoreError> {
    let mut head = chain::head(transaction)?;
    let mut rows = frames
        .flat_map(|lines| serde_json::Deserializer::from_slice(lines).into_iter())
        .map(|row| row.map_err(|_| StoreError::Corrupt("audit (in the trail file)")))
        .peekable();
    while rows.peek().is_some() {
        let part = rows.by_ref().take(MOVED_TOGETHER).map(|row| Ok(ChainedRow::after(&mut head, row?)));
        let part: Vec<ChainedRow<'_>> = part.collect::<Result<_, StoreError>>()?;
        on_either!(&mut **transaction, c => match <[ChainedRow<'_>; MOVED_TOGETHER]>::try_from(part) {
            // A statement for a fixed number of rows stays prepared, and so does one for one row.
            Ok(rows) => {
                diesel::insert_into(audit::table).values(rows).execute(c)?;
            }
            Err(rows) => {
                for row in rows {
                    diesel::insert_into(audit::table).values(row).execute(c)?;
                }
            }
        });
    }
    chain::advance(transaction, head)
}

/// Gives lines of the trail file the places in the chain that they have once they are moved, and
/// returns the head of the chain after them. A backup has them in its table, not in a file.
pub(super) fn chained(
    connection: &mut AnyConnection,
    lines: &mut [serde_json::Value],
) -> Result<ChainHead, StoreError> {
    let mut head = registry(connection)?.heads.into_iter().next().unwrap_or(ChainHead::start(1));
    for line in lines {
        let row: Row<'_> =
            serde_json::from_value(line.clone()).map_err(|_| StoreError::Corrupt("audit (in the trail file)"))?;
        ChainedRow::after(&mut head, row);
        if let Some(columns) = line.as_object_mut() {
            columns.insert("chain".to_owned(), head.chain.into());
            columns.insert("sequence".to_owned(), head.sequence.into());
            columns.insert("hash".to_owned(), head.hash.text().into());
        }
    }
    Ok(head)
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
