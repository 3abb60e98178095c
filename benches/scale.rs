//! The service with a hundred thousand, a million and ten million learners: the time of each kind
//! of call over one kept-alive connection, of filling the database and of a start, its memory and
//! its disk, and the time of calls while a backup is made. Run it with `make bench-scale`;
//! `SCALE_LEARNERS=100000,1000000` chooses the sizes. With `LRS_TEST_POSTGRES_URL`
//! (`scripts/with-postgres`), each size is also measured on PostgreSQL. Before each kind of call
//! the database is read into memory, where a busy service has it: some systems give up what nobody
//! read for a minute, and their disk would be measured.

mod served;

use std::collections::BTreeMap;
use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use diesel::prelude::*;
use learning_records::demo::{self, population};
use learning_records::model::{AbilityToShare, Learner};
use served::messages::{Person, events, find, learner_service, search, verify};
use served::{Children, Outcome, ask, connect, connector, memory_kib, start_service_with};

const SIZES: &str = "100000,1000000,10000000";
/// The calls of each kind that are measured, and those before them that are not.
const CALLS: usize = 2_000;
const BEFORE: usize = 200;
/// Each miss counts against the organisation, so these limits are off.
const LIMITS: [(&str, &str); 2] =
    [("LRS_LIMITS_MISSES_PER_HOUR", "0"), ("LRS_LIMITS_FAILED_VERIFICATIONS_PER_MINUTE", "0")];

fn main() -> Outcome<()> {
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let sizes = std::env::var("SCALE_LEARNERS").unwrap_or_else(|_| SIZES.to_owned());
    let server = std::env::var("LRS_TEST_POSTGRES_URL").ok();
    println!("{:<11}{:>10}  {:<22}{:>9}{:>9}  replies", "database", "learners", "call", "p50 us", "p99 us");
    for size in sizes.split(',') {
        let learners: u32 = size.trim().parse()?;
        let people = sample(learners)?;
        measure("SQLite", learners, &people, None)?;
        if let Some(server) = &server {
            let name = format!("scale_{learners}");
            let mut connection = PgConnection::establish(server)?;
            diesel::sql_query(format!("CREATE DATABASE {name}")).execute(&mut connection)?;
            let address = server.rsplit_once('/').map_or(server.as_str(), |(server, _)| server);
            measure("PostgreSQL", learners, &people, Some(&format!("{address}/{name}")))?;
            diesel::sql_query(format!("DROP DATABASE {name}")).execute(&mut connection)?;
        }
    }
    Ok(())
}

/// Learners from the whole register who share their records.
fn sample(learners: u32) -> Outcome<Vec<Learner>> {
    let wanted = CALLS + BEFORE;
    let step = (usize::try_from(learners)? / (2 * wanted)).max(1);
    let everybody = population::people(demo::SEED, learners)?.map(|(learner, _)| learner).step_by(step);
    let shares = |learner: &Learner| learner.ability_to_share == AbilityToShare::Shares;
    Ok(everybody.filter(shares).take(wanted).collect())
}

fn measure(database: &str, learners: u32, people: &[Learner], store: Option<&str>) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let demo = folder.path().join("demo");
    let mut settings = LIMITS.to_vec();
    settings.extend(store.map(|url| ("LRS_STORE_URL", url)));
    let begun = Instant::now();
    let (service, _) = start_service_with(&demo, learners, &settings)?;
    let (filled, peak) = (begun.elapsed(), memory_kib(service.id(), "VmHWM:"));
    drop(Children(vec![service]));

    let begun = Instant::now();
    let (service, address) = start_service_with(&demo, learners, &settings)?;
    let started = begun.elapsed();
    let idle = memory_kib(service.id(), "VmRSS:");
    let mut children = Children(vec![service]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for (name, requests) in kinds(people) {
        match store {
            None => {
                files(&demo, |path| std::io::copy(&mut File::open(path)?, &mut std::io::sink()))?;
            }
            Some(url) => prewarm(url)?,
        }
        let answers = runtime.block_on(calls(&demo, address, &requests, None))?;
        println!("{database:<11}{learners:>10}  {name:<22}{answers}");
    }
    let finds: Vec<_> = people.iter().map(find).collect();
    let begun = Instant::now();
    let answers = runtime.block_on(calls(&demo, address, &finds, Some(backup(&demo, &settings)?)))?;
    let took = begun.elapsed().as_secs_f64();
    println!("{database:<11}{learners:>10}  {:<22}{answers}, in a backup of {took:.1} s", "find by ULN meanwhile");
    let disk = if store.is_none() {
        format!(", {} bytes a learner on disk", files(&demo, |path| Ok(path.metadata()?.len()))? / u64::from(learners))
    } else {
        String::new()
    };
    println!(
        "{database:<11}{learners:>10}  filled in {:.1} s with at most {} MiB; started again in {:.2} s, {} MiB{disk}",
        filled.as_secs_f64(),
        peak / 1024,
        started.as_secs_f64(),
        idle / 1024
    );
    children.0.drain(..).for_each(stop);
    Ok(())
}

fn stop(mut service: Child) {
    let _ = service.kill();
    let _ = service.wait();
}

