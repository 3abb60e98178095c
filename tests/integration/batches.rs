//! Batches through the web service, and what a crash does to them: nothing is lost, nothing is done
//! twice, and the order is kept.
//!
//! `LRS_TEST_KILLS` sets how often the server and the workers are killed (a few times by default).

use std::collections::BTreeSet;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use crate::flows::{Person, borrowed};
use crate::harness::message::{VERIFY, elements};
use crate::harness::tree::Node;
use crate::harness::{Answer, Database, Deployment, Setup, on_both};

const LS: &str = "LearnerService";
const PATIENCE: Duration = Duration::from_secs(240);

/// The fields of a learner, by name.
type Learner = Vec<(&'static str, String)>;

/// A learner for a batch, in the order of `BatchLearner`, which differs from that of a
/// registration.
fn learner(person: &Person, name: &str) -> Learner {
    vec![
        ("MISIdentifier", name.to_owned()),
        ("GivenName", person.given.clone()),
        ("FamilyName", person.family.clone()),
        ("LastKnownPostCode", person.postcode.to_owned()),
        ("DateOfBirth", person.born.to_owned()),
        ("Gender", person.gender.to_owned()),
        ("AbilityToShare", "1".to_owned()),
        ("VerificationType", "0".to_owned()),
    ]
}

/// Learners whom no search confuses: each has a birthday of their own, and those with near
/// birthdays live elsewhere.
pub fn crowd(count: usize, first_day: usize) -> Vec<Learner> {
    (0..count)
        .map(|number| {
            let mut fields = learner(&Person::new(), &format!("MIS-{number}"));
            let day = first_day + number;
            let born = format!("{}-{:02}-{:02}", 1930 + day / 300 % 78, 1 + day / 25 % 12, 1 + day % 25);
            for (name, value) in &mut fields {
                match *name {
                    "DateOfBirth" => value.clone_from(&born),
                    "LastKnownPostCode" => *value = format!("ZZ{} 3WZ", 1 + day % 98),
                    _ => {}
                }
            }
            fields
        })
        .collect()
}

pub fn submit(deployment: &Deployment, job_type: &str, learners: &[Learner]) -> String {
    let provider = deployment.provider();
    let answer = provider.post(LS, &provider.credentials().submit_batch(job_type, learners));
    assert_eq!(answer.code(), "WSRC0007", "{}", answer.text());
    answer.value("JobID")
}

fn output(deployment: &Deployment, job: &str) -> Answer {
    let provider = deployment.provider();
    provider.post(LS, &provider.credentials().batch_output(job))
}

pub fn finished(deployment: &Deployment, job: &str) -> Answer {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = output(deployment, job);
        match answer.code().as_str() {
            "WSRC0009" => return answer,
            "WSRC0008" => {}
            other => panic!("job {job} came to {other}: {}", answer.text()),
        }
        assert!(Instant::now() < deadline, "job {job} is not over");
        thread::sleep(Duration::from_millis(50));
    }
}

pub fn learners_of(answer: &Answer) -> Vec<Node> {
    answer.result().children.into_iter().filter(|node| node.name == "Learner").collect()
}

fn text<'n>(node: &'n Node, name: &str) -> &'n str {
    node.value(name).unwrap_or_default()
}

/// Every learner was created once: the outputs hold all of them in order, no ULN occurs twice, and
/// a check finds each exactly once.
fn nothing_lost_nothing_doubled(deployment: &Deployment, sent: &[(String, Vec<Learner>)]) {
    let mut numbers = BTreeSet::new();
    for (job, learners) in sent {
        let answer = finished(deployment, job);
        let records = learners_of(&answer);
        assert_eq!(records.len(), learners.len());
        for (record, fields) in records.iter().zip(learners) {
            for (name, value) in fields {
                assert_eq!(text(record, name), value, "job {job}");
            }
            assert_eq!(text(record, "ReturnCode"), "RC001", "job {job}");
            assert!(numbers.insert(text(record, "ULN").to_owned()), "a number was issued twice");
        }
        assert_eq!(answer.value("NewLearnersCount"), learners.len().to_string());
    }
    for (job, learners) in sent {
        let created = finished(deployment, job);
        let checked = finished(deployment, &submit(deployment, "CHK", learners));
        for (checked, created) in learners_of(&checked).iter().zip(learners_of(&created)) {
            assert_eq!((text(checked, "ReturnCode"), text(checked, "ULN")), ("RC002", text(&created, "ULN")));
        }
    }
}

