//! The crash test: batches of achievements while the server and a worker are killed again and again, at any moment, submissions included.
//! Afterwards the records, the counters, the error files, the trail and the learning events are compared with a model: nothing may be lost
//! and nothing doubled. `make torture` runs it at full length and prints its figures.

mod model;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use learning_records::store::{Store, StoreSettings};

use crate::achievements::{over, try_submit};
use crate::batches::{full_count, setup};
use crate::flows::Person;
use crate::harness::{Database, Deployment, on_both};
use model::{Batch, Learner, Row, Series};

/// Kills of a run that is not `make torture`, and records of its batches.
const A_FEW: (u32, usize) = (4, 1_500);
/// Records of a batch at full length: as many as there may be.
const MOST_RECORDS: usize = 10_000;
const LEARNERS_OF_A_SERIES: usize = 40;
/// The longest that server and worker live, about: a few batches' worth of chunks.
const LONGEST_LIFE: Duration = Duration::from_millis(2_500);
const PATIENCE: Duration = Duration::from_secs(600);

on_both! {
    fn achievements_survive_kills(database) {
        let (kills, records) = full_count().map_or(A_FEW, |kills| (kills, MOST_RECORDS));
        let mut ordeal = Ordeal::begin(database, records);
        while ordeal.kills() < kills || ordeal.has_yet_to_promote() {
            ordeal.submit_what_is_due();
            ordeal.kill_somebody();
        }
        ordeal.end();
    }
}

/// A batch that was accepted.
struct Accepted {
    job: i64,
    series: usize,
    batch: Batch,
}

/// A server with a worker of its own, a worker process beside it, and two series of batches, so that both have something to do.
struct Ordeal {
    database: Database,
    deployment: Deployment,
    worker: Child,
    store: Store,
    series: [Series; 2],
    accepted: Vec<Accepted>,
    /// The last batch of each series, while nobody knows that it is over.
    open: [Option<i64>; 2],
    /// What could not be submitted, because the server was killed.
    unsent: [Option<Batch>; 2],
    records: usize,
    submissions: u32,
    /// How long the last submission took that nobody disturbed.
    submission_takes: Duration,
    figures: Figures,
    begun: Instant,
}

#[derive(Default)]
struct Figures {
    of_server: u32,
    during_submissions: u32,
    of_worker: u32,
    of_both: u32,
    /// Submissions that broke off and left nothing.
    nothing_left: u32,
    /// Submissions that were complete although the answer never came.
    unanswered: u32,
}

impl Ordeal {
    fn begin(database: Database, records: usize) -> Ordeal {
        let deployment = Deployment::with(database, setup("1"));
        let store = Store::open(&StoreSettings { url: deployment.store_url(), readers: 1 }).expect("the store");
        let provider = deployment.provider();
        let learner = |_| {
            let person = Person::new();
            let uln = person.register(&provider, "1");
            Learner { person, uln }
        };
        let series = |seed| Series::new((0..LEARNERS_OF_A_SERIES).map(learner).collect(), seed);
        let series = [series(1), series(2)];
        let worker = deployment.spawn(&["worker", "--workers", "1"]);
        Ordeal {
            database,
            deployment,
            worker,
            store,
            series,
            accepted: Vec::new(),
            open: [None, None],
            unsent: [None, None],
            records,
            submissions: 0,
            submission_takes: Duration::from_secs(1),
            figures: Figures::default(),
            begun: Instant::now(),
        }
    }

    fn kills(&self) -> u32 {
        let Figures { of_server, during_submissions, of_worker, of_both, .. } = self.figures;
        of_server + during_submissions + of_worker + of_both
    }

    /// Whether a series has had no batch of each type yet.
    fn has_yet_to_promote(&self) -> bool {
        (0..self.series.len()).any(|series| self.accepted.iter().filter(|each| each.series == series).count() < 2)
    }

