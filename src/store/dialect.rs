//! The actual differences between the two databases, and nothing else.

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::prelude::*;

use super::{AnyConnection, StoreError};

/// Runs an expression on either connection, compiled separately for each database. Needed for
/// statements that diesel's combined connection cannot express (several rows at once, insert or
/// ignore), and on the hot path, where it avoids building the SQL text for every call.
macro_rules! on_either {
    ($connection:expr, $name:ident => $body:expr) => {
        match $connection {
            #[cfg(feature = "sqlite")]
            $crate::store::AnyConnection::Sqlite($name) => $body,
            #[cfg(feature = "postgres")]
            $crate::store::AnyConnection::Postgres($name) => $body,
        }
    };
}
pub(super) use on_either;

/// Begins a transaction that will write. SQLite takes the write lock immediately: a transaction
/// that reads first and writes later would fail if another process had written in between.
pub(super) fn begin_write(connection: &mut AnyConnection) -> Result<(), StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN")?,
    }
    Ok(())
}

/// Blocks all other writers that ask for the same key, on any node, until the transaction ends. On
/// SQLite the transaction itself does that.
pub fn lock(connection: &mut AnyConnection, key: i64) -> Result<(), StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(_) => {
            let _ = key;
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            diesel::select(pg_advisory_xact_lock(key)).execute(c)?;
        }
    }
    Ok(())
}

/// Takes a lock on a chain of the audit trail that lasts as long as the connection; `false` if
/// another connection has it. SQLite needs none.
pub(super) fn try_to_hold(connection: &mut AnyConnection, chain: i32) -> Result<bool, StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(_) => {
            let _ = chain;
            Ok(true)
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let Held { held } =
                diesel::sql_query("SELECT pg_try_advisory_lock('audit_chains'::regclass::oid::integer, $1) AS held")
                    .bind::<diesel::sql_types::Integer, _>(chain)
                    .get_result(c)?;
            Ok(held)
        }
    }
}

#[cfg(feature = "postgres")]
#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    held: bool,
}

/// Runs queries that all see the database as it is now, whatever is committed meanwhile.
pub(super) fn in_snapshot<T, E: From<StoreError>>(
    connection: &mut AnyConnection,
    queries: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
) -> Result<T, E> {
    begin_snapshot(connection)?;
    let outcome = queries(connection);
    <AnyConnection as Connection>::TransactionManager::rollback_transaction(connection).map_err(StoreError::from)?;
    outcome
}

fn begin_snapshot(connection: &mut AnyConnection) -> Result<(), StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN")?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            AnsiTransactionManager::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        }
    }
    Ok(())
}

/// A number that changes whenever another connection commits, but not when this one does.
/// PostgreSQL has none.
pub(super) fn data_version(connection: &mut AnyConnection) -> Result<Option<i64>, StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            let DataVersion { data_version } = diesel::sql_query("PRAGMA data_version").get_result(c)?;
            Ok(Some(data_version))
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => Ok(None),
    }
}

#[cfg(feature = "sqlite")]
#[derive(QueryableByName)]
struct DataVersion {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    data_version: i64,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

/// Whether there is a table of this name.
pub(super) fn has_table(connection: &mut AnyConnection, name: &str) -> Result<bool, StoreError> {
    let Count { number } = match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            diesel::sql_query("SELECT count(*) AS number FROM sqlite_master WHERE type = 'table' AND name = ?")
                .bind::<diesel::sql_types::Text, _>(name)
                .get_result(c)?
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let query =
                "SELECT count(*) AS number FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1";
            diesel::sql_query(query).bind::<diesel::sql_types::Text, _>(name).get_result(c)?
        }
    };
    Ok(number > 0)
}

/// Runs migrations on one node at a time.
pub(super) fn with_migration_lock<T>(
    connection: &mut AnyConnection,
    run: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    #[cfg(feature = "postgres")]
    if let AnyConnection::Postgres(c) = connection {
        diesel::select(pg_advisory_lock(MIGRATION_LOCK)).execute(c)?;
    }
    // The lock belongs to the connection, which the caller drops.
    run(connection)
}

#[cfg(feature = "postgres")]
const MIGRATION_LOCK: i64 = 0x4c52_534d_4947;

#[cfg(feature = "postgres")]
#[diesel::declare_sql_function]
extern "SQL" {
    /// Waits for a lock that lasts until the end of the transaction.
    fn pg_advisory_xact_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
    /// Waits for a lock that lasts as long as the connection.
    fn pg_advisory_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
}
