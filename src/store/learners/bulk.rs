//! Bulk loading of learners, for the first load of a register.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};

use super::row::Columns;
use crate::model::{Learner, SearchKeys};
#[cfg(feature = "sqlite")]
use crate::store::connection::SQLITE_PAGE_CACHE;
use crate::store::schema::learners;
use crate::store::{AnyConnection, StoreError, Transaction};

/// SQLite's search indexes by name, with their columns, as the migrations `0002_learners` and
/// `0010_postcode` create them. A load drops and recreates them; a test compares both.
const SEARCH_INDEXES: &[(&str, &str)] = &[
    ("learners_by_birth_and_sound", "date_of_birth, family_phonetic, given_phonetic"),
    ("learners_by_birth_and_given", "date_of_birth, given_phonetic"),
    ("learners_by_birth_and_place", "date_of_birth, outward"),
    ("learners_by_postcode", "postcode_key"),
];

/// Adds learners, skipping those whose ULN is taken. Returns the number added.
///
/// SQLite runs a prepared statement for each row, which is cheap within a transaction. PostgreSQL
/// takes the rows by COPY, which cannot skip duplicates: it first queries which ULNs are taken, and
/// fails if another node adds one meanwhile.
pub fn insert_many(transaction: &mut Transaction<'_>, rows: &[(Learner, SearchKeys)]) -> Result<usize, StoreError> {
    match &mut **transaction {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            let mut added = 0;
            for (learner, keys) in rows {
                // Not "insert or ignore", because that statement would be built again for every
                // row.
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

/// Prepares the writer for bulk loading. SQLite gets a page cache (at most 256 MiB) that holds the
/// indexes being filled, and sorts in files: in memory, the indexes of ten million learners took a
/// gigabyte. If the register is empty, the search indexes are dropped until
/// [`end_bulk`]: building them at the end takes a fraction of the time, and nobody searches before
/// that.
pub fn begin_bulk(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    set_on_sqlite(transaction, "PRAGMA cache_size = -262144; PRAGMA temp_store = FILE")?;
    let is_empty = learners::table.select(learners::id).first::<i64>(&mut **transaction).optional()?.is_none();
    if is_empty {
        for (name, _) in SEARCH_INDEXES {
            set_on_sqlite(transaction, &format!("DROP INDEX IF EXISTS {name}"))?;
        }
    }
    Ok(())
}

/// Creates missing search indexes: after a load, or in the next load or migration if a load was
/// killed.
pub fn make_search_indexes(connection: &mut AnyConnection) -> Result<(), StoreError> {
    for (name, columns) in SEARCH_INDEXES {
        set_on_sqlite(connection, &format!("CREATE INDEX IF NOT EXISTS {name} ON learners ({columns})"))?;
    }
    Ok(())
}

/// Undoes [`begin_bulk`], and updates the statistics that the database uses to plan searches.
pub fn end_bulk(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    // What is sorted at a time is as large as the page cache.
    set_on_sqlite(transaction, "PRAGMA cache_size = -65536")?;
    make_search_indexes(transaction)?;
    #[cfg(feature = "sqlite")]
    set_on_sqlite(transaction, SQLITE_PAGE_CACHE)?;
    set_on_sqlite(transaction, "PRAGMA temp_store = MEMORY")?;
    set_on_sqlite(transaction, "PRAGMA shrink_memory; PRAGMA analysis_limit = 1000")?;
    transaction.batch_execute("ANALYZE learners")?;
    // Open SQLite connections, also in other processes, reload the statistics only when the schema
    // changes.
    set_on_sqlite(transaction, "CREATE TABLE schema_change (id INTEGER); DROP TABLE schema_change")
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

/// Marks all masters of merged learners, after many learners were added.
pub fn mark_masters(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    transaction.changes_any();
    let masters: Vec<Option<String>> = learners::table
        .filter(learners::master_uln.is_not_null())
        .select(learners::master_uln)
        .distinct()
        .load(&mut **transaction)?;
    for uln in masters.into_iter().flatten() {
        diesel::update(learners::table.filter(learners::uln.eq(uln)).filter(learners::has_linked.eq(false)))
            .set(learners::has_linked.eq(true))
            .execute(&mut **transaction)?;
    }
    Ok(())
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::store::Store;
    use crate::store::test_support::sqlite;

    diesel::table! { sqlite_master (name) { name -> Text, tbl_name -> Text, sql -> Nullable<Text>, } }

    /// The indexes of learners, except those of constraints: name and statement, which SQLite
    /// stores as written except for "IF NOT EXISTS".
    fn indexes(store: &Store) -> Vec<(String, String)> {
        let made = sqlite_master::table
            .filter(sqlite_master::tbl_name.eq("learners"))
            .filter(sqlite_master::sql.like("CREATE INDEX %"))
            .order(sqlite_master::name);
        let rows: Vec<(String, Option<String>)> =
            store.read(|c| Ok(made.select((sqlite_master::name, sqlite_master::sql)).load(c)?)).unwrap();
        rows.into_iter().map(|(name, sql)| (name, sql.unwrap())).collect()
    }

    #[test]
    fn a_load_drops_the_indexes_of_searches_and_makes_them_as_the_migrations_did_even_after_a_kill() {
        let each = sqlite();
        let all = indexes(&each.store);
        each.store.write(begin_bulk).unwrap();
        assert_eq!(all.len() - indexes(&each.store).len(), SEARCH_INDEXES.len());
        each.store.write(end_bulk).unwrap();
        assert_eq!(indexes(&each.store), all);
        each.store.write(begin_bulk).unwrap();
        each.store.migrate().unwrap();
        assert_eq!(indexes(&each.store), all);
    }
}
