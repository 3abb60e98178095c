//! Copies every table as of one moment, while others read and write.

use std::collections::BTreeMap;

#[cfg(feature = "sqlite")]
use diesel::connection::DefaultLoadingMode;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::layout::{self, Layout};
use super::{Contents, Sink, Table};
use crate::model::ChainHead;
use crate::store::dialect::on_either;
use crate::store::schema::audit as audit_lines;
#[cfg(feature = "sqlite")]
use crate::store::trail;
use crate::store::{AnyConnection, Store, StoreError, audit};

/// How often a copy starts again because the trail file began another generation meanwhile, which
/// happens once in many thousands of calls.
#[cfg(feature = "sqlite")]
const ATTEMPTS: u32 = 20;
/// The table that the trail file's lines belong to.
const AUDIT: &str = "audit";
/// The table of the chains that audit lines are in.
const CHAINS: &str = "audit_chains";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Numbering {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Gives a copy of the database to the sink. It contains everything that was durable when this was
/// called. Nobody waits for it; on SQLite, the WAL grows until it ends.
pub fn copy<S: Sink>(store: &Store, sink: &mut S) -> Result<(), S::Error> {
    // A connection of its own, whose transaction ends with it.
    let mut connection = store.inner.address.connect()?;
    let mut lines = begin(store, &mut connection)?;
    let layouts = layout::layouts(&mut connection)?;
    let has_chains = layouts.iter().any(|layout| layout.name == CHAINS);
    let head = match has_chains && !lines.is_empty() {
        true => Some(audit::chained(&mut connection, &mut lines)?),
        false => None,
    };
    let mut contents = Contents {
        database: if store.is_embedded() { "sqlite" } else { "postgres" }.to_owned(),
        migrations: layout::migrations(&mut connection)?,
        tables: Vec::new(),
        numbering: numbering(&mut connection)?,
    };
    for layout in &layouts {
        let rows = layout.count(&mut connection)?;
        contents.tables.push(Table { name: layout.name.clone(), columns: layout.column_names(), rows });
    }
    let from_trail = match layouts.iter().find(|layout| layout.name == AUDIT) {
        Some(layout) => rows_of_trail(&lines, layout, last_line(&mut connection)?, &mut contents),
        None => Vec::new(),
    };
    sink.begin(&contents)?;
    for layout in &layouts {
        match &head {
            // On SQLite, which alone has a trail file, there is one chain.
            Some(head) if layout.name == CHAINS => sink.row(&row_of_head(layout, head))?,
            _ => copy_rows(&mut connection, layout, sink)?,
        }
        if layout.name == AUDIT {
            from_trail.iter().try_for_each(|row| sink.row(row))?;
        }
    }
    Ok(())
}

/// Begins the transaction that sees one moment, and returns the audit lines that were durable at
/// that moment, but not yet in the table.
fn begin(store: &Store, connection: &mut AnyConnection) -> Result<Vec<serde_json::Value>, StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(_) => {
            for _ in 0..ATTEMPTS {
                if let Some(lines) = trail_lines(store, connection)? {
                    return Ok(lines);
                }
            }
            Err(StoreError::Backup("the trail file was never at rest; try again when there is less load".to_owned()))
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            c.batch_execute(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; \
                 SET LOCAL idle_in_transaction_session_timeout = 0",
            )?;
            Ok(Vec::new())
        }
    }
}

