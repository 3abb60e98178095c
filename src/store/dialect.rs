//! What truly differs between the two databases, and nothing else.

use diesel::connection::AnsiTransactionManager;
use diesel::prelude::*;

use super::{AnyConnection, StoreError};

/// Runs one expression on whichever connection it is, compiled for each database by itself: for statements that the common connection
/// cannot say (several rows at once, insert or ignore) and for the hot path, where it saves writing the SQL text anew for every call.
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

/// Begins a transaction that will write. SQLite takes the write lock at once: a transaction that reads first and writes later would fail
/// when another process wrote in between.
pub(super) fn begin_write(connection: &mut AnyConnection) -> Result<(), StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN")?,
    }
    Ok(())
}

/// Keeps every other writer that asks for the same key out until the transaction ends, on whichever node it runs. On SQLite the
/// transaction itself already does.
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

/// A number that is another one after another connection has committed anything, and the same after this one has. PostgreSQL has none.
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

/// Runs the migrations of one node at a time.
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
    /// Waits for a lock that ends with the transaction.
    fn pg_advisory_xact_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
    /// Waits for a lock that ends with the connection.
    fn pg_advisory_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
}