/// The kinds of calls, each with its requests.
fn kinds(people: &[Learner]) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let by_details = |change: &dyn Fn(&Learner, usize) -> Person| -> Vec<Vec<u8>> {
        people.iter().enumerate().map(|(at, learner)| search(&change(learner, at), learner.gender.code())).collect()
    };
    // The most common family name of the sample, with the date of birth of somebody else.
    let mut names = BTreeMap::<&str, usize>::new();
    for learner in people {
        *names.entry(&learner.names.family).or_default() += 1;
    }
    let common = names.into_iter().max_by_key(|(_, count)| *count).map_or("", |(name, _)| name);
    let register = |number: usize| {
        let person = Person::new(u64::try_from(number).unwrap_or_default()).of_registration();
        learner_service("regmsg", "RegisterLearner", &format!("<Learner>{person}</Learner>"))
    };
    vec![
        ("find by ULN", people.iter().map(find).collect()),
        ("by details: hit", by_details(&|learner, _| details(learner))),
        (
            "by details: near miss",
            by_details(&|learner, _| {
                let mut person = details(learner);
                person.given.pop();
                person
            }),
        ),
        ("by details: common name", by_details(&|learner, _| Person { family: common.to_owned(), ..details(learner) })),
        ("by details: nobody", by_details(&|_, at| Person::new(1 << 50 | u64::try_from(at).unwrap_or_default()))),
        ("verify", people.iter().map(verify).collect()),
        ("learning events", people.iter().map(events).collect()),
        ("update", people.iter().map(update).collect()),
        ("register", (0..people.len()).map(register).collect()),
    ]
}

fn details(learner: &Learner) -> Person {
    Person {
        given: learner.names.given.clone(),
        family: learner.names.family.clone(),
        postcode: learner.address.postcode.to_string(),
        born: learner.birth.date.to_string(),
    }
}

/// A change of the town, with the version that every learner of the demo has.
fn update(learner: &Learner) -> Vec<u8> {
    let Learner { uln, names, birth, gender, address, evidence, version, .. } = learner;
    let body = format!(
        "<Learner><GivenName>{}</GivenName><FamilyName>{}</FamilyName><LastKnownAddressTown>Scaleford</LastKnownAddressTown>\
         <LastKnownPostCode>{}</LastKnownPostCode><DateOfBirth>{}</DateOfBirth><Gender>{}</Gender>\
         <VerificationType>{}</VerificationType><AbilityToShare>1</AbilityToShare><ULN>{uln}</ULN>\
         <VersionNumber>{version}</VersionNumber></Learner>",
        names.given,
        names.family,
        address.postcode,
        birth.date,
        gender.code(),
        evidence.verification_type.code()
    );
    learner_service("regmsg", "UpdateLearner", &body)
}

/// Reads the tables and indexes of a database on PostgreSQL, with an extension of PostgreSQL's own
/// (Debian: in the server's package) that only a superuser may create.
fn prewarm(url: &str) -> Outcome<()> {
    let mut connection = PgConnection::establish(url)?;
    diesel::sql_query("CREATE EXTENSION IF NOT EXISTS pg_prewarm").execute(&mut connection)?;
    let ours = "relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace";
    diesel::sql_query(format!("SELECT pg_prewarm(oid, 'read') FROM pg_class WHERE {ours}")).execute(&mut connection)?;
    Ok(())
}

/// Starts a backup.
fn backup(demo: &Path, settings: &[(&str, &str)]) -> Outcome<Child> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lrs"));
    command.args(["backup", "create", "scale.backup"]).current_dir(demo).envs(settings.iter().copied());
    Ok(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?)
}

/// How calls were answered.
struct Answers {
    /// Microseconds, ascending.
    times: Vec<u64>,
    /// How often each code came back.
    codes: BTreeMap<String, usize>,
}

impl std::fmt::Display for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = |percent: usize| self.times.get(self.times.len() * percent / 100).copied().unwrap_or_default();
        let codes: Vec<_> = self.codes.iter().map(|(code, count)| format!("{code} {count}")).collect();
        write!(f, "{:>9}{:>9}  {}", at(50), at(99), codes.join(", "))
    }
}

/// Calls over one connection: each request once, or all of them again and again until a process
/// ends well.
async fn calls(demo: &Path, address: SocketAddr, requests: &[Vec<u8>], mut beside: Option<Child>) -> Outcome<Answers> {
    let mut stream = connect(&connector(demo, "provider")?, address).await?;
    let (mut answer, mut times, mut codes) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (number, request) in requests.iter().cycle().enumerate() {
        let ended = match &mut beside {
            Some(process) => process.try_wait()?,
            None if number == requests.len() => break,
            None => None,
        };
        match ended {
            Some(status) if status.success() => break,
            Some(status) => return Err(format!("the process beside the calls ended with {status}").into()),
            None => {}
        }
        let begun = Instant::now();
        let body = ask(&mut stream, request, &mut answer).await?;
        let took = u64::try_from(begun.elapsed().as_micros())?;
        if number >= BEFORE {
            times.push(took);
            let text = String::from_utf8_lossy(body);
            let code = text.split_once("ResponseCode>").and_then(|(_, rest)| rest.split('<').next()).unwrap_or("none");
            *codes.entry(code.to_owned()).or_default() += 1;
        }
    }
    times.sort_unstable();
    Ok(Answers { times, codes })
}

/// Applies `count` to each of SQLite's files and adds up the results.
fn files(demo: &Path, count: impl Fn(&Path) -> std::io::Result<u64>) -> Outcome<u64> {
    let mut sum = 0;
    for file in std::fs::read_dir(demo)? {
        let file = file?;
        if file.file_name().to_string_lossy().starts_with("lrs.db") {
            sum += count(&file.path())?;
        }
    }
    Ok(sum)
}
