//! Workers on real databases: threads that share a queue, nodes that share a database, and a worker
//! that stops in the middle.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{Observer, WorkerSettings, Workers};
use crate::domain::jobs::{Job, JobQuery, JobState, Submission};
use crate::domain::registrations::{JobType, RegistrationRow};
use crate::domain::{Administration, Clock, RuleSettings, Service};
use crate::store::jobs;
use crate::store::test_support::each_store;
use crate::test_world::World;

const SETTINGS: WorkerSettings = WorkerSettings { workers: 2, lease: Duration::from_secs(1) };

/// Worlds with a running clock, by which leases expire.
fn each_world(test: impl Fn(&World)) {
    for stored in each_store() {
        test(&World::new(stored, RuleSettings::default(), Clock::system()));
    }
}

fn submit(world: &World, node: &Service, rows: Vec<RegistrationRow>) {
    let submission =
        world.on_node(node, |caller| node.submit_registration(caller, JobType::Full, rows.len(), rows)).unwrap();
    assert!(matches!(submission, Submission::Accepted(_)));
}

/// Learners who are not confused with one another.
fn learners(batch: usize, count: usize) -> Vec<RegistrationRow> {
    let text = |text: String| Some(text);
    let word = |number: usize| -> String {
        [number / 676 % 26, number / 26 % 26, number % 26]
            .iter()
            .flat_map(|digit| [char::from(b'A' + u8::try_from(*digit).unwrap()), 'x', 'o'])
            .collect()
    };
    (0..count)
        .map(|number| RegistrationRow {
            given_name: text(format!("{}q", word(batch * 311 + number * 7))),
            family_name: text(word(batch * 1_000 + number)),
            date_of_birth: text(format!("{}-{:02}-{:02}", 1960 + number % 40, 1 + number % 12, 1 + batch % 28)),
            gender: text("1".to_owned()),
            postcode: text(format!("AB{} {}AA", 1 + number % 90, batch % 10)),
            ability_to_share: text("1".to_owned()),
            verification_type: text("1".to_owned()),
            ..RegistrationRow::default()
        })
        .collect()
}

fn all_jobs(admin: &Administration<'_>) -> Vec<Job> {
    admin.jobs(&JobQuery { limit: 100, ..JobQuery::default() }).unwrap().jobs
}

fn until_over(admin: &Administration<'_>, jobs: usize) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let all = all_jobs(admin);
        assert_eq!(all.len(), jobs);
        if all.iter().all(|job| job.state == JobState::Successful) {
            return;
        }
        assert!(all.iter().all(|job| job.state != JobState::Failed), "{all:?}");
        assert!(Instant::now() < deadline, "{all:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Every record has one code, and there are as many learners as were registered.
fn nothing_lost_nothing_doubled(admin: &Administration<'_>, records: usize) {
    let mut created = 0;
    let mut done = 0;
    for job in all_jobs(admin) {
        let report = admin.job(job.id).unwrap();
        let counted: i64 = report.counts.values().sum();
        assert_eq!(counted, i64::from(job.records));
        created += report.counts.get("RC001").copied().unwrap_or_default();
        done += usize::try_from(counted).unwrap();
    }
    assert_eq!(done, records);
    assert_eq!(admin.learner_count().unwrap(), created);
}

#[test]
fn workers_do_every_batch_and_count_the_records() {
    each_world(|world| {
        let service = &world.service;
        let counted = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&counted);
        let observer: Observer = Arc::new(move |_, records| {
            counter.fetch_add(records, Ordering::Relaxed);
        });
        let workers = Workers::start(service, SETTINGS, &observer).unwrap();
        for batch in 0..5 {
            submit(world, service, learners(batch, 100));
        }
        let admin = world.administration();
        until_over(&admin, 5);
        workers.stop();
        assert_eq!(counted.load(Ordering::Relaxed), 500);
        nothing_lost_nothing_doubled(&admin, 500);
    });
}

#[test]
fn a_worker_that_stops_gives_its_batch_to_the_next() {
    each_world(|world| {
        let service = &world.service;
        let quiet: Observer = Arc::new(|_, _| {});
        for batch in 0..3 {
            submit(world, service, learners(batch, 200));
        }
        for _ in 0..10 {
            let workers = Workers::start(service, SETTINGS, &quiet).unwrap();
            std::thread::sleep(Duration::from_millis(15));
            workers.stop();
        }
        let admin = world.administration();
        assert!(all_jobs(&admin).iter().all(|job| job.state != JobState::Failed));
        let workers = Workers::start(service, SETTINGS, &quiet).unwrap();
        until_over(&admin, 3);
        workers.stop();
        nothing_lost_nothing_doubled(&admin, 600);
    });
}

#[test]
fn two_nodes_share_one_database() {
    each_world(|world| {
        let first = &world.service;
        let second = world.another_node(RuleSettings::default());
        let quiet: Observer = Arc::new(|_, _| {});
        let workers = [first, &second].map(|node| Workers::start(node, SETTINGS, &quiet).unwrap());
        for batch in 0..4 {
            // Two batches of the same learners: each learner is registered once, whichever node is
            // first.
            submit(world, if batch % 2 == 0 { first } else { &second }, learners(batch / 2, 150));
        }
        let admin = world.administration();
        until_over(&admin, 4);
        for each in workers {
            each.stop();
        }
        nothing_lost_nothing_doubled(&admin, 600);
        assert!(admin.learner_count().unwrap() <= 300, "no learner was created twice");
    });
}

#[test]
fn workers_delete_the_records_of_batches_that_were_over_long_ago() {
    each_world(|world| {
        let first = &world.service;
        let quiet: Observer = Arc::new(|_, _| {});
        submit(world, first, learners(0, 20));
        let workers = Workers::start(first, SETTINGS, &quiet).unwrap();
        let admin = world.administration();
        until_over(&admin, 1);
        workers.stop();
        let job = all_jobs(&admin)[0].clone();
        let records = || first.store().read(|store| jobs::records(store, job.id, 0, 100)).unwrap().len();
        assert_eq!(records(), 20);

        let settings = RuleSettings { batch_records_kept: chrono::TimeDelta::zero(), ..RuleSettings::default() };
        let later = world.another_node(settings);
        let workers = Workers::start(&later, SETTINGS, &quiet).unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while records() > 0 {
            assert!(Instant::now() < deadline, "the records are still there");
            std::thread::sleep(Duration::from_millis(20));
        }
        workers.stop();
    });
}
