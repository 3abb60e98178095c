//! The store on both databases: the guarantees of a write, its effect on others in the group, and
//! equal columns.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::as_conversions)]

#[cfg(all(feature = "postgres", feature = "sqlite"))]
mod parity;
#[cfg(feature = "sqlite")]
mod plans;
mod upgrade;

use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::test_support::{TestStore, each_store};
use super::{AnyConnection, Record, Store, StoreError, StoreSettings, audit, searches};
use crate::model::{AuditEntry, Door, Timestamp, Uln};

fn moment(second: u32) -> Timestamp {
    NaiveDate::from_ymd_opt(2025, 6, 1).unwrap().and_hms_micro_opt(12, 0, second, 123_456).unwrap()
}

fn entry(second: u32, action: &str) -> AuditEntry {
    AuditEntry {
        at: moment(second),
        organisation_id: Some(1),
        organisation_ref: "TEST0001".to_owned(),
        organisation_name: "Synthetic College".to_owned(),
        user_name: "tester".to_owned(),
        certificate: None,
        door: Door::WebService,
        action: action.to_owned().into(),
        uln: Some("1000000000".parse().unwrap()),
        outcome: "WSRC0004".to_owned(),
        record_shown: true,
        account_id: None,
        about_account_id: None,
    }
}

fn audited(store: &Store, action: &str) -> i64 {
    let uln: Uln = "1000000000".parse().unwrap();
    let (_, lines) = store.read(|c| audit::records_shown(c, &[uln], 0, 1_000)).unwrap();
    i64::try_from(lines.iter().filter(|line| line.action == action).count()).unwrap()
}

fn add_number(connection: &mut AnyConnection, number: i32) -> Result<(), StoreError> {
    diesel::sql_query(format!("INSERT INTO numbers VALUES ({number})")).execute(connection)?;
    Ok(())
}

