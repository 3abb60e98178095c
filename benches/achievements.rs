//! A full batch of 10,000 achievements on SQLite, without a network: the time to its job, and the time until it is processed, each as a
//! multiple of a floor measured in the same run: the same bytes scanned bare, and the same rows inserted in one transaction.
//!
//! Prints milliseconds and ratios; `make bench` runs it. Nothing here asserts a time.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use learning_records::demo::population;
use learning_records::domain::batches::{JobId, JobState};
use learning_records::domain::{Clock, NewOrganisation, RuleSettings, Service, catalogue};
use learning_records::jobs::{Observer, WorkerSettings, Workers};
use learning_records::model::{Fingerprint, Learner, Peer, Timestamp};
use learning_records::soap::Endpoint;
use learning_records::store::{Store, StoreSettings};
use quick_xml::NsReader;
use quick_xml::events::Event;

const RECORDS: u32 = 10_000;
const ROUNDS: usize = 3;
const PASSWORD: &str = "bench-awarding-p";

fn main() {
    println!(
        "{:<8}{:>12}{:>12}{:>9}{:>13}{:>9}{:>12}",
        "round", "floor ms", "job ms", "floors", "processed", "floors", "peak MiB"
    );
    for round in 1..=ROUNDS {
        if let Err(error) = run(round) {
            println!("round {round} failed: {error}");
        }
    }
}

