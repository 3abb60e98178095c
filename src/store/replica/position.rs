//! Where a PostgreSQL server stands in the write-ahead log: how far a primary has committed, and
//! how far a standby has replayed. What is done with it is not its business.

#![cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "SQLite has no replicas"))]

#[cfg(feature = "postgres")]
use diesel::data_types::PgLsn;
#[cfg(feature = "postgres")]
use diesel::prelude::*;
#[cfg(feature = "postgres")]
use diesel::sql_types;

use crate::store::{AnyConnection, StoreError};

/// A place in the log of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    /// Each promotion of a standby begins a new timeline. Positions on different ones cannot be
    /// compared: the log differs behind the place where one left the other.
    pub(super) timeline: u32,
    /// The byte.
    pub(super) lsn: u64,
}

/// Which database of which cluster a server has. A standby has those of its primary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "postgres", derive(QueryableByName))]
pub(super) struct Origin {
    #[cfg_attr(feature = "postgres", diesel(sql_type = sql_types::BigInt))]
    cluster: i64,
    #[cfg_attr(feature = "postgres", diesel(sql_type = sql_types::BigInt))]
    database: i64,
}

#[cfg(feature = "sqlite")]
fn no_replica<T>() -> Result<T, StoreError> {
    Err(StoreError::Address("SQLite has no replicas".to_owned()))
}

/// The position of a primary that covers everything acknowledged before now, by any session.
///
/// That is the end of the flushed log: a commit is flushed before it is acknowledged. The end of
/// the written log may be ahead of it for long, because reading leaves records, too, which nobody
/// flushes, and a standby gets flushed ones only. With `synchronous_commit = off` commits are
/// acknowledged before they are flushed, so there it is the end of the log.
pub(super) fn of_primary(connection: &mut AnyConnection) -> Result<Position, StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(_) => no_replica(),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let (file, flushed, inserted, synchronous): (String, PgLsn, PgLsn, String) = diesel::select((
                pg_walfile_name(pg_current_wal_flush_lsn()),
                pg_current_wal_flush_lsn(),
                pg_current_wal_insert_lsn(),
                current_setting("synchronous_commit"),
            ))
            .get_result(c)?;
            let timeline = file.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            let timeline = timeline.ok_or(StoreError::Corrupt("pg_walfile_name"))?;
            let PgLsn(lsn) = if synchronous == "off" { inserted } else { flushed };
            Ok(Position { timeline, lsn })
        }
    }
}

/// How far a standby has replayed the log; `None` if the server is not a standby.
pub(super) fn replayed(connection: &mut AnyConnection) -> Result<Option<u64>, StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(_) => no_replica(),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            // A server that was promoted still names the last position that it replayed.
            let (is_standby, replayed): (bool, Option<PgLsn>) =
                diesel::select((pg_is_in_recovery(), pg_last_wal_replay_lsn())).get_result(c)?;
            Ok(is_standby.then_some(replayed.map_or(0, |PgLsn(lsn)| lsn)))
        }
    }
}

/// The timeline that a standby certainly follows. It may already follow a later one: users without
/// the rights of `pg_read_all_stats` learn of that with its next restart point.
///
/// A standby that has replayed beyond the place where a timeline begins cannot follow it, so one
/// that does has nothing that the timeline has not.
pub(super) fn timeline(connection: &mut AnyConnection) -> Result<u32, StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(_) => no_replica(),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let Timeline { timeline } = diesel::sql_query(
                "SELECT GREATEST((SELECT timeline_id FROM pg_control_checkpoint()), \
                 (SELECT min_recovery_end_timeline FROM pg_control_recovery()), \
                 (SELECT received_tli FROM pg_stat_wal_receiver)) AS timeline",
            )
            .get_result(c)?;
            u32::try_from(timeline).map_err(|_| StoreError::Corrupt("timeline_id"))
        }
    }
}

/// Which database this is.
pub(super) fn origin(connection: &mut AnyConnection) -> Result<Origin, StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(_) => no_replica(),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => Ok(diesel::sql_query(
            "SELECT (SELECT system_identifier FROM pg_control_system()) AS cluster, \
             (SELECT oid::bigint FROM pg_database WHERE datname = current_database()) AS database",
        )
        .get_result(c)?),
    }
}

#[cfg(feature = "postgres")]
#[derive(QueryableByName)]
struct Timeline {
    #[diesel(sql_type = sql_types::Integer)]
    timeline: i32,
}

#[cfg(feature = "postgres")]
#[diesel::declare_sql_function]
extern "SQL" {
    fn pg_current_wal_flush_lsn() -> sql_types::PgLsn;
    fn pg_current_wal_insert_lsn() -> sql_types::PgLsn;
    fn pg_walfile_name(lsn: sql_types::PgLsn) -> sql_types::Text;
    fn current_setting(name: sql_types::Text) -> sql_types::Text;
    fn pg_is_in_recovery() -> sql_types::Bool;
    fn pg_last_wal_replay_lsn() -> sql_types::Nullable<sql_types::PgLsn>;
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use crate::store::connection::Address;
    use crate::store::test_support::postgres;

    #[test]
    fn a_position_covers_what_is_acknowledged_before_it_is_flushed() {
        let Some(stored) = postgres() else { return };
        for synchronous in ["on", "off"] {
            let url = format!("{}%20-csynchronous_commit%3D{synchronous}", stored.settings.url);
            let mut connection = Address::parse(&url).unwrap().connect().unwrap();
            for number in 0..50 {
                let AnyConnection::Postgres(c) = &mut connection else { panic!("PostgreSQL") };
                let change = format!("CREATE TABLE position_{synchronous}_{number} ()");
                diesel::sql_query(change).execute(c).unwrap();
                let PgLsn(inserted) = diesel::select(pg_current_wal_insert_lsn()).get_result(c).unwrap();
                let position = of_primary(&mut connection).unwrap();
                assert_eq!(position.timeline, 1);
                // Others write, too; what is flushed covers a commit, not their unfinished changes.
                assert!(synchronous == "on" || position.lsn >= inserted, "{position:?} {inserted}");
            }
        }
        stored
            .store
            .read(|connection| {
                assert_eq!(replayed(connection)?, None, "a primary is not a standby");
                assert_eq!(timeline(connection)?, 1);
                assert_eq!(origin(connection)?, origin(connection)?);
                Ok(())
            })
            .unwrap();
    }
}
