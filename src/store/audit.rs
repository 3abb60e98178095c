//! The audit trail: rows are added and read, never changed.

use diesel::prelude::*;

use super::dialect::on_either;
use super::schema::audit;
use super::{AnyConnection, StoreError};
use crate::model::{AuditEntry, Timestamp, Uln};

/// Columns of a row: the writer must stay below the databases' limits of bound values for one statement.
#[cfg(feature = "postgres")]
const ROWS_AT_ONCE: usize = 2_000;

#[derive(Insertable)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
struct Row<'a> {
    at: Timestamp,
    organisation_id: Option<i32>,
    organisation_ref: &'a str,
    organisation_name: &'a str,
    user_name: &'a str,
    certificate: Option<String>,
    door: &'a str,
    action: &'a str,
    uln: Option<&'a str>,
    record_uln: Option<&'a str>,
    outcome: &'a str,
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
            shows_record,
            outcome,
        } = entry;
        Self {
            at: *at,
            organisation_id: *organisation_id,
            organisation_ref,
            organisation_name,
            user_name,
            certificate: certificate.map(|fingerprint| fingerprint.to_string()),
            door: door.code(),
            action,
            uln: uln.as_ref().map(Uln::as_str),
            record_uln: uln.as_ref().filter(|_| *shows_record).map(Uln::as_str),
            outcome,
        }
    }
}

/// Adds rows. SQLite keeps the statement for one row prepared, which is quicker than a new statement for every number of rows; on
/// PostgreSQL the way to the server counts, so that the rows travel together.
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

/// What is shown of a row.
#[derive(Queryable)]
pub struct AuditLine {
    /// When (UTC).
    pub at: Timestamp,
    /// Name of the operation.
    pub action: String,
    /// Name of the organisation at that time.
    pub organisation: String,
    /// The user as the caller named them.
    pub user_name: String,
}

/// The number of rows that show the record of one of these learners, and a page of them, newest first.
pub fn page(
    connection: &mut AnyConnection,
    ulns: &[Uln],
    offset: i64,
    limit: i64,
) -> Result<(i64, Vec<AuditLine>), StoreError> {
    let ulns = || ulns.iter().map(Uln::as_str);
    on_either!(connection, c => {
        let total = audit::table
            .filter(audit::record_uln.eq_any(ulns()))
            .count()
            .get_result(c)?;
        let lines = audit::table
            .filter(audit::record_uln.eq_any(ulns()))
            .order((audit::at.desc(), audit::id.desc()))
            .offset(offset)
            .limit(limit)
            .select((audit::at, audit::action, audit::organisation_name, audit::user_name))
            .load(c)?;
        Ok((total, lines))
    })
}
