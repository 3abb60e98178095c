//! Loads a copy into an empty database: the tables by the copy's own migrations, then the rows,
//! then the indexes and references, and all of it or nothing.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::layout::{self, Layout};
use super::{Contents, Table};
use crate::store::connection::Address;
use crate::store::dialect::{begin_write, on_either};
use crate::store::{AnyConnection, StoreError, migrations};

/// The length at which rows are handed to the database.
const LONG: usize = 1024 * 1024;

/// An index or a reference between tables, which is faster to make when the rows are there.
#[derive(QueryableByName)]
struct Deferred {
    /// The statement that removes it.
    #[diesel(sql_type = Text)]
    remove: String,
    /// The statement that makes it again.
    #[diesel(sql_type = Text)]
    make: String,
}

/// Loads a copy into the database of this address, which must be empty: on SQLite no file, on
/// PostgreSQL no table. `next` returns the copy's rows in order, then `None`; nothing is kept
/// unless it says so without an error.
///
/// # Errors
/// The database is not empty, the copy has migrations that this release does not know, or is not
/// complete.
pub fn load<E: From<StoreError>>(
    url: &str,
    contents: &Contents,
    next: impl FnMut() -> Result<Option<String>, E>,
) -> Result<(), E> {
    let address = Address::parse(url)?;
    match &address {
        #[cfg(feature = "sqlite")]
        Address::Sqlite(_) => sqlite::load(&address, contents, next),
        #[cfg(feature = "postgres")]
        Address::Postgres(_) => postgres::load(&address, contents, next),
    }
}

/// Creates the tables and fills them.
fn fill<E: From<StoreError>>(
    connection: &mut AnyConnection,
    contents: &Contents,
    mut next: impl FnMut() -> Result<Option<String>, E>,
) -> Result<(), E> {
    migrations::run_these(connection, &contents.migrations)?;
    let layouts = layout::layouts(connection)?;
    let deferred = deferred(connection)?;
    for Deferred { remove, .. } in &deferred {
        run(connection, remove)?;
    }
    // Migrations leave a few rows.
    for layout in &layouts {
        run(connection, &format!("DELETE FROM \"{}\"", layout.name))?;
    }
    if layouts.len() != contents.tables.len() {
        return Err(other_tables().into());
    }
    for table in &contents.tables {
        let layout = layouts.iter().find(|layout| layout.name == table.name).ok_or_else(other_tables)?;
        fill_table(connection, layout, table, &mut next)?;
    }
    if next()?.is_some() {
        return Err(incomplete().into());
    }
    for Deferred { make, .. } in deferred.iter().rev() {
        run(connection, make)?;
    }
    Ok(())
}

fn fill_table<E: From<StoreError>>(
    connection: &mut AnyConnection,
    layout: &Layout,
    table: &Table,
    next: &mut impl FnMut() -> Result<Option<String>, E>,
) -> Result<(), E> {
    let statement = layout.insert(connection, &table.columns).ok_or_else(other_tables)?;
    let (mut read, mut added) = (0, 0);
    while read < table.rows {
        let mut rows = String::from("[");
        while read < table.rows && rows.len() < LONG {
            let row = next()?.ok_or_else(incomplete)?;
            if rows.len() > 1 {
                rows.push(',');
            }
            rows.push_str(&row);
            read += 1;
        }
        rows.push(']');
        let query = diesel::sql_query(statement.as_str()).bind::<Text, _>(rows);
        let number = on_either!(connection, c => query.execute(c)).map_err(StoreError::from)?;
        added += u64::try_from(number).unwrap_or(0);
    }
    if added == table.rows { Ok(()) } else { Err(incomplete().into()) }
}

