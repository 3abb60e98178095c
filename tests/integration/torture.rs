//! The crash test: the server and a worker are killed repeatedly, at any time, including during
//! submissions, while all doors are used: batches of achievements, and beside them registrations,
//! searches, changes and batches by the web service, changes at the portal, and imports by `lrs`.
//! Afterwards everything is compared with what was acknowledged, and for achievements with a model:
//! nothing may be lost or doubled. `make torture` runs it in full and prints its figures.

mod comparison;
mod model;

use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use learning_records::store::{Store, StoreSettings};

use crate::achievements::try_submit;
use crate::batches::{full_count, setup};
use crate::faults::Clients;
use crate::flows::Person;
use crate::harness::{Database, Deployment, on_both};
use comparison::{ACHIEVEMENTS, Difference, jobs};
use model::{Batch, Learner, Series};

/// The kills of a run other than `make torture`, and the records per batch.
const A_FEW: (u32, usize) = (4, 300);
/// The records per batch in a full run, so that some batches end between two kills.
const RECORDS: usize = 1_000;
const LEARNERS_OF_A_SERIES: usize = 40;
/// The approximate maximum lifetime of server and worker: a few batches' worth of chunks.
const LONGEST_LIFE: Duration = Duration::from_millis(1_500);
/// How long after a fault a call may still be carried out.
const CARRIED_OUT: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_secs(1_800);
/// Series that always have a batch in the queue; the others get one batch each, and the server is
/// killed while it is submitted.
const STEADY: usize = 2;

on_both! {
    fn achievements_survive_kills(database) {
        let (kills, records) = full_count().map_or(A_FEW, |kills| (kills, RECORDS));
        let deployment = Deployment::with(database, setup("1"));
        let clients = Clients::of(&deployment).that_lose_their_server().by_all_doors();
        let ordeal = clients.during(|| {
            let mut ordeal = Ordeal::begin(database, &deployment, records);
            while ordeal.kills() < kills || ordeal.has_yet_to_promote() {
                ordeal.submit_what_is_due();
                ordeal.kill_somebody();
            }
            ordeal
        });
        ordeal.end();
        clients.check();
    }
}

/// An accepted batch.
struct Accepted {
    job: i64,
    series: usize,
    batch: Batch,
}

/// A server with a worker, a separate worker process, and more batches than either could process
/// alone.
struct Ordeal<'d> {
    database: Database,
    deployment: &'d Deployment,
    worker: Child,
    store: Store,
    streams: Vec<Stream>,
    accepted: Vec<Accepted>,
    records: usize,
    /// How long an undisturbed submission takes.
    submission_takes: Duration,
    figures: Figures,
    begun: Instant,
}

/// A series, and what to send of it.
struct Stream {
    series: Series,
    /// Its last batch, once there is one.
    last: Option<i64>,
    /// What could not be submitted, because the server was killed.
    unsent: Option<Batch>,
}

#[derive(Default)]
struct Figures {
    of_server: u32,
    during_submissions: u32,
    of_worker: u32,
    of_both: u32,
    /// Submissions that failed and left nothing.
    nothing_left: u32,
    /// Submissions that were complete although no reply came.
    unanswered: u32,
}