    /// A series whose last batch is over gets the next one. Every third submission is one during which the server is killed.
    fn submit_what_is_due(&mut self) {
        for number in 0..self.series.len() {
            if self.open[number].is_some_and(|job| !self.is_over(job)) {
                continue;
            }
            self.open[number] = None;
            let batch = self.unsent[number].take().unwrap_or_else(|| self.series[number].batch(self.records));
            self.submissions += 1;
            let answer =
                if self.submissions.is_multiple_of(3) { self.disturbed(&batch) } else { self.left_alone(&batch) };
            let job = match answer {
                Some(job) => Some(job),
                // Nobody heard how it ended: the job is there as a whole, or not at all.
                None => self.newest_job(),
            };
            match job {
                Some(job) => {
                    self.figures.unanswered += u32::from(answer.is_none());
                    self.open[number] = Some(job);
                    self.accepted.push(Accepted { job, series: number, batch });
                }
                None => {
                    self.figures.nothing_left += 1;
                    self.unsent[number] = Some(batch);
                }
            }
        }
    }

    fn left_alone(&mut self, batch: &Batch) -> Option<i64> {
        let begun = Instant::now();
        let awarding = self.deployment.awarding_organisation();
        let (code, job) = try_submit(&awarding, "", batch.submission_type, &batch.records).expect("an answer");
        assert_eq!(code, "WSRC0007");
        self.submission_takes = begun.elapsed();
        Some(job.parse().expect("a number"))
    }

    /// Submits a batch and kills the server meanwhile, or just before or after its answer.
    fn disturbed(&mut self, batch: &Batch) -> Option<i64> {
        let deployment = &self.deployment;
        let delay = self.submission_takes.mul_f64(rand::random_range(0.0..1.1));
        let answer = thread::scope(|scope| {
            let submission = scope.spawn(|| {
                let awarding = deployment.awarding_organisation();
                try_submit(&awarding, "", batch.submission_type, &batch.records).ok()
            });
            thread::sleep(delay);
            deployment.signal("-KILL");
            submission.join().expect("no panic")
        });
        self.figures.during_submissions += 1;
        self.deployment.ended();
        self.deployment.launch();
        answer.map(|(code, job)| {
            assert_eq!(code, "WSRC0007");
            job.parse().expect("a number")
        })
    }

