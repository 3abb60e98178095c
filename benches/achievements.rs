//! A full batch of 10,000 achievements sent to the running service, on SQLite over mutual TLS. It
//! measures the time until the job is accepted and until it is processed, each as a multiple of a
//! baseline taken in the same run (a bare scan of the same bytes, and inserting the same rows in
//! one transaction); the memory that the service needs; and the effect on another user who finds
//! one learner after another meanwhile.
//!
//! Prints milliseconds, microseconds and ratios; run it with `make bench`. It asserts no times.

mod served;

use std::fmt::Write as _;
use std::hint::black_box;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use learning_records::demo::{self, DemoOrganisation, population};
use learning_records::model::Learner;
use quick_xml::NsReader;
use quick_xml::events::Event;
use served::{Children, Outcome, ask, connect, connector, finds, memory_kib, post, start_service};
use tokio_rustls::TlsConnector;

const RECORDS: u32 = 10_000;
const ROUNDS: u32 = 3;
const QUALIFICATION: &str = "601/7001/3";
/// How long the other user's calls are measured while the service is otherwise idle.
const IDLE: Duration = Duration::from_secs(4);
/// The other user's pause between two calls.
const PAUSE: Duration = Duration::from_millis(2);
/// The submitter's pause between two queries of the job's state.
const PATIENCE: Duration = Duration::from_millis(10);

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let demo = folder.path().join("demo");
    let (service, address) = start_service(&demo, RECORDS * ROUNDS)?;
    let process = service.id();
    let _children = Children(vec![service]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let provider = connector(&demo, "provider")?;
    let awarding = connector(&demo, "awarding")?;
    let others = Others::start(&provider, address)?;
    std::thread::sleep(IDLE);
    let idle = others.stop()?;
    let people: Vec<Learner> = population::people(demo::SEED, RECORDS * ROUNDS)?.map(|(learner, _)| learner).collect();
    println!(
        "{:<7}{:>7}{:>10}{:>10}{:>8}{:>11}{:>8}{:>10}{:>13}{:>13}{:>7}",
        "round",
        "MB",
        "floor ms",
        "JobId ms",
        "floors",
        "processed",
        "floors",
        "peak MiB",
        "p99 idle us",
        "p99 busy us",
        "times"
    );
    for (number, learners) in (1..).zip(people.chunks(usize::try_from(RECORDS)?)) {
        let body = request(learners);
        let rows: Vec<String> = learners.iter().map(|learner| record(learner, "")).collect();
        let begun = Instant::now();
        scan(&body);
        insert(&folder.path().join(format!("floor-{number}.db")), &rows)?;
        let floor = milliseconds(begun);
        let before = memory_kib(process, "VmRSS:");
        // This resets the kernel's record of the peak.
        let _ = std::fs::write(format!("/proc/{process}/clear_refs"), "5");
        let others = Others::start(&provider, address)?;
        let (submitted, processed) = runtime.block_on(batch(&awarding, address, &body))?;
        let busy = others.stop()?;
        let peak = memory_kib(process, "VmHWM:").saturating_sub(before);
        println!(
            "{number:<7}{:>7.1}{floor:>10.1}{submitted:>10.1}{:>8.2}{processed:>11.1}{:>8.2}{:>10.1}{:>13}{:>13}{:>7.2}",
            f64::from(u32::try_from(body.len())?) / 1e6,
            submitted / floor,
            processed / floor,
            f64::from(u32::try_from(peak)?) / 1024.0,
            p99(&idle),
            p99(&busy),
            f64::from(p99(&busy)) / f64::from(p99(&idle)),
        );
    }
    Ok(())
}

/// Sends the batch and waits until it is done. Returns the milliseconds until the job had a number,
/// and until its report said that it was complete.
async fn batch(connector: &TlsConnector, address: SocketAddr, body: &str) -> Outcome<(f64, f64)> {
    let mut stream = connect(connector, address).await?;
    let mut answer = Vec::new();
    let request = post("/ExternalService.svc", body);
    let begun = Instant::now();
    let reply = String::from_utf8_lossy(ask(&mut stream, &request, &mut answer).await?).into_owned();
    let submitted = milliseconds(begun);
    let job = between(&reply, "JobId>").ok_or("no job")?;
    let question = post("/ExternalService.svc", &envelope("GetAchievementBatchJob", &format!("<jobId>{job}</jobId>")));
    loop {
        tokio::time::sleep(PATIENCE).await;
        let report = String::from_utf8_lossy(ask(&mut stream, &question, &mut answer).await?).into_owned();
        match between(&report, "Status>").unwrap_or_default() {
            "Successful" => {
                let created = between(&report, "AchievementsCreated>").unwrap_or_default();
                let all = created == RECORDS.to_string();
                return if all {
                    Ok((submitted, milliseconds(begun)))
                } else {
                    Err(format!("{created} created").into())
                };
            }
            "Failed" | "Cancelled" => return Err("the batch failed".into()),
            _ => {}
        }
    }
}

