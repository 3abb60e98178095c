//! The guarantee of the trail: an acknowledged line survives a crash and reaches the table exactly
//! once, whichever process has the file open.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::model::{AuditEntry, Door};
use crate::store::{Store, StoreSettings};

fn open(folder: &Path) -> Store {
    let url = folder.join("lrs.db").display().to_string();
    let store = Store::open(&StoreSettings { url, readers: 2 }).unwrap();
    store.migrate().unwrap();
    store
}

fn entry(action: &str) -> AuditEntry {
    AuditEntry {
        at: NaiveDate::from_ymd_opt(2025, 6, 1).unwrap().and_hms_micro_opt(12, 0, 1, 123_456).unwrap(),
        organisation_id: Some(1),
        organisation_ref: "TEST0001".to_owned(),
        organisation_name: "Synthetic \"College\"\nof Zoë".to_owned(),
        user_name: "tester".to_owned(),
        certificate: None,
        door: Door::WebService,
        action: action.to_owned().into(),
        uln: None,
        outcome: "WSRC0004".to_owned(),
        record_shown: true,
        account_id: None,
        about_account_id: None,
    }
}

/// The actions of the lines in the table, sorted.
fn actions(store: &Store) -> Vec<String> {
    diesel::table! { audit (id) { id -> BigInt, action -> Text, } }
    store.read(|c| Ok(audit::table.select(audit::action).order(audit::action).load(c)?)).unwrap()
}

/// The database's files as a power cut would leave them.
fn crashed(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    copy
}

#[test]
fn a_durable_line_survives_a_crash_before_it_reached_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for number in 0..3 {
        store.record(vec![entry(&format!("early {number}"))]).wait().unwrap();
    }
    store.flush_trail().unwrap();
    assert_eq!(actions(&store), ["early 0", "early 1", "early 2"]);
    store.record(vec![entry("late 1"), entry("late 2")]).wait().unwrap();
    let copy = crashed(folder.path());
    let again = open(copy.path());
    again.flush_trail().unwrap();
    assert_eq!(actions(&again), ["early 0", "early 1", "early 2", "late 1", "late 2"], "each once");
}

#[test]
fn a_file_that_is_no_trail_is_kept_aside_and_a_new_one_begun() {
    for damage in [b"lrstrl1\n and then something else".to_vec(), vec![0xa5; 4_096], vec![1]] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("lrs.db-trail"), &damage).unwrap();
        let store = open(folder.path());
        store.record(vec![entry("after")]).wait().unwrap();
        store.flush_trail().unwrap();
        assert_eq!(actions(&store), ["after"]);
        let kept: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| path.to_string_lossy().contains("lrs.db-trail.damaged-"))
            .collect();
        let [kept] = kept.as_slice() else { panic!("{kept:?}") };
        assert_eq!(fs::read(kept).unwrap(), damage);
    }
    // Space preallocated before a crash is not damage.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("lrs.db-trail"), [0; 4_096]).unwrap();
    drop(open(folder.path()));
    assert_eq!(
        fs::read_dir(folder.path())
            .unwrap()
            .filter(|file| file.as_ref().unwrap().path().to_string_lossy().contains("damaged"))
            .count(),
        0
    );
}

#[test]
fn every_line_comes_into_the_table_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.record(vec![entry("alone")]).wait().unwrap();
    while actions(&store).is_empty() {
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(actions(&store), ["alone"]);
}

#[test]
fn many_lines_from_many_threads_come_once_each() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let expected: Vec<String> = (0..3_000).map(|number| format!("{number:04}")).collect();
    thread::scope(|scope| {
        for part in expected.chunks(500) {
            let store = store.clone();
            scope.spawn(move || {
                let tickets: Vec<_> = part.iter().map(|action| store.record(vec![entry(action)])).collect();
                tickets.into_iter().for_each(|ticket| ticket.wait().unwrap());
            });
        }
    });
    store.close();
    assert_eq!(fs::metadata(folder.path().join("lrs.db-trail")).unwrap().len(), 0, "nothing is left to move");
    assert_eq!(actions(&open(folder.path())), expected);
}

#[test]
fn a_second_process_writes_straight_into_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path());
    let second = open(folder.path());
    second.record(vec![entry("of the second")]).wait().unwrap();
    assert_eq!(actions(&second), ["of the second"]);
    first.record(vec![entry("of the first")]).wait().unwrap();
    first.flush_trail().unwrap();
    assert_eq!(actions(&first), ["of the first", "of the second"]);
}