fn kills() -> u32 {
    full_count().unwrap_or(3)
}

/// The number of kills that `LRS_TEST_KILLS` requests.
pub fn full_count() -> Option<u32> {
    std::env::var("LRS_TEST_KILLS").ok().map(|text| text.parse().expect("LRS_TEST_KILLS is a number"))
}

/// A server with this many workers, whose jobs are taken over soon after they die.
pub fn setup(workers: &str) -> Setup {
    Setup { environment: vec![("LRS_JOBS_WORKERS", workers.to_owned()), ("LRS_JOBS_LEASE_S", "1".to_owned())] }
}

/// Up to an eighth of a second, varying: mostly in the middle of a batch.
fn a_while(number: u32) -> Duration {
    Duration::from_millis(u64::from(number.wrapping_mul(2_654_435_761) >> 25))
}

fn submitted(deployment: &Deployment, count: usize, first_day: usize) -> (String, Vec<Learner>) {
    let learners = crowd(count, first_day);
    (submit(deployment, "FUL", &learners), learners)
}

on_both! {
    fn a_batch_comes_back_in_order_with_its_counts(database) {
        let deployment = Deployment::shared(database);
        let (ada, known) = (Person::new(), Person::new());
        let uln = known.register(&deployment.provider(), "1");
        let mut by_number = learner(&known, "by number");
        by_number.insert(0, ("ULN", uln.clone()));
        let mut incomplete = learner(&Person::new(), "incomplete");
        incomplete.retain(|(name, _)| *name != "Gender");
        let with = |mut fields: Learner, name: &str, value: &str| {
            fields.retain(|(known, _)| *known != name);
            let name = if name == "ULN" { "ULN" } else { "LastKnownPostCode" };
            let place = if name == "ULN" { 0 } else { 3 };
            fields.insert(place, (name, value.to_owned()));
            fields
        };
        let similar = with(learner(&known, "similar"), "LastKnownPostCode", "ZZ99 9ZZ");
        let unknown = with(learner(&known, "unknown"), "ULN", "1000000019");
        let anothers = with(learner(&Person::new(), "another's"), "ULN", &uln);
        let sent = [
            learner(&ada, "new"), learner(&ada, "again"), by_number,
            similar.clone(), similar.clone(), similar,
            unknown.clone(), unknown, anothers.clone(), anothers,
            incomplete.clone(), incomplete.clone(), incomplete.clone(), incomplete.clone(), incomplete,
        ];
        let answer = finished(deployment, &submit(deployment, "FUL", &sent));
        let records = learners_of(&answer);
        let codes: Vec<&str> = records.iter().map(|record| text(record, "ReturnCode")).collect();
        let incomplete = ["RC006"; 5];
        assert_eq!(codes[..10], ["RC001", "RC002", "RC004", "RC007", "RC007", "RC007", "RC009", "RC009", "RC010", "RC010"]);
        assert_eq!(codes[10..], incomplete);
        let names: Vec<&str> = records.iter().map(|record| text(record, "MISIdentifier")).collect();
        assert_eq!(names[..5], ["new", "again", "by number", "similar", "similar"]);
        assert_eq!(text(&records[0], "ULN"), text(&records[1], "ULN"));
        assert_eq!(text(&records[2], "ULN"), uln);
        let counts = ["NewLearnersCount", "ExistsUpdatedLearnersCount", "PossibleMatchLearnersCount", "LearnersNotFoundCount", "RejectedLearnersCount"];
        let counts: Vec<String> = counts.iter().map(|name| answer.value(name)).collect();
        assert_eq!(counts, ["1", "2", "3", "4", "5"]);
        assert_eq!(answer.value("JobStatus"), "Successful");
        assert!(answer.value("JobStartedDateTime") <= answer.value("JobFinishedDateTime"));
    }

    fn a_name_with_a_line_break_or_tab_is_refused_in_a_batch_and_alone(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let broken = |name: &str, break_: &str| Person { given: format!("{name}{break_}{name}"), ..Person::new() };
        let breaks = ["\n", "\t", "\r\n"];
        let learners: Vec<Learner> = breaks.iter().map(|break_| learner(&broken("Ada", break_), "broken")).collect();
        let whole = learner(&Person::new(), "whole");
        let sent = [learners, vec![whole]].concat();
        let answer = finished(deployment, &submit(deployment, "FUL", &sent));
        let records = learners_of(&answer);
        let codes: Vec<&str> = records.iter().map(|record| text(record, "ReturnCode")).collect();
        assert_eq!(codes, ["RC011", "RC011", "RC011", "RC001"]);
        for break_ in breaks {
            let fields = broken("Ada", break_).registration("1");
            let answer = provider.post(LS, &provider.credentials().register(&borrowed(&fields)));
            assert_eq!(answer.code(), "WSRC0021");
            let person = broken("Ada", break_);
            let found = provider.post(LS, &provider.credentials().find_by_demographics("FUL", &person.demographics()));
            assert_eq!(found.code(), "WSRC0001");
        }
    }

    fn a_job_is_its_submitters_alone(database) {
        let deployment = Deployment::shared(database);
        let job = submit(deployment, "CHK", &[learner(&Person::new(), "mine")]);
        let other = deployment.awarding_organisation();
        assert_eq!(other.post(LS, &other.credentials().batch_output(&job)).code(), "WSRC0018");
        assert_eq!(output(deployment, "9000000000").code(), "WSRC0018");
        finished(deployment, &job);
    }

    fn a_batch_of_200_with_every_field_fits(database) {
        let deployment = Deployment::shared(database);
        let notes = "n".repeat(4_000);
        let mut learners = crowd(200, 9_000);
        for fields in &mut learners {
            fields.push(("Notes", notes.clone()));
        }
        let answer = finished(deployment, &submit(deployment, "CHK", &learners));
        assert_eq!(answer.value("LearnersNotFoundCount"), "200");
        let provider = deployment.provider();
        learners.push(learner(&Person::new(), "one too many"));
        let refused = provider.post(LS, &provider.credentials().submit_batch("CHK", &learners));
        assert_eq!(refused.fault().error, "WSEC0001");
    }

    fn a_truncated_batch_is_refused_and_leaves_no_job(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let before: i64 = submit(deployment, "CHK", &[learner(&Person::new(), "before")]).parse().expect("a number");
        let whole = provider.credentials().submit_batch("FUL", &crowd(50, 8_000));
        let cut = &whole[..whole.len() * 2 / 3];
        assert_eq!(provider.post(LS, cut).fault().error, "WSEC0001");
        let after: i64 = submit(deployment, "CHK", &[learner(&Person::new(), "after")]).parse().expect("a number");
        assert!((before + 1..before + 100).contains(&after));
        let list = deployment.lrs(&["batch", "list", "--limit", "1000", "--config", "lrs.toml"]);
        let list = String::from_utf8(list.stdout).expect("text");
        assert!(!list.contains("of 50 records"), "{list}");
    }

    fn a_verify_batch_answers_as_verify_learner(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let other = deployment.awarding_organisation();
        let record = |family: &str| format!("<Learner>{}</Learner>", elements(&[("MISIdentifier", "m"), ("ULN", &uln), ("FamilyName", family), ("GivenName", &person.given)]));
        let rest = elements(&[("LearnerRecordCount", "2")]) + &record(&person.family) + &record("Another");
        let answer = other.post(LS, &other.credentials().request(VERIFY, "SubmitVerifyBatch", &rest));
        assert_eq!(answer.code(), "WSRC0025");
        let job = answer.value("JobID");
        let deadline = Instant::now() + PATIENCE;
        let answer = loop {
            let answer = other.post(LS, &other.credentials().request(VERIFY, "GetVerifyBatchOutput", &elements(&[("JobID", &job)])));
            if answer.code() != "WSRC0026" {
                break answer;
            }
            assert!(Instant::now() < deadline);
            thread::sleep(Duration::from_millis(50));
        };
        assert_eq!(answer.code(), "WSRC0027");
        let records: Vec<Node> = answer.result().children.into_iter().filter(|node| node.name == "VerifiedLearner").collect();
        let codes: Vec<&str> = records.iter().map(|record| text(record, "ResponseCode")).collect();
        assert_eq!(codes, ["WSVRC001", "WSVRC005"]);
        assert_eq!((text(&records[0], "ULN"), text(&records[1], "ULN")), (uln.as_str(), ""));
    }

    /// Kills the server repeatedly while it processes batches.
    fn batches_survive_kills_of_the_server(database) {
        let mut deployment = Deployment::with(database, setup("2"));
        let mut sent = vec![submitted(&deployment, 200, 0)];
        for kill in 0..kills() {
            sent.push(submitted(&deployment, 60, 200 + 60 * kill as usize));
            thread::sleep(a_while(kill));
            deployment.signal("-KILL");
            deployment.ended();
            deployment.launch();
        }
        nothing_lost_nothing_doubled(&deployment, &sent);
    }

    /// Kills worker processes repeatedly: two share the queue, and the survivor takes over.
    fn batches_survive_kills_of_workers(database) {
        let deployment = Deployment::with(database, setup("0"));
        let mut sent = vec![submitted(&deployment, 200, 0)];
        assert_eq!(output(&deployment, &sent[0].0).code(), "WSRC0008", "nobody does batches yet");
        let start = || deployment.spawn(&["worker", "--workers", "2"]);
        let mut workers: [Child; 2] = [start(), start()];
        for kill in 0..kills() {
            sent.push(submitted(&deployment, 60, 200 + 60 * kill as usize));
            thread::sleep(a_while(kill));
            let worker = &mut workers[kill as usize % 2];
            worker.kill().expect("killed");
            worker.wait().expect("ended");
            *worker = start();
        }
        nothing_lost_nothing_doubled(&deployment, &sent);
        for mut worker in workers {
            worker.kill().expect("killed");
            worker.wait().expect("ended");
        }
    }
}

