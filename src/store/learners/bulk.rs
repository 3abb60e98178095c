//! Many learners at once: the first load of a register.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::row::{Columns, KeyColumns};
use crate::model::Learner;
use crate::store::schema::learners;
use crate::store::{AnyConnection, StoreError};

/// Adds learners; those whose number is taken already are left as they are. Returns how many were added.
///
/// SQLite runs one prepared statement for each row, which a transaction makes cheap. PostgreSQL takes the rows as a COPY, which knows no
/// "or ignore": numbers that are taken are asked for first, and one that another node adds meanwhile fails the whole call.
pub fn insert_many(connection: &mut AnyConnection, rows: &[(Learner, KeyColumns)]) -> Result<usize, StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            let mut added = 0;
            for (learner, keys) in rows {
                added += diesel::insert_into(learners::table)
                    .values(Columns::of(learner, false, keys))
                    .on_conflict_do_nothing()
                    .execute(c)?;
            }
            Ok(added)
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let ulns = rows.iter().map(|(learner, _)| learner.uln.as_str());
            let mut taken: std::collections::HashSet<String> =
                learners::table.filter(learners::uln.eq_any(ulns)).select(learners::uln).load(c)?.into_iter().collect();
            let new: Vec<Columns<'_>> = rows
                .iter()
                .filter(|(learner, _)| taken.insert(learner.uln.as_str().to_owned()))
                .map(|(learner, keys)| Columns::of(learner, false, keys))
                .collect();
            diesel::copy_from(learners::table).from_insertable(&new).execute(c)?;
            Ok(new.len())
        }
    }
}

/// Prepares the writer for many rows: SQLite gets a page cache (256 MiB at most) that holds the indexes into which they go.
pub fn begin_bulk(connection: &mut AnyConnection) -> Result<(), StoreError> {
    set_on_sqlite(connection, "PRAGMA cache_size = -262144")
}

/// Gives back what [`begin_bulk`] took, and tells the database to look at its data anew before it plans searches.
pub fn end_bulk(connection: &mut AnyConnection) -> Result<(), StoreError> {
    set_on_sqlite(connection, "PRAGMA cache_size = -4096; PRAGMA shrink_memory; PRAGMA analysis_limit = 1000")?;
    Ok(connection.batch_execute("ANALYZE learners")?)
}

fn set_on_sqlite(connection: &mut AnyConnection, pragma: &str) -> Result<(), StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => c.batch_execute(pragma)?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => {
            let _ = pragma;
        }
    }
    Ok(())
}

/// Notes for every learner whether other numbers are merged into it, after many were added.
pub fn mark_masters(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let masters: Vec<Option<String>> = learners::table
        .filter(learners::master_uln.is_not_null())
        .select(learners::master_uln)
        .distinct()
        .load(connection)?;
    for uln in masters.into_iter().flatten() {
        diesel::update(learners::table.filter(learners::uln.eq(uln)).filter(learners::has_linked.eq(false)))
            .set(learners::has_linked.eq(true))
            .execute(connection)?;
    }
    Ok(())
}