    /// Waits for a random while, then kills the server, the worker, or both at once, and starts them again.
    fn kill_somebody(&mut self) {
        thread::sleep(LONGEST_LIFE.mul_f64(rand::random_range(0.0..1.0)));
        let (server, worker) = [(true, false), (false, true), (true, true)][rand::random_range(0..3)];
        if server {
            self.deployment.signal("-KILL");
        }
        if worker {
            self.worker.kill().expect("killed");
            self.worker.wait().expect("ended");
            self.worker = self.deployment.spawn(&["worker", "--workers", "1"]);
        }
        if server {
            self.deployment.ended();
            self.deployment.launch();
        }
        match (server, worker) {
            (true, true) => self.figures.of_both += 1,
            (true, false) => self.figures.of_server += 1,
            (false, _) => self.figures.of_worker += 1,
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

    /// A job that came in after all that are known; it has all its records.
    fn newest_job(&self) -> Option<i64> {
        let known = self.accepted.iter().map(|each| each.job).max().unwrap_or_default();
        let found: Vec<(i64, i32)> = self.read(|store| {
            let there = jobs::table.filter(jobs::id.gt(known)).filter(jobs::state.ne("Receiving"));
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

    /// Lets everything finish, compares, prints the figures, and only then complains.
    fn end(mut self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.accepted.iter().all(|each| self.is_over(each.job)) {
            assert!(Instant::now() < deadline, "the batches do not end");
            thread::sleep(Duration::from_millis(200));
        }
        let compared = [
            ("records", self.records()),
            ("lines of the trail", self.trail()),
            ("achievements in the store", self.stored()),
            ("learning events", self.events()),
            ("counters", self.counters()),
            ("lines of error files", self.error_files()),
        ];
        self.worker.kill().expect("killed");
        self.worker.wait().expect("ended");
        self.print(&compared);
        for (what, difference) in compared {
            assert_eq!((difference.lost.len(), difference.doubled.len()), (0, 0), "{what}: {difference:?}");
        }
    }

    /// Every record of every job, with what is kept of it.
    fn records(&self) -> Difference {
        let expected = self.expected().map(|(job, number, record)| (job, number, Some(record.code.clone())));
        let stored: Vec<(i64, i32, Option<String>)> = self.read(|store| {
            let columns = (job_records::job_id, job_records::number, job_records::code);
            let there = job_records::table.inner_join(jobs::table).filter(jobs::state.ne("Receiving"));
            there.select(columns).load(store)
        });
        Difference::between(expected, stored)
    }

    fn expected(&self) -> impl Iterator<Item = (i64, i32, &model::Expected)> {
        self.accepted.iter().flat_map(|Accepted { job, batch, .. }| {
            batch.expected.iter().zip(1..).map(|(record, number)| (*job, number, record))
        })
    }

    /// A line for every record: a chunk that was done twice would have left two.
    fn trail(&self) -> Difference {
        let expected = self.expected().map(|(_, _, record)| (Some(record.uln.clone()), record.code.clone()));
        let submissions = self.accepted.iter().map(|_| (None, "WSRC0007".to_owned()));
        let stored: Vec<(Option<String>, String)> = self.read(|store| {
            let lines = audit::table.filter(audit::action.eq("SubmitAchievementBatchJob"));
            lines.select((audit::uln, audit::outcome)).load(store)
        });
        Difference::between(expected.chain(submissions), stored)
    }

    fn stored(&self) -> Difference {
        use learning_events as events;
        let expected: Vec<Row> = self.series.iter().flat_map(Series::rows).collect();
        let learners: Vec<&str> = self.series.iter().flat_map(|each| &each.learners).map(|each| &*each.uln).collect();
        let stored: Vec<(String, String, Option<chrono::NaiveDate>, String, Option<String>, Option<String>)> = self
            .read(|store| {
                let columns = (
                    events::uln,
                    events::subject_code,
                    events::achievement_award_date,
                    events::status,
                    events::withdrawn_from,
                    events::grade,
                );
                events::table.filter(events::uln.eq_any(&learners)).select(columns).load(store)
            });
        let stored = stored.into_iter().map(|(uln, reference, date, status, from, grade)| {
            (uln, reference, date.map(|date| date.to_string()).unwrap_or_default(), status, from, grade)
        });
        Difference::between(expected, stored)
    }

    /// What a provider sees of each learner.
    fn events(&self) -> Difference {
        let live = self.series.iter().flat_map(Series::rows).filter(|(.., status, _, _)| status != "W");
        let expected = live
            .map(|(uln, reference, date, status, _, grade)| [uln, reference, date, status, grade.unwrap_or_default()]);
        let provider = self.deployment.provider();
        let mut seen = Vec::new();
        for Learner { person, uln } in self.series.iter().flat_map(|each| &each.learners) {
            let envelope = provider.credentials().learning_events("ORG", "FULL", uln, &person.given, &person.family);
            let answer = provider.post("LearnerServiceR9", &envelope).result();
            let events = answer.find("GetLearnerLearningEventsResult/LearnerRecord").expect("a record");
            seen.extend(events.children.iter().map(|event| {
                let [reference, date, status, grade] = ["SubjectCode", "AchievementAwardDate", "Status", "Grade"]
                    .map(|name| event.value(name).unwrap_or_default().to_owned());
                [uln.clone(), reference, date, status, grade]
            }));
        }
        Difference::between(expected, seen)
    }

    fn counters(&self) -> Difference {
        let awarding = self.deployment.awarding_organisation();
        let (mut expected, mut told) = (Vec::new(), Vec::new());
        for Accepted { job, batch, .. } in &self.accepted {
            let report = over(&awarding, &job.to_string());
            for (name, counts) in COUNTERS {
                let count = batch.expected.iter().filter(|record| counts(&record.code)).count();
                expected.push((*job, *name, count.to_string()));
                told.push((*job, *name, report.value(name).unwrap_or("absent").to_owned()));
            }
        }
        Difference::between(expected, told)
    }

    fn error_files(&self) -> Difference {
        let awarding = self.deployment.awarding_organisation();
        let refused = self.expected().filter(|(_, _, record)| !record.code.contains('-'));
        let expected =
            refused.map(|(job, number, record)| (job, number.to_string(), record.uln.clone(), record.code.clone()));
        let mut told = Vec::new();
        for Accepted { job, .. } in &self.accepted {
            let report = over(&awarding, &job.to_string());
            let file = report.value("AchievementBatchErrorFile").unwrap_or_default();
            let mut reader = csv::Reader::from_reader(file.as_bytes());
            told.extend(reader.records().map(|line| {
                let line = line.expect("a line");
                (*job, line[0].to_owned(), line[2].to_owned(), line[5].to_owned())
            }));
        }
        Difference::between(expected, told)
    }

    fn print(&self, compared: &[(&str, Difference)]) {
        let Figures { of_server, during_submissions, of_worker, of_both, nothing_left, unanswered } = &self.figures;
        println!("crash test on {:?}: {} kills in {} s", self.database, self.kills(), self.begun.elapsed().as_secs());
        println!(
            "  of the server {of_server}, of the server during a submission {during_submissions}, of a worker process {of_worker}, of both at once {of_both}"
        );
        let promoted = self.expected().filter(|(_, _, record)| record.code == "promoted-F").count();
        let by_series = [0, 1].map(|series| self.accepted.iter().filter(|each| each.series == series).count());
        println!(
            "  batches {} ({by_series:?} by series), records {}, of which promoted {promoted}",
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

/// The counters of GetAchievementBatchJob, and which codes each counts.
const COUNTERS: &[(&str, fn(&str) -> bool)] = &[
    ("NumberOfRecords", |_| true),
    ("AchievementsCreated", |code| code.starts_with("created")),
    ("AchievementsUpdated", |code| code.starts_with("updated")),
    ("AchievementsPromotedToFinal", |code| code.starts_with("promoted")),
    ("AchievementsWithdrawn", |code| code.starts_with("withdrawn")),
    ("AchievementsReinstated", |code| code.starts_with("reinstated")),
    ("SuccessfulProvisionalAchievements", |code| code.ends_with("-P")),
    ("SuccessfulFinalAchievements", |code| code.ends_with("-F")),
    ("FieldDataErrors", |code| code.starts_with('F')),
    ("LearnerDataErrors", |code| code.starts_with('L')),
    ("BusinessRuleErrors", |code| code.starts_with('B')),
];

/// What is missing and what is there too often, whatever is compared; what is there in another form is both.
#[derive(Debug)]
struct Difference {
    compared: usize,
    lost: Vec<String>,
    doubled: Vec<String>,
}

impl Difference {
    fn between<T: Ord + Debug>(
        expected: impl IntoIterator<Item = T>,
        found: impl IntoIterator<Item = T>,
    ) -> Difference {
        let mut balance: BTreeMap<T, isize> = BTreeMap::new();
        let mut compared = 0;
        for each in expected {
            *balance.entry(each).or_default() += 1;
            compared += 1;
        }
        for each in found {
            *balance.entry(each).or_default() -= 1;
        }
        let (mut lost, mut doubled) = (Vec::new(), Vec::new());
        for (each, balance) in balance {
            let there = if balance > 0 { &mut lost } else { &mut doubled };
            there.extend(std::iter::repeat_n(format!("{each:?}"), balance.unsigned_abs()));
        }
        Difference { compared, lost, doubled }
    }
}

#[test]
fn a_difference_tells_what_is_lost_and_what_is_doubled() {
    let Difference { compared, lost, doubled } = Difference::between(["a", "b", "c"], ["b", "c", "c"]);
    assert_eq!((compared, lost, doubled), (3, vec!["\"a\"".to_owned()], vec!["\"c\"".to_owned()]));
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        state -> Text,
        records -> Integer,
    }
}

diesel::table! {
    job_records (job_id, number) {
        job_id -> BigInt,
        number -> Integer,
        code -> Nullable<Text>,
    }
}

diesel::joinable!(job_records -> jobs (job_id));
diesel::allow_tables_to_appear_in_same_query!(jobs, job_records);

diesel::table! {
    audit (id) {
        id -> BigInt,
        action -> Text,
        uln -> Nullable<Text>,
        outcome -> Text,
    }
}

diesel::table! {
    learning_events (id) {
        id -> BigInt,
        uln -> Text,
        status -> Text,
        subject_code -> Text,
        achievement_award_date -> Nullable<Date>,
        withdrawn_from -> Nullable<Text>,
        grade -> Nullable<Text>,
    }
}
