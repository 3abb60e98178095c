//! The guarantee of the cache: a call that uses it sees all acknowledged changes, also
//! those of other processes.

#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicBool, AtomicI32};
use std::thread;

use super::*;
use crate::model::SearchKeys;
use crate::model::test_support::learner;
use crate::store::learners::{by_uln, insert, mark_masters, replace};
use crate::store::test_support::{each_store, sqlite};
use crate::store::{Store, StoreError, Transaction};

fn keys() -> SearchKeys {
    SearchKeys {
        given: String::new(),
        preferred_given: None,
        family: String::new(),
        previous_family: None,
        family_at_16: None,
        postcode: String::new(),
        outward: String::new(),
        given_phonetic: String::new(),
        family_phonetic: String::new(),
    }
}

/// Adds synthetic learners, all of version 1.
fn populate(store: &Store, count: usize) -> Vec<Uln> {
    let ulns: Vec<Uln> = (927_630_868..).filter_map(Uln::from_stem).take(count).collect();
    let people: Vec<_> = ulns.iter().map(|uln| learner(*uln)).collect();
    store.write(move |c| people.iter().try_for_each(|learner| insert(c, learner, &keys()).map(drop))).unwrap();
    ulns
}

fn change(store: &Store, uln: Uln) {
    store
        .write(move |c| {
            let mut stored = by_uln(c, uln)?.unwrap();
            let version = stored.learner.version;
            stored.learner.version += 1;
            assert!(replace(c, &stored, &keys(), version)?);
            Ok(())
        })
        .unwrap();
}

fn version(store: &Store, uln: Uln) -> i32 {
    store.learner(uln).unwrap().unwrap().learner.version
}

/// Reads the learner until it is cached.
fn remember(store: &Store, uln: Uln) {
    let memory = store.inner.memory.as_ref().unwrap();
    while memory.get(uln, || store.inner.writer.compare()).is_none() {
        store.learner(uln).unwrap();
        thread::yield_now();
    }
}

#[test]
fn an_acknowledged_change_is_what_everybody_finds() {
    let each = sqlite();
    let ulns = populate(&each.store, 4);
    let acknowledged: Vec<AtomicI32> = ulns.iter().map(|_| AtomicI32::new(1)).collect();
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !ended.load(Ordering::Acquire) {
                    for (uln, acknowledged) in ulns.iter().zip(&acknowledged) {
                        let least = acknowledged.load(Ordering::Acquire);
                        assert!(version(&each.store, *uln) >= least);
                    }
                }
            });
        }
        for round in 2..200 {
            for (uln, acknowledged) in ulns.iter().zip(&acknowledged) {
                change(&each.store, *uln);
                acknowledged.store(round, Ordering::Release);
            }
        }
        remember(&each.store, *ulns.first().unwrap());
        ended.store(true, Ordering::Release);
    });
}

#[test]
fn a_change_that_failed_is_found_by_nobody() {
    let each = sqlite();
    let uln = *populate(&each.store, 1).first().unwrap();
    remember(&each.store, uln);
    let failed: Result<(), _> = each.store.write(move |c| {
        let mut stored = by_uln(c, uln)?.unwrap();
        stored.learner.version = 9;
        replace(c, &stored, &keys(), 1)?;
        Err(StoreError::Overtaken)
    });
    assert!(failed.is_err());
    assert_eq!(version(&each.store, uln), 1);
}

#[test]
fn a_change_of_many_is_a_change_of_each() {
    let each = sqlite();
    let ulns = populate(&each.store, 2);
    let (master, merged) = (ulns.first().copied().unwrap(), ulns.last().copied().unwrap());
    let merge = move |c: &mut Transaction<'_>| {
        let mut stored = by_uln(c, merged)?.unwrap();
        stored.learner.master = Some(master);
        replace(c, &stored, &keys(), 1)
    };
    assert!(each.store.write(merge).unwrap());
    remember(&each.store, master);
    each.store.write(mark_masters).unwrap();
    assert!(each.store.learner(master).unwrap().unwrap().has_linked);
    remember(&each.store, master);
    each.store.write(crate::store::wipe).unwrap();
    assert!(each.store.learner(master).unwrap().is_none());
}

#[test]
fn what_another_process_changes_is_found_soon() {
    let each = sqlite();
    let uln = *populate(&each.store, 1).first().unwrap();
    let other = each.reopened();
    for round in 2..5 {
        remember(&each.store, uln);
        change(&other, uln);
        let changed = Instant::now();
        while version(&each.store, uln) < round {
            assert!(changed.elapsed() < Duration::from_secs(20), "it is never found");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn while_nothing_can_be_compared_nobody_is_remembered() {
    let memory = LearnerMemory::new();
    let each = sqlite();
    let uln = *populate(&each.store, 1).first().unwrap();
    let stored = each.store.read(|c| by_uln(c, uln)).unwrap().unwrap();
    memory.keep(memory.before().unwrap(), &stored);
    let mut asked = 0;
    for _ in 0..3 {
        assert!(memory.get(uln, || asked += 1).is_none());
    }
    assert_eq!(asked, 1, "one comparison at a time");
    memory.compared(Some(memory.now()));
    assert!(memory.get(uln, || asked += 1).is_some());
    thread::sleep(FRESH);
    assert!(memory.get(uln, || asked += 1).is_none(), "the comparison is too long ago");
    assert_eq!(asked, 2);
}

#[test]
fn nobody_who_was_read_before_a_commit_is_remembered_after_it() {
    let memory = LearnerMemory::new();
    memory.compared(Some(memory.now()));
    let each = sqlite();
    let uln = *populate(&each.store, 1).first().unwrap();
    let stored = each.store.read(|c| by_uln(c, uln)).unwrap().unwrap();
    let before = memory.before().unwrap();
    let committing = memory.commit(&Changed::These(vec![uln]));
    assert!(memory.before().is_none());
    memory.keep(before, &stored);
    drop(committing);
    memory.keep(before, &stored);
    assert!(memory.get(uln, || ()).is_none());
}

#[test]
fn both_databases_find_the_same() {
    for each in each_store() {
        let uln = *populate(&each.store, 1).first().unwrap();
        for expected in 1..4 {
            assert_eq!(version(&each.store, uln), expected);
            change(&each.store, uln);
        }
        assert_eq!(each.store.inner.memory.is_some(), each.store.is_embedded());
    }
}
