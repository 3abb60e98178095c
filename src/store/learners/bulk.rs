//! Many learners at once: the first load of a register.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};

use super::memory::Changed;
use super::row::Columns;
use crate::model::{Learner, SearchKeys};
#[cfg(feature = "sqlite")]
use crate::store::connection::SQLITE_PAGE_CACHE;
use crate::store::schema::learners;
use crate::store::{AnyConnection, StoreError};

/// Adds learners; those whose number is taken already are left as they are. Returns how many were added.
///
/// SQLite runs one prepared statement for each row, which a transaction makes cheap. PostgreSQL takes the rows as a COPY, which knows no
/// "or ignore": numbers that are taken are asked for first, and one that another node adds meanwhile fails the whole call.
pub fn insert_many(connection: &mut AnyConnection, rows: &[(Learner, SearchKeys)]) -> Result<usize, StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            let mut added = 0;
            for (learner, keys) in rows {
                // Without an "or ignore", with which the statement would be written anew for every row.
                match diesel::insert_into(learners::table).values(Columns::of(learner, false, keys)).execute(c) {
                    Ok(row) => added += row,
                    Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {}
                    Err(error) => return Err(error.into()),
                }
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

/// Prepares the writer for many rows: SQLite gets a page cache (256 MiB at most) that holds the indexes into which they go. An empty
/// register loses those of its searches until [`end_bulk`]: to make them of all rows at once takes a fraction of the time, and nobody
/// searches before.
pub fn begin_bulk(connection: &mut AnyConnection) -> Result<(), StoreError> {
    set_on_sqlite(connection, "PRAGMA cache_size = -262144")?;
    let is_empty = learners::table.select(learners::id).first::<i64>(connection).optional()?.is_none();
    if is_empty {
        for name in search_indexes().filter_map(|statement| statement.split(' ').nth(2)) {
            set_on_sqlite(connection, &format!("DROP INDEX IF EXISTS {name}"))?;
        }
    }
    Ok(())
}

/// Makes the indexes of searches where they are missing: after the rows of a load, or by the next
/// load or migration when it was killed.
pub fn make_search_indexes(connection: &mut AnyConnection) -> Result<(), StoreError> {
    for statement in search_indexes() {
        set_on_sqlite(connection, &statement.replacen("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1))?;
    }
    Ok(())
}

/// The statements of the migrations that make SQLite's indexes of searches.
fn search_indexes() -> impl Iterator<Item = &'static str> {
    let register = include_str!("../../../migrations/sqlite/0002_learners/up.sql").lines();
    let postcode = include_str!("../../../migrations/sqlite/0010_postcode/up.sql").lines();
    register
        .filter(|line| line.starts_with("CREATE INDEX learners_by_birth"))
        .chain(postcode.filter(|line| line.starts_with("CREATE INDEX ")))
}

/// Makes up for what [`begin_bulk`] left out, gives back what it took, and has the database look at its data again before it plans searches.
pub fn end_bulk(connection: &mut AnyConnection) -> Result<(), StoreError> {
    make_search_indexes(connection)?;
    #[cfg(feature = "sqlite")]
    set_on_sqlite(connection, SQLITE_PAGE_CACHE)?;
    set_on_sqlite(connection, "PRAGMA shrink_memory; PRAGMA analysis_limit = 1000")?;
    connection.batch_execute("ANALYZE learners")?;
    // A connection of SQLite that is open, here or in another process, reads the new statistics only when the schema has changed.
    set_on_sqlite(connection, "CREATE TABLE schema_change (id INTEGER); DROP TABLE schema_change")
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
    Changed::note_any();
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

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::store::Store;
    use crate::store::test_support::sqlite;

    fn indexes(store: &Store) -> i64 {
        diesel::table! { sqlite_master (name) { name -> Text, } }
        let searches = sqlite_master::table.filter(sqlite_master::name.like("learners_by_birth_%"));
        store.read(|c| Ok(searches.count().get_result(c)?)).unwrap()
    }

    #[test]
    fn a_load_leaves_the_indexes_of_searches_out_and_makes_them_again_even_when_it_broke_off() {
        let each = sqlite();
        let all = indexes(&each.store);
        assert_eq!(all, 3);
        each.store.write(begin_bulk).unwrap();
        assert_eq!(indexes(&each.store), 0);
        each.store.write(end_bulk).unwrap();
        assert_eq!(indexes(&each.store), all);
        each.store.write(begin_bulk).unwrap();
        each.store.migrate().unwrap();
        assert_eq!(indexes(&each.store), all);
    }
}