impl<'d> Ordeal<'d> {
    fn begin(database: Database, deployment: &'d Deployment, records: usize) -> Ordeal<'d> {
        let store = Store::open(&StoreSettings { url: deployment.store_url(), readers: 1 }).expect("the store");
        let worker = deployment.spawn(&["worker", "--workers", "1"]);
        let mut ordeal = Ordeal {
            database,
            deployment,
            worker,
            store,
            streams: Vec::new(),
            accepted: Vec::new(),
            records,
            submission_takes: Duration::MAX,
            figures: Figures::default(),
            begun: Instant::now(),
        };
        for _ in 0..STEADY {
            ordeal.add_series();
        }
        ordeal
    }

    /// Registers learners for one series only, so that the order of jobs matters only within a
    /// series.
    fn add_series(&mut self) {
        let provider = self.deployment.provider();
        let learner = |_| {
            let person = Person::new();
            let uln = person.register(&provider, "1");
            Learner { person, uln }
        };
        let series = Series::new((0..LEARNERS_OF_A_SERIES).map(learner).collect(), self.streams.len() as u64);
        self.streams.push(Stream { series, last: None, unsent: None });
    }

    fn series(&self) -> impl Iterator<Item = &Series> {
        self.streams.iter().map(|stream| &stream.series)
    }

    fn kills(&self) -> u32 {
        let Figures { of_server, during_submissions, of_worker, of_both, .. } = self.figures;
        of_server + during_submissions + of_worker + of_both
    }

    /// Whether a steady series has not yet had a batch of each type.
    fn has_yet_to_promote(&self) -> bool {
        (0..STEADY).any(|series| self.accepted.iter().filter(|each| each.series == series).count() < 2)
    }

    /// Submits the next batch of each steady series whose last one has ended.
    fn submit_what_is_due(&mut self) {
        for number in 0..STEADY {
            if self.streams[number].last.is_some_and(|job| !self.is_over(job)) {
                continue;
            }
            let batch = self.streams[number].series.batch(self.records);
            self.submit(number, batch);
        }
    }

    /// Submits a batch without disturbing the server.
    fn submit(&mut self, series: usize, batch: Batch) {
        let awarding = self.deployment.awarding_organisation();
        loop {
            let begun = Instant::now();
            match try_submit(&awarding, "", batch.submission_type, &batch.records) {
                Ok((code, job)) => {
                    assert_eq!(code, "WSRC0007");
                    self.submission_takes = self.submission_takes.min(begun.elapsed());
                    return self.accept(series, batch, job.parse().expect("a number"));
                }
                // A machine with other work may be too slow for the time that a call has. Then it
                // may still be carried out.
                Err(error) => {
                    println!("a submission failed: {error}");
                    thread::sleep(CARRIED_OUT);
                    if let Some(job) = self.newest_job() {
                        self.figures.unanswered += 1;
                        return self.accept(series, batch, job);
                    }
                }
            }
        }
    }

    fn accept(&mut self, series: usize, batch: Batch, job: i64) {
        self.streams[series].last = Some(job);
        self.accepted.push(Accepted { job, series, batch });
    }

    /// Waits for a random time, then kills the server during a submission, the server, the worker,
    /// or both, in turn, and restarts them.
    fn kill_somebody(&mut self) {
        thread::sleep(LONGEST_LIFE.mul_f64(rand::random_range(0.0..1.0)));
        match self.kills() % 4 {
            0 => {
                self.kill_during_a_submission();
                self.figures.during_submissions += 1;
            }
            1 => {
                self.deployment.signal("-KILL");
                self.restart_server();
                self.figures.of_server += 1;
            }
            2 => {
                self.kill_worker();
                self.figures.of_worker += 1;
            }
            _ => {
                self.deployment.signal("-KILL");
                self.kill_worker();
                self.restart_server();
                self.figures.of_both += 1;
            }
        }
    }

    fn restart_server(&mut self) {
        self.deployment.restart();
    }

    fn kill_worker(&mut self) {
        self.worker.kill().expect("killed");
        self.worker.wait().expect("ended");
        self.worker = self.deployment.spawn(&["worker", "--workers", "1"]);
    }

    /// A batch that failed is resent next time, as a client would do.
    fn kill_during_a_submission(&mut self) {
        if self.streams.len() == STEADY || self.streams.last().is_some_and(|stream| stream.last.is_some()) {
            self.add_series();
        }
        let number = self.streams.len() - 1;
        let Stream { series, unsent, .. } = &mut self.streams[number];
        let batch = unsent.take().unwrap_or_else(|| series.batch(self.records));
        let deployment = self.deployment;
        // A busy server takes longer than the fastest submission: some kills should come after the
        // commit, and after the reply.
        let delay = self.submission_takes.mul_f64(rand::random_range(0.0..4.0));
        let answer = thread::scope(|scope| {
            let submission = scope.spawn(|| {
                let awarding = deployment.awarding_organisation();
                try_submit(&awarding, "", batch.submission_type, &batch.records).ok()
            });
            thread::sleep(delay);
            deployment.signal("-KILL");
            submission.join().expect("no panic")
        });
        self.restart_server();
        let answered = answer.map(|(code, job)| {
            assert_eq!(code, "WSRC0007");
            job.parse().expect("a number")
        });
        // Without a reply, the job exists completely or not at all.
        match answered.or_else(|| self.newest_job()) {
            Some(job) => {
                self.figures.unanswered += u32::from(answered.is_none());
                self.accept(number, batch, job);
            }
            None => {
                self.figures.nothing_left += 1;
                self.streams[number].unsent = Some(batch);
            }
        }
    }

    fn is_over(&self, job: i64) -> bool {
        let (state, _) = self.state_of(job);
        assert!(["Waiting", "InProgress", "Successful"].contains(&&*state), "job {job} is {state}");
        state == "Successful"
    }

    fn state_of(&self, job: i64) -> (String, i32) {
        self.read(|store| jobs::table.find(job).select((jobs::state, jobs::records)).first(store))
    }

    /// A job newer than all that are known; it has all its records.
    fn newest_job(&self) -> Option<i64> {
        let known = self.accepted.iter().map(|each| each.job).max().unwrap_or_default();
        let found: Vec<(i64, i32)> = self.read(|store| {
            let there = jobs::table.filter(jobs::id.gt(known)).filter(jobs::kind.eq(ACHIEVEMENTS));
            let there = there.filter(jobs::state.ne("Receiving"));
            there.select((jobs::id, jobs::records)).load(store)
        });
        assert!(found.len() < 2, "one submission, and the jobs {found:?}");
        found.first().map(|(job, records)| {
            assert_eq!(usize::try_from(*records), Ok(self.records), "job {job} is not whole");
            *job
        })
    }

    fn read<T>(&self, query: impl Fn(&mut learning_records::store::AnyConnection) -> QueryResult<T>) -> T {
        self.store.read(|store| Ok(query(store)?)).expect("the store answers")
    }

    /// Sends what is left, lets everything finish, compares, prints the figures, and only then
    /// fails.
    fn end(mut self) {
        for number in 0..self.streams.len() {
            if let Some(batch) = self.streams[number].unsent.take() {
                self.submit(number, batch);
            }
        }
        let deadline = Instant::now() + PATIENCE;
        while !self.accepted.iter().all(|each| self.is_over(each.job)) {
            assert!(Instant::now() < deadline, "the batches do not end");
            thread::sleep(Duration::from_millis(200));
        }
        let verified = self.deployment.lrs(&["audit", "verify"]);
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
        let compared = [
            ("records", self.records()),
            ("lines of the trail", self.trail()),
            ("achievements in the store", self.stored()),
            ("learning events", self.events()),
            ("counters", self.counters()),
            ("lines of error files", self.error_files()),
        ];
        self.print(&compared);
        for (what, difference) in compared {
            let Difference { lost, doubled, .. } = difference;
            let some = |of: &[String]| of.iter().take(20).cloned().collect::<Vec<_>>();
            assert!(
                lost.is_empty() && doubled.is_empty(),
                "{what}: lost {:#?}\ndoubled {:#?}\nand perhaps more",
                some(&lost),
                some(&doubled)
            );
        }
    }

    fn print(&self, compared: &[(&str, Difference)]) {
        let Figures { of_server, during_submissions, of_worker, of_both, nothing_left, unanswered } = &self.figures;
        println!("crash test on {:?}: {} kills in {} s", self.database, self.kills(), self.begun.elapsed().as_secs());
        println!(
            "  of the server {of_server}, of the server during a submission {during_submissions}, of a worker process {of_worker}, of both at once {of_both}"
        );
        let promoted = self.expected().filter(|(_, _, record)| record.code == "promoted-F").count();
        println!(
            "  batches {}, records {}, of which promoted {promoted}",
            self.accepted.len(),
            self.expected().count()
        );
        println!(
            "  submissions that broke off: {nothing_left} left nothing, {unanswered} were complete though nobody heard"
        );
        for (what, Difference { compared, lost, doubled }) in compared {
            println!("  {what}: {compared} compared, {} lost, {} doubled", lost.len(), doubled.len());
        }
    }
}

impl Drop for Ordeal<'_> {
    fn drop(&mut self) {
        let _ = self.worker.kill();
        let _ = self.worker.wait();
    }
}