/// Another user, who finds one learner after another on a thread of its own.
struct Others {
    enough: Arc<AtomicBool>,
    thread: JoinHandle<Result<Vec<u32>, String>>,
}

impl Others {
    fn start(connector: &TlsConnector, address: SocketAddr) -> Outcome<Self> {
        let enough = Arc::new(AtomicBool::new(false));
        let (connector, until) = (connector.clone(), Arc::clone(&enough));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::spawn(move || {
            runtime.block_on(calls(&connector, address, &until)).map_err(|error| error.to_string())
        });
        Ok(Self { enough, thread })
    }

    /// Stops, and returns the microseconds of each call, ascending.
    fn stop(self) -> Outcome<Vec<u32>> {
        self.enough.store(true, Ordering::Relaxed);
        let mut times = self.thread.join().map_err(|_| "the other calls panicked")??;
        times.sort_unstable();
        Ok(times)
    }
}

async fn calls(connector: &TlsConnector, address: SocketAddr, enough: &AtomicBool) -> Outcome<Vec<u32>> {
    let requests = finds(RECORDS * ROUNDS)?;
    let mut stream = connect(connector, address).await?;
    let (mut times, mut answer) = (Vec::new(), Vec::new());
    for request in requests.iter().cycle() {
        if enough.load(Ordering::Relaxed) {
            break;
        }
        let begun = Instant::now();
        ask(&mut stream, request, &mut answer).await?;
        times.push(u32::try_from(begun.elapsed().as_micros())?);
        tokio::time::sleep(PAUSE).await;
    }
    Ok(times)
}

fn p99(times: &[u32]) -> u32 {
    times.get(times.len() * 99 / 100).copied().unwrap_or_default()
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// The text between a tag and the next one.
fn between<'a>(text: &'a str, tag: &str) -> Option<&'a str> {
    text.split_once(tag)?.1.split('<').next()
}

/// The request, indented as .NET writes it.
fn request(learners: &[Learner]) -> String {
    let mut records = String::from("<submissionType>F</submissionType><achievements>");
    for learner in learners {
        records.push_str(&record(learner, "\n        "));
    }
    records.push_str("</achievements>");
    envelope("SubmitAchievementBatchJob", &records)
}

fn envelope(operation: &str, members: &str) -> String {
    let DemoOrganisation { org_ref, password, .. } = &demo::AWARDING;
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><{operation} \
         xmlns=\"http://api.lrs.qcf.gov.uk/services\"><invokingUser xmlns:a=\"http://api.lrs.qcf.gov.uk/model\">\
         <a:OrgPassword>{password}</a:OrgPassword><a:OrganisationRef>{org_ref}</a:OrganisationRef><a:UserName>bench</a:UserName>\
         </invokingUser>{members}</{operation}></s:Body></s:Envelope>"
    )
}

fn record(learner: &Learner, indent: &str) -> String {
    let Learner { uln, names, birth, gender, address, .. } = learner;
    let (gender, postcode) = (gender.code(), address.postcode.as_str());
    let members = [
        ("AchievementAwardDate", "2024-08-22T00:00:00"),
        ("Action", "1"),
        ("ActionDate", "2024-08-23T00:00:00"),
        ("DateofBirth", &format!("{}T00:00:00", birth.date)),
        ("FamilyName", &names.family),
        ("Gender", gender),
        ("GivenName", &names.given),
        ("Grade", "7"),
        ("LanguageForAssessment", "English"),
        ("LearnerPostcode", postcode),
        ("MisIdentifier", &format!("MIS-{uln}")),
        ("ProviderUkprn", "TEST0038"),
        ("Uln", uln.as_str()),
        ("UnitOrQualificationReferenceNumber", QUALIFICATION),
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

fn insert(path: &Path, inputs: &[String]) -> QueryResult<()> {
    let mut connection = diesel::SqliteConnection::establish(&path.display().to_string())
        .map_err(|_| diesel::result::Error::NotFound)?;
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