/// All indexes that no constraint needs and, on PostgreSQL, all references: in the order of
/// removal, which is the reverse of making.
fn deferred(connection: &mut AnyConnection) -> Result<Vec<Deferred>, StoreError> {
    let query = match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(_) => {
            "SELECT 'DROP INDEX \"' || name || '\"' AS remove, sql AS make FROM sqlite_schema \
             WHERE type = 'index' AND sql IS NOT NULL"
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => {
            "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS remove, \
             format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make \
             FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace \
             UNION ALL \
             SELECT format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid) \
             FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace \
             WHERE n.nspname = current_schema() AND t.relkind = 'r' AND NOT EXISTS \
             (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x'))"
        }
    };
    Ok(on_either!(connection, c => diesel::sql_query(query).load(c))?)
}

fn run(connection: &mut AnyConnection, statement: &str) -> Result<(), StoreError> {
    Ok(connection.batch_execute(statement)?)
}

fn incomplete() -> StoreError {
    StoreError::Backup("the backup does not have the rows that it should have".to_owned())
}

fn other_tables() -> StoreError {
    StoreError::Backup("the tables of the backup are not those that its migrations create".to_owned())
}

#[cfg(feature = "sqlite")]
mod sqlite {
    //! A database file that gets its name when it is complete.

    use std::fs::{self, File, OpenOptions, TryLockError};
    use std::io;
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::store::private::{OWNER_ALONE, close_file};

    /// For a file that nobody else reads, and that is removed if this does not end well.
    const SETTINGS: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; \
                            PRAGMA cache_size = -262144; PRAGMA temp_store = MEMORY;";