fn run(round: usize) -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join(format!("lrs-bench-{}-{round}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let url = folder.join("lrs.db").display().to_string();
    let store = Store::open(&StoreSettings { url, readers: 4 })?;
    store.migrate()?;
    let service = Service::new(store, RuleSettings::default(), Clock::system());
    let peer =
        Peer { fingerprint: Fingerprint::of_der(b"bench"), subject: "CN=bench".to_owned(), not_after: Timestamp::MAX };
    let learners = prepare(&service, &peer)?;
    let body = request(&learners);
    let rows: Vec<String> = learners.iter().map(|learner| record(learner, "")).collect();

    let begun = Instant::now();
    scan(&body);
    insert(&folder.join("floor.db").display().to_string(), &rows)?;
    let floor = begun.elapsed();

    // The kernel forgets the peak so far.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let before = memory_kib("VmRSS:");
    let begun = Instant::now();
    let answer = Endpoint::External.answer(&service, &peer, &body, true).map_err(|_| "must block")?;
    let submitted = begun.elapsed();
    let id = answer.body.split("JobId>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default().parse()?;
    answer.call.settle_blocking()?;

    let observer: Observer = Arc::new(|_, _| ());
    let workers = Workers::start(&service, WorkerSettings { workers: 1, lease: Duration::from_secs(60) }, &observer)?;
    let admin = service.administration("bench");
    while service.queue_depth()?.oldest.is_some() {
        std::thread::sleep(Duration::from_millis(2));
    }
    let processed = begun.elapsed();
    let job = admin.job(JobId(id))?;
    workers.stop();
    let created = job.count(|code| code == "created-F");
    if job.job.state != JobState::Successful || created != i64::from(RECORDS) {
        return Err(format!("{created} created, {:?}", job.counts).into());
    }
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let peak = memory_kib("VmHWM:").saturating_sub(before) / 1024;
    println!(
        "{round:<8}{:>12.1}{:>12.1}{:>9.2}{:>13.1}{:>9.2}{:>12}",
        ms(floor),
        ms(submitted),
        ms(submitted) / ms(floor),
        ms(processed),
        ms(processed) / ms(floor),
        peak
    );
    service.store().close();
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn prepare(service: &Service, peer: &Peer) -> Result<Vec<Learner>, Box<dyn std::error::Error>> {
    let admin = service.administration("bench");
    let learners: Vec<Learner> = population::people(5, RECORDS)?.map(|(learner, _)| learner).collect();
    admin.import_learners(learners.clone(), |_| ())?;
    let entry = catalogue::entry(|heading| match heading {
        "Reference" => "600/1166/X",
        "Title" => "Benchmark GCSE (9-1) in English Language",
        "Type" | "Grading" => "GCSE (9 to 1)",
        "Level" => "Level 1/2",
        "Owner" => "TEST0045",
        "Availability" => "private",
        _ => "",
    })?;
    admin.import_catalogue([entry], |_| ())?;
    let ukprn = "TEST0045".parse()?;
    admin.add_organisation(&NewOrganisation {
        ukprn,
        org_ref: "TEST45".parse()?,
        name: "Benchmark Awarding Organisation",
        learner_registration_body: false,
        awarding_organisation: true,
        permissions: None,
        password: Some(PASSWORD),
    })?;
    admin.register_certificate(ukprn, peer)?;
    Ok(learners)
}

/// The request as .NET writes it, indented.
fn request(learners: &[Learner]) -> String {
    let mut body = String::from(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><SubmitAchievementBatchJob \
         xmlns=\"http://api.lrs.qcf.gov.uk/services\"><invokingUser xmlns:a=\"http://api.lrs.qcf.gov.uk/model\">",
    );
    let _ = write!(
        body,
        "<a:OrgPassword>{PASSWORD}</a:OrgPassword><a:OrganisationRef>TEST45</a:OrganisationRef><a:UserName>bench</a:UserName>\
         </invokingUser><submissionType>F</submissionType><achievements>"
    );
    for learner in learners {
        body.push_str(&record(learner, "\n        "));
    }
    body.push_str("</achievements></SubmitAchievementBatchJob></s:Body></s:Envelope>");
    body
}

fn record(learner: &Learner, indent: &str) -> String {
    let Learner { uln, given_name, family_name, date_of_birth, gender, postcode, .. } = learner;
    let (gender, postcode) = (gender.code(), postcode.as_str());
    let members = [
        ("AchievementAwardDate", "2024-08-22T00:00:00"),
        ("Action", "1"),
        ("ActionDate", "2024-08-23T00:00:00"),
        ("DateofBirth", &format!("{date_of_birth}T00:00:00")),
        ("FamilyName", family_name),
        ("Gender", gender),
        ("GivenName", given_name),
        ("Grade", "7"),
        ("LanguageForAssessment", "English"),
        ("LearnerPostcode", postcode),
        ("MisIdentifier", &format!("MIS-{uln}")),
        ("ProviderUkprn", "TEST0038"),
        ("Uln", uln.as_str()),
        ("UnitOrQualificationReferenceNumber", "600/1166/X"),
    ];
    let mut text = format!("{indent}<Achievement>");
    for (name, value) in members {
        let _ = write!(text, "{indent}  <{name}>{value}</{name}>");
    }
    let _ = write!(text, "{indent}</Achievement>");
    text
}

fn scan(body: &str) {
    let mut reader = NsReader::from_str(body);
    loop {
        match black_box(reader.read_resolved_event()) {
            Ok((_, Event::Eof)) | Err(_) => break,
            Ok(_) => {}
        }
    }
}

#[allow(missing_docs, reason = "a table of the floor alone")]
mod schema {
    diesel::table! { rows (number) { number -> Integer, input -> Text, } }
}
use schema::rows;

fn insert(path: &str, inputs: &[String]) -> QueryResult<()> {
    let mut connection = diesel::SqliteConnection::establish(path).map_err(|_| diesel::result::Error::NotFound)?;
    connection.batch_execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (number INTEGER PRIMARY KEY, input TEXT NOT NULL)",
    )?;
    connection.transaction(|c| {
        for (number, input) in (1..).zip(inputs) {
            diesel::insert_into(rows::table).values((rows::number.eq(number), rows::input.eq(input))).execute(c)?;
        }
        Ok(())
    })
}

/// What the process has, or had at most, in KiB, where the system tells it.
fn memory_kib(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
}
