//! The comparisons of the crash test: the model's expectations against what the store holds and
//! what the service reports. What is missing is lost; what occurs too often is doubled.

use std::collections::BTreeMap;
use std::fmt::Debug;

use diesel::prelude::*;

use super::model::{Expected, Learner, Row, Series};
use super::{Accepted, Ordeal};
use crate::achievements::over;

/// The kind of their jobs: the other clients' batches are of another.
pub(super) const ACHIEVEMENTS: &str = "Achievement";

impl Ordeal<'_> {
    /// Every record of every job, with its stored result.
    pub(super) fn records(&self) -> Difference {
        let expected = self.expected().map(|(job, number, record)| (job, number, Some(record.code.clone())));
        let stored: Vec<(i64, i32, Option<String>)> = self.read(|store| {
            let result = job_results::job_id.eq(job_records::job_id).and(job_results::number.eq(job_records::number));
            let columns = (job_records::job_id, job_records::number, job_results::code.nullable());
            let there = job_records::table.inner_join(jobs::table).left_join(job_results::table.on(result));
            there.filter(jobs::state.ne("Receiving")).filter(jobs::kind.eq(ACHIEVEMENTS)).select(columns).load(store)
        });
        Difference::between(expected, stored)
    }

    pub(super) fn expected(&self) -> impl Iterator<Item = (i64, i32, &Expected)> {
        self.accepted.iter().flat_map(|Accepted { job, batch, .. }| {
            batch.expected.iter().zip(1..).map(|(record, number)| (*job, number, record))
        })
    }

    /// An audit line for every record: a chunk processed twice would have left two.
    pub(super) fn trail(&self) -> Difference {
        let expected = self.expected().map(|(_, _, record)| (Some(record.uln.clone()), record.code.clone()));
        let submissions = self.accepted.iter().map(|_| (None, "WSRC0007".to_owned()));
        let stored: Vec<(Option<String>, String)> = self.read(|store| {
            let lines = audit::table.filter(audit::action.eq("submit-achievements"));
            lines.select((audit::uln, audit::outcome)).load(store)
        });
        Difference::between(expected.chain(submissions), stored)
    }

    pub(super) fn stored(&self) -> Difference {
        use learning_events as events;
        let expected: Vec<Row> = self.series().flat_map(Series::rows).collect();
        let learners: Vec<&str> = self.series().flat_map(|each| &each.learners).map(|each| &*each.uln).collect();
        let stored: Vec<Row> = self.read(|store| {
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
        Difference::between(expected, stored)
    }

    /// What a provider sees of each learner.
    pub(super) fn events(&self) -> Difference {
        let live = self.series().flat_map(Series::rows).filter(|(.., status, _, _)| status != "W");
        let expected = live.map(|(uln, reference, date, status, _, grade)| {
            [uln, reference, date.map_or_else(String::new, |date| date.to_string()), status, grade.unwrap_or_default()]
        });
        let provider = self.deployment.provider();
        let mut seen = Vec::new();
        for Learner { person, uln } in self.series().flat_map(|each| &each.learners) {
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

    pub(super) fn counters(&self) -> Difference {
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

    pub(super) fn error_files(&self) -> Difference {
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
}

/// Whether a counter counts a code.
type Counts = fn(&str) -> bool;

/// The counters of GetAchievementBatchJob, and the codes that each counts.
const COUNTERS: &[(&str, Counts)] = &[
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

/// What is missing and what occurs too often; what differs counts as both.
pub(super) struct Difference {
    pub(super) compared: usize,
    pub(super) lost: Vec<String>,
    pub(super) doubled: Vec<String>,
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
        kind -> Text,
        state -> Text,
        records -> Integer,
    }
}

diesel::table! {
    job_results (job_id, number) {
        job_id -> BigInt,
        number -> Integer,
        code -> Text,
    }
}

diesel::table! {
    job_records (job_id, number) {
        job_id -> BigInt,
        number -> Integer,
    }
}

diesel::joinable!(job_records -> jobs (job_id));
diesel::allow_tables_to_appear_in_same_query!(jobs, job_records, job_results);

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