    pub(super) fn load<E: From<StoreError>>(
        address: &Address,
        contents: &Contents,
        next: impl FnMut() -> Result<Option<String>, E>,
    ) -> Result<(), E> {
        let (Some(path), Some(trail)) = (address.file(), address.trail()) else { return Err(incomplete().into()) };
        let unfinished = beside(&path, "-restoring");
        // The lock keeps a second restore away, also from a file that a killed one left.
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(OWNER_ALONE)
            .open(&unfinished)
            .map_err(|error| failed(&unfinished, &error))?;
        close_file(&unfinished).map_err(|error| failed(&unfinished, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Backup("another restore into this database is running".to_owned()).into());
            }
            Err(TryLockError::Error(error)) => return Err(failed(&unfinished, &error).into()),
        }
        let outcome = check_empty(&path, &trail).map_err(E::from).and_then(|()| {
            file.set_len(0).map_err(|error| failed(&unfinished, &error))?;
            let mut connection = open(&unfinished)?;
            fill(&mut connection, contents, next)?;
            finish(&mut connection, contents)?;
            drop(connection);
            // Again: loading takes minutes, and somebody may have created one.
            check_empty(&path, &trail)?;
            Ok(name(&file, &unfinished, &path).map_err(|error| failed(&path, &error))?)
        });
        if outcome.is_err() {
            // What is left has personal data in it; it is its owner's alone.
            let _ = fs::remove_file(&unfinished);
        }
        outcome
    }

    fn open(path: &Path) -> Result<AnyConnection, StoreError> {
        let text =
            path.to_str().ok_or_else(|| StoreError::Address("the path of the database is not UTF-8".to_owned()))?;
        let mut connection = diesel::SqliteConnection::establish(text)
            .map_err(|error| StoreError::Unreachable(format!("{text}: {error}")))?;
        connection.batch_execute(SETTINGS)?;
        let mut connection = AnyConnection::Sqlite(connection);
        begin_write(&mut connection)?;
        Ok(connection)
    }

    /// A file with this name, and what an earlier database of this name left, would be mixed up
    /// with the new one.
    fn check_empty(path: &Path, trail: &Path) -> Result<(), StoreError> {
        for there in [path, &beside(path, "-wal"), trail] {
            if fs::metadata(there).is_ok_and(|metadata| metadata.len() > 0) {
                return Err(StoreError::Backup(format!(
                    "{} exists. A backup is restored into a new database only: choose another store.url, or move this \
                     database away with all files whose names begin with its name",
                    there.display()
                )));
            }
        }
        Ok(())
    }

    fn finish(connection: &mut AnyConnection, contents: &Contents) -> Result<(), StoreError> {
        #[derive(QueryableByName)]
        struct Named {
            #[diesel(sql_type = Text)]
            name: String,
        }
        let query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '% AUTOINCREMENT %'";
        let numbered: Vec<Named> = on_either!(connection, c => diesel::sql_query(query).load(c))?;
        for Named { name } in numbered {
            let last = contents.numbering.get(&name).copied().unwrap_or(0);
            run(
                connection,
                &format!(
                    "DELETE FROM sqlite_sequence WHERE name = '{name}'; INSERT INTO sqlite_sequence (name, seq) \
                     SELECT '{name}', number FROM \
                     (SELECT max({last}, (SELECT coalesce(max(rowid), 0) FROM \"{name}\")) AS number) WHERE number > 0"
                ),
            )?;
        }
        // Searches are planned by these statistics, as after an import.
        run(connection, "PRAGMA analysis_limit = 1000; ANALYZE learners")?;
        let query = diesel::sql_query("SELECT DISTINCT \"table\" AS name FROM pragma_foreign_key_check");
        let orphans: Vec<Named> = on_either!(connection, c => {
            AnsiTransactionManager::commit_transaction(c)?;
            query.load(c)?
        });
        match orphans.first() {
            None => Ok(()),
            Some(Named { name }) => {
                Err(StoreError::Backup(format!("rows of {name} refer to rows that are not in the backup")))
            }
        }
    }

    /// Makes the file durable, then gives it its name.
    fn name(file: &File, unfinished: &Path, path: &Path) -> io::Result<()> {
        file.sync_all()?;
        fs::rename(unfinished, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        File::open(folder)?.sync_all()
    }

    fn beside(path: &Path, end: &str) -> PathBuf {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        name.into()
    }

    fn failed(path: &Path, error: &io::Error) -> StoreError {
        StoreError::Unreachable(format!("{}: {error}", path.display()))
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    //! One transaction, with all that creates the tables in it.

    use super::*;

    pub(super) fn load<E: From<StoreError>>(
        address: &Address,
        contents: &Contents,
        next: impl FnMut() -> Result<Option<String>, E>,
    ) -> Result<(), E> {
        let mut connection = address.connect()?;
        begin_write(&mut connection)?;
        check_empty(&mut connection)?;
        fill(&mut connection, contents, next)?;
        Ok(finish(&mut connection, contents)?)
    }

    #[derive(QueryableByName)]
    struct Existing {
        #[diesel(sql_type = Text)]
        name: String,
    }

    fn check_empty(connection: &mut AnyConnection) -> Result<(), StoreError> {
        run(connection, "SET LOCAL statement_timeout = 0")?;
        let query = "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema()";
        let existing: Vec<Existing> = on_either!(connection, c => diesel::sql_query(query).load(c))?;
        match existing.first() {
            None => Ok(()),
            Some(Existing { name }) => Err(StoreError::Backup(format!(
                "the database already has tables, such as {name}. A backup is restored into a new database only: \
                 create one with createdb, do not run 'lrs migrate' on it, and let store.url name it"
            ))),
        }
    }

    fn finish(connection: &mut AnyConnection, contents: &Contents) -> Result<(), StoreError> {
        for layout::Sequence { table_name, column_name, sequence } in layout::sequences(connection)? {
            let Some(sequence) = sequence else { continue };
            let last = contents.numbering.get(&table_name).copied().unwrap_or(0);
            run(
                connection,
                &format!(
                    "SELECT setval('{sequence}', number) FROM (SELECT greatest({last}, \
                     (SELECT max(\"{column_name}\") FROM \"{table_name}\")) AS number) AS last WHERE number > 0"
                ),
            )?;
        }
        for Table { name, .. } in &contents.tables {
            run(connection, &format!("ANALYZE \"{name}\""))?;
        }
        Ok(on_either!(connection, c => AnsiTransactionManager::commit_transaction(c))?)
    }
}