/// Begins a transaction, and reads what is not yet moved from the trail file into the table that it
/// sees. `None` if the file's generation changed meanwhile, so that the transaction does not know
/// how much of the file was moved.
///
/// Every line that was durable before the transaction began is then in the table or in the file,
/// because a generation ends only after its lines were moved. Lines that became durable while the
/// file was read may be there or not.
#[cfg(feature = "sqlite")]
fn trail_lines(store: &Store, connection: &mut AnyConnection) -> Result<Option<Vec<serde_json::Value>>, StoreError> {
    let unreadable = |error: std::io::Error| StoreError::Unreachable(format!("the trail file: {error}"));
    let Some(path) = store.inner.address.trail() else { return Ok(Some(Vec::new())) };
    let before = trail::durable(&path).map_err(unreadable)?.map(|durable| durable.generation);
    // Only a query begins to see a moment.
    connection.batch_execute("BEGIN; SELECT count(*) FROM trail_position")?;
    let now = trail::durable(&path).map_err(unreadable)?;
    if now.as_ref().map(|durable| &durable.generation) != before.as_ref() {
        connection.batch_execute("ROLLBACK")?;
        return Ok(None);
    }
    let Some(trail::Durable { generation, frames }) = now else { return Ok(Some(Vec::new())) };
    let moved = u64::try_from(audit::moved_up_to(connection, &generation)?).unwrap_or(0);
    let pending = frames.into_iter().filter(|(end, _)| *end > moved);
    let lines: Result<Vec<serde_json::Value>, _> = pending
        .flat_map(|(_, lines)| {
            serde_json::Deserializer::from_slice(&lines).into_iter().collect::<Vec<Result<serde_json::Value, _>>>()
        })
        .collect();
    lines.map(Some).map_err(|_| StoreError::Corrupt("audit (in the trail file)"))
}

/// The lines as rows of the table of audit lines, after its last one. The contents then count them.
fn rows_of_trail(lines: &[serde_json::Value], layout: &Layout, last: i64, contents: &mut Contents) -> Vec<String> {
    if let Some(table) = contents.tables.iter_mut().find(|table| table.name == AUDIT) {
        table.rows += u64::try_from(lines.len()).unwrap_or(0);
    }
    (last + 1..).zip(lines).map(|(id, line)| layout.row_of_line(id, line)).collect()
}

/// The chain as the lines of the trail file leave it.
fn row_of_head(layout: &Layout, head: &ChainHead) -> String {
    let ChainHead { chain, sequence, hash } = head;
    layout.row_of_line(0, &serde_json::json!({ "chain": chain, "length": sequence, "head": hash.text() }))
}

/// The number of the last audit line in the table.
fn last_line(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    let query = audit_lines::table.select(diesel::dsl::max(audit_lines::id));
    Ok(on_either!(connection, c => query.first::<Option<i64>>(c))?.unwrap_or(0))
}

fn copy_rows<S: Sink>(connection: &mut AnyConnection, layout: &Layout, sink: &mut S) -> Result<(), S::Error> {
    let query = layout.select(connection);
    let failed = |error| S::Error::from(StoreError::from(error));
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            for row in diesel::sql_query(query).load_iter::<Line, DefaultLoadingMode>(c).map_err(failed)? {
                sink.row(&row.map_err(failed)?.line)?;
            }
        }
        // Row by row, because libpq would otherwise hold the whole table.
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let rows = diesel::sql_query(query).load_iter::<Line, diesel::pg::PgRowByRowLoadingMode>(c);
            for row in rows.map_err(failed)? {
                sink.row(&row.map_err(failed)?.line)?;
            }
        }
    }
    Ok(())
}

/// The last number that each table gave to a row. PostgreSQL's may be later than the transaction's
/// moment, which does no harm.
fn numbering(connection: &mut AnyConnection) -> Result<BTreeMap<String, i64>, StoreError> {
    let queries = match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(_) => vec!["SELECT name, seq AS number FROM sqlite_sequence".to_owned()],
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => {
            let query = |layout::Sequence { table_name, sequence, .. }| {
                let number = "CASE WHEN is_called THEN last_value ELSE 0 END";
                sequence.map(|sequence| format!("SELECT '{table_name}' AS name, {number} AS number FROM {sequence}"))
            };
            layout::sequences(connection)?.into_iter().filter_map(query).collect()
        }
    };
    let mut rows: Vec<Numbering> = Vec::new();
    for query in queries {
        rows.extend(on_either!(connection, c => diesel::sql_query(query).load::<Numbering>(c))?);
    }
    Ok(rows.into_iter().map(|Numbering { name, number }| (name, number)).collect())
}