fn with_numbers(each: &TestStore) -> &Store {
    each.store.write(|c| Ok(c.batch_execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY)")?)).unwrap();
    &each.store
}

fn numbers(store: &Store) -> i64 {
    try_numbers(store).unwrap()
}

fn try_numbers(store: &Store) -> Result<i64, StoreError> {
    diesel::table! { numbers (number) { number -> Integer, } }
    store.read(|c| Ok(numbers::table.count().get_result(c)?))
}

/// A full database and a read-only one are distinguished from a healthy one; the trial leaves
/// nothing behind.
#[test]
fn a_store_that_takes_no_changes_is_noticed() {
    use diesel::connection::SimpleConnection;
    for TestStore { store, .. } in &each_store() {
        store.check_writable().unwrap();
        store.check_writable().unwrap();
        let left = store
            .read(|c| super::service_levels::days(c, chrono::NaiveDate::MIN, chrono::NaiveDate::MAX))
            .unwrap_or_default();
        assert!(left.is_empty(), "{left:?}");
    }
    for pragma in ["PRAGMA max_page_count = 1", "PRAGMA query_only = ON"] {
        let full = super::test_support::sqlite();
        let store = &full.store;
        // The first row written needs space that the full database does not have.
        store
            .write(move |c| match &mut **c {
                AnyConnection::Sqlite(c) => Ok(c.batch_execute(pragma)?),
                #[cfg(feature = "postgres")]
                AnyConnection::Postgres(_) => Ok(()),
            })
            .unwrap();
        let error = store.check_writable().unwrap_err().to_string();
        assert!(error.contains("database error"), "{pragma}: {error}");
    }
}

#[test]
fn migrating_again_does_nothing() {
    for each in each_store() {
        assert!(each.store.migrate().unwrap().is_empty());
        assert!(each.store.is_ready().unwrap());
    }
}

#[test]
fn a_write_is_durable_when_it_returns() {
    for each in each_store() {
        let store = with_numbers(&each);
        let other = each.reopened();
        for number in 0..20 {
            store.write(move |c| add_number(c, number)).unwrap();
            assert_eq!(numbers(&other), i64::from(number) + 1);
        }
    }
}

#[test]
fn a_failed_write_leaves_nothing_and_harms_nobody() {
    for each in each_store() {
        let store = with_numbers(&each);
        thread::scope(|scope| {
            for number in 0..40 {
                let store = store.clone();
                scope.spawn(move || {
                    let outcome = store.write(move |c| {
                        add_number(c, number)?;
                        if number % 4 == 0 { add_number(c, number) } else { Ok(()) }
                    });
                    match outcome {
                        Ok(()) => assert_ne!(number % 4, 0),
                        Err(error) => assert!(error.is_duplicate() && number % 4 == 0, "{error}"),
                    }
                });
            }
        });
        assert_eq!(numbers(store), 30);
    }
}

#[test]
fn a_failed_step_aside_leaves_nothing_and_harms_nobody() {
    for each in each_store() {
        let store = with_numbers(&each);
        let failed = store.write_aside(|c| -> Result<(), StoreError> {
            add_number(c, 1)?;
            Err(StoreError::Corrupt("a test"))
        });
        assert!(matches!(failed, Err(StoreError::Corrupt(_))));
        let panicked = store.write_aside(|c| -> Result<(), StoreError> {
            add_number(c, 2)?;
            panic!("a test")
        });
        assert!(matches!(panicked, Err(StoreError::Panicked)));
        assert_eq!(numbers(store), 0);
        store.write_aside(|c| add_number(c, 3)).unwrap();
        assert_eq!(numbers(store), 1);
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn what_was_written_comes_into_the_database_when_there_is_nothing_else_to_do() {
    let each = super::test_support::sqlite();
    let store = with_numbers(&each);
    store.write(|c| add_number(c, 1)).unwrap();
    let path = std::path::PathBuf::from(each.settings.url.strip_prefix("sqlite:").unwrap());
    let copy = path.with_extension("copy");
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        // Only the file, without its WAL.
        std::fs::copy(&path, &copy).unwrap();
        let alone = Store::open(&StoreSettings { url: copy.display().to_string(), readers: 1 }).unwrap();
        if matches!(try_numbers(&alone), Ok(1)) {
            break;
        }
        assert!(Instant::now() < deadline, "it is still in the log alone");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_panic_undoes_its_own_write_alone() {
    for each in each_store() {
        let store = with_numbers(&each);
        let outcome = store.write(|c| -> Result<(), StoreError> {
            add_number(c, 1)?;
            panic!("a synthetic panic");
        });
        assert!(matches!(outcome, Err(StoreError::Panicked)));
        assert_eq!(numbers(store), 0);
        store.write(|c| add_number(c, 2)).unwrap();
        assert_eq!(numbers(store), 1);
    }
}

#[test]
fn writes_that_wait_together_are_committed_together() {
    for each in each_store() {
        let store = with_numbers(&each).clone();
        let (started, wait_for_start) = channel();
        let (release, wait_for_release) = channel::<()>();
        let first = {
            let store = store.clone();
            let wait_for_release = std::sync::Mutex::new(wait_for_release);
            thread::spawn(move || {
                store.write(move |c| {
                    started.send(()).unwrap();
                    wait_for_release.lock().unwrap().recv().ok();
                    add_number(c, 0)
                })
            })
        };
        wait_for_start.recv().unwrap();
        // These queue up while the first transaction runs, so they all share the next one.
        let tickets: Vec<_> = (0..10).map(|second| store.record(vec![entry(second, "together")])).collect();
        assert_eq!(audited(&store, "together"), 0);
        drop(release);
        first.join().unwrap().unwrap();
        tickets.into_iter().for_each(|ticket| ticket.wait().unwrap());
        store.flush_trail().unwrap();
        assert_eq!(audited(&store, "together"), 10);
    }
}

#[actix_web::test]
async fn a_ticket_tells_of_the_commit() {
    for each in each_store() {
        let other = each.reopened();
        for count in 1..=5 {
            each.store.record(vec![entry(count, "async")]).committed().await.unwrap();
            each.store.flush_trail().unwrap();
            assert_eq!(audited(&other, "async"), i64::from(count));
        }
        each.store.record(vec![entry(9, "async")]).wait().unwrap();
        each.store.flush_trail().unwrap();
        assert_eq!(audited(&other, "async"), 6);
    }
}

#[test]
fn a_line_that_cannot_be_stored_harms_no_other() {
    for each in each_store() {
        let store = &each.store;
        let (started, wait_for_start) = channel();
        let (release, wait_for_release) = channel::<()>();
        let blocker = {
            let store = store.clone();
            let wait_for_release = std::sync::Mutex::new(wait_for_release);
            thread::spawn(move || {
                store.write(move |_| {
                    started.send(()).unwrap();
                    wait_for_release.lock().unwrap().recv().ok();
                    Ok(())
                })
            })
        };
        wait_for_start.recv().unwrap();
        let mut poisoned = entry(1, "poison");
        // PostgreSQL does not store NUL; SQLite does.
        poisoned.user_name = "\0".to_owned();
        let good = store.record(vec![entry(2, "good")]);
        let bad = store.record(vec![poisoned]);
        drop(release);
        blocker.join().unwrap().unwrap();
        good.wait().unwrap();
        assert_eq!(bad.wait().is_ok(), store.is_embedded());
        store.flush_trail().unwrap();
        assert_eq!(audited(store, "good"), 1);
    }
}

#[test]
fn a_closed_store_finishes_what_is_queued() {
    for each in each_store() {
        let other = each.reopened();
        let tickets: Vec<_> = (0..50).map(|second| each.store.record(vec![entry(second, "last")])).collect();
        each.store.close();
        assert_eq!(audited(&other, "last"), 50);
        tickets.into_iter().for_each(|ticket| ticket.wait().unwrap());
        assert!(matches!(each.store.write(|_| Ok(())), Err(StoreError::Closed)));
        assert!(matches!(each.store.record(vec![entry(1, "late")]).wait(), Err(StoreError::Closed)));
        each.store.close();
    }
}

#[test]
fn two_nodes_write_beside_each_other() {
    for each in each_store() {
        let store = with_numbers(&each);
        let other = each.reopened();
        thread::scope(|scope| {
            for number in 0..60 {
                let node = if number % 2 == 0 { store.clone() } else { other.clone() };
                scope.spawn(move || node.write(move |c| add_number(c, number)).unwrap());
            }
        });
        assert_eq!(numbers(store), 60);
    }
}

#[cfg(feature = "postgres")]
#[test]
fn a_deadlock_between_nodes_is_resolved() {
    let Some(each) = super::test_support::postgres() else { return };
    let store = each.store.clone();
    store
        .write(|c| {
            Ok(c.batch_execute(
                "CREATE TABLE pairs (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO pairs VALUES (1, 0), (2, 0)",
            )?)
        })
        .unwrap();
    let other = each.reopened();
    thread::scope(|scope| {
        for (node, [first, second]) in [(&store, [1, 2]), (&other, [2, 1])] {
            scope.spawn(move || {
                for _ in 0..3 {
                    node.write(move |c| {
                        for id in [first, second] {
                            diesel::sql_query(format!("UPDATE pairs SET n = n + 1 WHERE id = {id}"))
                                .execute(&mut **c)?;
                            thread::sleep(std::time::Duration::from_millis(30));
                        }
                        Ok(())
                    })
                    .unwrap();
                }
            });
        }
    });
    diesel::table! { pairs (id) { id -> Integer, n -> Integer, } }
    let counts: Vec<i32> = store.read(|c| Ok(pairs::table.select(pairs::n).load(c)?)).unwrap();
    assert_eq!(counts, [6, 6]);
}

#[cfg(feature = "postgres")]
#[test]
fn lost_connections_are_replaced() {
    let Some(each) = super::test_support::postgres() else { return };
    let store = with_numbers(&each);
    let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE '%numbers%'";
    store.write(|c| add_number(c, 1)).unwrap();
    for _ in 0..8 {
        assert_eq!(numbers(store), 1);
    }
    // Another connection terminates them all, including the writer's.
    each.reopened().write(move |c| Ok(diesel::sql_query(others).execute(&mut **c)?)).unwrap();
    store.write(|c| add_number(c, 2)).unwrap();
    for _ in 0..8 {
        assert_eq!(numbers(store), 2);
    }
}

#[cfg(feature = "postgres")]
#[test]
fn a_connection_that_takes_no_changes_any_more_is_replaced() {
    let Some(each) = super::test_support::postgres() else { return };
    let store = with_numbers(&each);
    // As on a server that was the primary, and is now a standby.
    let read_only = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY";
    store.write(move |c| Ok(diesel::sql_query(read_only).execute(&mut **c)?)).unwrap();
    store.write(|c| add_number(c, 1)).unwrap();
    assert_eq!(numbers(store), 1);
}

#[cfg(feature = "postgres")]
#[test]
fn the_server_ends_sessions_that_stand_still() {
    #[derive(diesel::QueryableByName)]
    struct Setting {
        #[diesel(sql_type = diesel::sql_types::Text)]
        setting: String,
    }
    let Some(each) = super::test_support::postgres() else { return };
    let setting = |connection: &mut AnyConnection, name: &str| {
        let query = format!("SELECT current_setting('{name}') AS setting");
        let Setting { setting } = diesel::sql_query(query).get_result(connection)?;
        Ok(setting)
    };
    for (name, expected) in [("tcp_keepalives_idle", "3"), ("tcp_keepalives_count", "3"), ("tcp_user_timeout", "8000")]
    {
        assert_eq!(each.store.read(|c| setting(c, name)).unwrap(), expected, "{name}");
    }
    let writers = each.store.write(move |c| setting(c, "idle_in_transaction_session_timeout")).unwrap();
    assert_eq!(writers, "30s");
}

#[test]
fn the_last_search_counts() {
    for each in each_store() {
        for (second, outcome) in [(1, "WSRC0003"), (2, "WSRC0001")] {
            let search = searches::RecentSearch {
                organisation_id: 7,
                details: "d".to_owned(),
                at: moment(second),
                outcome: outcome.to_owned(),
            };
            each.store.add(Record { search: Some(search), ..Record::default() }).wait().unwrap();
        }
        let latest = || each.store.read(|c| searches::latest(c, 7, "d")).unwrap();
        assert_eq!(latest(), Some((moment(2), "WSRC0001".to_owned())));
        assert_eq!(each.store.read(|c| searches::latest(c, 8, "d")).unwrap(), None);
        let forget = Record { forget_searches_before: Some(moment(3)), ..Record::default() };
        each.store.add(forget).wait().unwrap();
        assert_eq!(latest(), None);
    }
}