/// If a record violates the contract, the whole batch is refused; a file's sender is told how to
/// see all such records.
#[test]
fn a_file_with_a_malformed_record_is_refused_with_advice() {
    let output =
        Deployment::shared(Database::Sqlite).shell("lrs batch submit demo/samples/VLD_TEST0038_310720251451.CSV");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && told.contains("WSEC0001") && told.contains("lrs check demo/samples/"),
        "{told}"
    );
}

/// Files of the caller's other role must not be renamed: the refusal says how to send them.
#[test]
fn a_file_of_the_other_part_is_refused_with_the_option_that_sends_it() {
    for (command, advice) in [
        ("lrs batch submit demo/samples/QCF_TEST0045_20250731_040.CSV", "add '--as awarding'"),
        ("lrs batch submit --as awarding demo/samples/LRB_TEST0038_310720251440.CSV", "add '--as provider'"),
    ] {
        let output = Deployment::shared(Database::Sqlite).shell(command);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(advice) && !told.contains("Rename"), "{told}");
    }
}

/// The errors of a registration are a file that is accepted again, unchanged and with semicolons.
#[test]
fn the_errors_of_a_batch_are_sent_again() {
    let output = Deployment::start(Database::Sqlite).shell(
        "set -e
        JOB=$(lrs batch submit demo/samples/LRB_TEST0038_310720251440.CSV --wait | sed -n 's/^Job //p')
        lrs batch errors \"$JOB\" > errors.csv
        sed 's/\",\"/\";\"/g' errors.csv > semicolons.csv
        lrs check errors.csv semicolons.csv
        lrs batch submit errors.csv --wait
        lrs batch submit semicolons.csv --wait",
    );
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(told.matches("Job ").count(), 2, "{told}");
}

/// Operators see the queue and the service levels, and can view and cancel jobs on the command
/// line.
#[test]
fn operators_see_the_queue() {
    let deployment = Deployment::with(Database::Sqlite, setup("0"));
    let job = submit(&deployment, "FUL", &[learner(&Person::new(), "waiting")]);
    let (_, metrics) = deployment.operations("GET", "/metrics").expect("metrics");
    for line in ["lrs_jobs{state=\"waiting\"} 1", "lrs_jobs_over_48_hours 0"] {
        assert!(metrics.contains(line), "{metrics}");
    }
    let lrs = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.extend(["--config", "lrs.toml"]);
        let output = deployment.lrs(&all);
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert!(lrs(&["batch", "list", "--type", "registration"]).1.contains("Waiting"));
    for filter in [["--type", "achievement"], ["--state", "Failed"], ["--before", &job]] {
        let told = lrs(&["batch", "list", filter[0], filter[1]]).1;
        assert!(told.contains("No jobs."), "{filter:?}: {told}");
    }
    assert!(lrs(&["batch", "show", &job, "--operator"]).1.contains("0 of 1 records processed"));
    assert!(lrs(&["batch", "cancel", &job]).0);
    assert!(!lrs(&["batch", "cancel", &job]).0, "it is over");
    assert_eq!(output(&deployment, &job).code(), "WSRC0010");
    let (ok, levels) = lrs(&["slo"]);
    assert!(ok && levels.contains("measured entry to exit"), "{levels}");
    assert!(levels.contains("Registration") && levels.contains("0 finished, 1 unsuccessful"), "{levels}");
}
