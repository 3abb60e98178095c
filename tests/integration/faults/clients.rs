//! Clients that call while something fails, and remember what was acknowledged; and the check that
//! all of it is there, once, and everything else wholly or not at all.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use learning_records::model::Uln;
use learning_records::store::{Store, StoreSettings};

use crate::batches::{crowd, finished, learners_of};
use crate::flows::{Person, borrowed, change};
use crate::harness::actor::SOAP_HEADERS;
use crate::harness::visitor::Visitor;
use crate::harness::{Actor, Answer, Deployment};

const LS: &str = "LearnerService";
/// Below the 20 seconds after which clients give up, with room for a busy machine.
pub const BOUND: Duration = Duration::from_secs(14);
/// How long a client waits after a fault.
const PAUSE: Duration = Duration::from_millis(100);
/// How long audit lines may take to their table.
const SETTLES: Duration = Duration::from_secs(20);
const TOWN: &str = "Exampleton";
/// Clients that register, find and change learners, beside one that submits batches.
const CLIENTS: usize = 4;
const LEARNERS_OF_A_BATCH: usize = 3;
/// The pause after a batch, an import, or a form.
const BETWEEN_SLOW: Duration = Duration::from_millis(300);
const IMPORT_HEADINGS: &str =
    "ULN,GivenName,FamilyName,DateOfBirth,Gender,LastKnownPostCode,VerificationType,AbilityToShare\n";
const SCHOOL: &str = "Testham High";

diesel::table! {
    learners (id) {
        id -> BigInt,
        uln -> Text,
        version -> Integer,
        given_name -> Text,
        address_town -> Nullable<Text>,
        school_at_age_16 -> Nullable<Text>,
        family_name -> Text,
    }
}

diesel::table! {
    audit (id) {
        id -> BigInt,
        action -> Text,
        uln -> Nullable<Text>,
        outcome -> Text,
    }
}

/// By which door somebody was registered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    WebService,
    /// `lrs learner import`.
    Command,
}

/// Somebody whose registration was sent.
struct Sent {
    by: By,
    person: Person,
    /// The ULN in the reply, if one came.
    uln: Option<String>,
    /// How many replies to searches came.
    found: usize,
    changed: Changed,
    /// What became of a change of the school, at the portal.
    school: Changed,
}

impl Sent {
    fn new(by: By, person: Person) -> Sent {
        Sent { by, person, uln: None, found: 0, changed: Changed::NotSent, school: Changed::NotSent }
    }
}

/// What became of a change.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Changed {
    NotSent,
    Unclear,
    Acknowledged,
}

impl Changed {
    /// Whether this may have become of a change that the database has or has not.
    fn agrees(self, is_there: bool) -> bool {
        match self {
            Changed::NotSent => !is_there,
            Changed::Unclear => true,
            Changed::Acknowledged => is_there,
        }
    }
}

/// What the clients saw so far.
#[derive(Default)]
pub struct Ledger {
    sent: Vec<Sent>,
    /// The jobs that were acknowledged.
    jobs: Vec<String>,
    /// What was not as promised: no answer, another fault, or too late.
    wrong: Vec<String>,
    /// The faults that ask to try again.
    refused: usize,
    slowest: Duration,
}

/// Clients of a deployment.
pub struct Clients<'d> {
    deployment: &'d Deployment,
    /// The server that they call.
    port: u16,
    /// Whether their server is killed, so that calls break.
    loses_server: bool,
    /// Whether they also use the portal and `lrs`.
    all_doors: bool,
    ledger: Mutex<Ledger>,
    answered: AtomicUsize,
    ended: AtomicBool,
}

impl<'d> Clients<'d> {
    pub fn of(deployment: &'d Deployment) -> Clients<'d> {
        Clients::at(deployment, deployment.port())
    }

    /// Clients of another server on the same store.
    pub fn at(deployment: &'d Deployment, port: u16) -> Clients<'d> {
        let (answered, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
        Clients { deployment, port, loses_server: false, all_doors: false, ledger: Mutex::default(), answered, ended }
    }

    /// The same, whose calls may break, because their server is killed.
    pub fn that_lose_their_server(self) -> Clients<'d> {
        Clients { loses_server: true, ..self }
    }

    /// The same, who also use the portal and `lrs`.
    pub fn by_all_doors(self) -> Clients<'d> {
        Clients { all_doors: true, ..self }
    }

    /// Calls while `story` runs.
    pub fn during<T>(&self, story: impl FnOnce() -> T) -> T {
        struct End<'e>(&'e AtomicBool);
        impl Drop for End<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| self.live());
            }
            scope.spawn(|| self.submit());
            if self.all_doors {
                scope.spawn(|| self.import());
                scope.spawn(|| self.visit());
            }
            let _end = End(&self.ended);
            story()
        })
    }

    /// Waits until so many more calls were answered as asked.
    pub fn await_answers(&self, more: usize, within: Duration) {
        let until = self.answered.load(Ordering::Relaxed) + more;
        let deadline = Instant::now() + within;
        while self.answered.load(Ordering::Relaxed) < until {
            let ledger = self.ledger.lock().expect("no panic");
            assert!(
                Instant::now() < deadline,
                "{} of {more} more calls were answered within {within:?}; wrong: {:#?}",
                self.answered.load(Ordering::Relaxed) + more - until,
                ledger.wrong
            );
            drop(ledger);
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// How many faults came that ask to try again.
    pub fn refused(&self) -> usize {
        self.ledger.lock().expect("no panic").refused
    }

    /// Registers somebody, finds and changes them, and so on.
    fn live(&self) {
        let provider = self.deployment.provider();
        let credentials = provider.credentials();
        while !self.ended.load(Ordering::Relaxed) {
            let person = Person::new();
            let registered =
                self.call(&provider, &credentials.register(&borrowed(&person.registration("1"))), "WSRC0005");
            let mut sent = Sent::new(By::WebService, person);
            if let Some(answer) = registered {
                let uln = answer.value("ULN");
                let find = credentials.find_by_uln("FUL", &uln, &sent.person.family, &sent.person.given);
                sent.found += usize::from(self.call(&provider, &find, "WSRC0004").is_some());
                let update = credentials.update(&change(&sent.person, &[("LastKnownAddressTown", TOWN)], &uln, "1"));
                sent.changed = match self.call(&provider, &update, "WSRC0006") {
                    Some(_) => Changed::Acknowledged,
                    None => Changed::Unclear,
                };
                sent.found += usize::from(self.call(&provider, &find, "WSRC0004").is_some());
                sent.uln = Some(uln);
            }
            self.ledger.lock().expect("no panic").sent.push(sent);
        }
    }

    /// Imports learners with `lrs`, beside the server.
    fn import(&self) {
        // ULNs that the service does not issue by itself.
        let mut ulns = (600_000_000..).filter_map(Uln::from_stem);
        let path = self.deployment.dir().join("import.csv");
        let path = path.to_str().expect("a path");
        while !self.ended.load(Ordering::Relaxed) {
            let mut file = IMPORT_HEADINGS.to_owned();
            let mut sent: Vec<Sent> = Vec::new();
            for uln in ulns.by_ref().take(LEARNERS_OF_A_BATCH) {
                let person = Person::new();
                let Person { given, family, born, gender, postcode } = &person;
                file += &format!("{uln},{given},{family},{born},{gender},{postcode},1,1\n");
                sent.push(Sent { uln: Some(uln.to_string()), ..Sent::new(By::Command, person) });
            }
            std::fs::write(path, file).expect("written");
            let imported = self.deployment.lrs(&["learner", "import", "--config", "lrs.toml", path]);
            if !imported.status.success() {
                sent.iter_mut().for_each(|sent| sent.uln = None);
                let told = String::from_utf8_lossy(&imported.stderr).into_owned();
                self.ledger.lock().expect("no panic").wrong.push(format!("an import: {told}"));
            }
            self.ledger.lock().expect("no panic").sent.extend(sent);
            thread::sleep(BETWEEN_SLOW);
        }
    }

    /// Registers learners and changes their school at the portal.
    fn visit(&self) {
        let provider = self.deployment.provider();
        let mut visitor = Visitor::signed_in(self.deployment, "PORTAL_ONLINE").that_may_lose_server();
        while !self.ended.load(Ordering::Relaxed) {
            thread::sleep(BETWEEN_SLOW);
            let person = Person::new();
            let register = provider.credentials().register(&borrowed(&person.registration("1")));
            let registered = self.call(&provider, &register, "WSRC0005").map(|answer| answer.value("ULN"));
            let mut sent = Sent { uln: registered, ..Sent::new(By::WebService, person) };
            if let Some(uln) = &sent.uln {
                sent.school = change_school(&mut visitor, uln, &sent.person);
            }
            self.ledger.lock().expect("no panic").sent.push(sent);
        }
    }

    /// Submits one batch of registrations after another.
    fn submit(&self) {
        let provider = self.deployment.provider();
        for number in 0.. {
            if self.ended.load(Ordering::Relaxed) {
                return;
            }
            let batch = crowd(LEARNERS_OF_A_BATCH, number * LEARNERS_OF_A_BATCH);
            if let Some(answer) = self.call(&provider, &provider.credentials().submit_batch("FUL", &batch), "WSRC0007")
            {
                self.ledger.lock().expect("no panic").jobs.push(answer.value("JobID"));
            }
            thread::sleep(BETWEEN_SLOW);
        }
    }

    /// A call; its answer if the code is the expected one. Anything else must be a fault that asks
    /// to try again, and come in time.
    fn call(&self, actor: &Actor<'_>, request: &str, code: &str) -> Option<Answer> {
        let begun = Instant::now();
        let answer = actor.try_post_to(self.port, LS, SOAP_HEADERS, request.as_bytes());
        let took = begun.elapsed();
        let answered = answer.as_ref().ok().filter(|answer| answer.status == 200 && answer.code() == code).cloned();
        let mut ledger = self.ledger.lock().expect("no panic");
        ledger.slowest = ledger.slowest.max(took);
        if took > BOUND && !self.loses_server {
            ledger.wrong.push(format!("an answer after {took:?}"));
        }
        if answered.is_some() {
            self.answered.fetch_add(1, Ordering::Relaxed);
            return answered;
        }
        match answer {
            Ok(answer) if is_unfinished(&answer) => ledger.refused += 1,
            // Too many calls of the organisation wait for the database, or too many of its batches
            // for a worker: nothing was done.
            Ok(answer) if answer.status == 500 && answer.retry_after().is_some() => {}
            Ok(answer) => ledger.wrong.push(format!("{} {}", answer.status, answer.text())),
            Err(_) if self.loses_server => {}
            Err(error) => ledger.wrong.push(format!("no answer: {error}")),
        }
        drop(ledger);
        thread::sleep(PAUSE);
        None
    }

    /// Checks everything that the clients saw against the database, once all is well again.
    pub fn check(self) {
        let ledger = self.ledger.into_inner().expect("no panic");
        assert!(ledger.wrong.is_empty(), "{:#?}", ledger.wrong);
        nothing_lost(self.deployment, &ledger);
        let of = |by| ledger.sent.iter().filter(|sent| sent.by == by && sent.uln.is_some()).count();
        let changed = |change: fn(&Sent) -> Changed| {
            ledger.sent.iter().filter(|sent| change(sent) == Changed::Acknowledged).count()
        };
        println!(
            "  of {} learners, {} registrations and {} imports were acknowledged, {} changes by the web service and {} at the portal, {} batches; {} faults, the slowest answer after {:?}: 0 lost, 0 doubled",
            ledger.sent.len(),
            of(By::WebService),
            of(By::Command),
            changed(|sent| sent.changed),
            changed(|sent| sent.school),
            ledger.jobs.len(),
            ledger.refused,
            ledger.slowest
        );
    }
}

/// Changes the school of a learner at the portal, as far as its pages come.
fn change_school(visitor: &mut Visitor<'_>, uln: &str, person: &Person) -> Changed {
    if visitor.open("/learners/find").status() != 200 || visitor.page().heading() != "Find a learner" {
        return Changed::NotSent;
    }
    let fields = [("way", "uln"), ("uln", uln), ("given_name", &person.given), ("family_name", &person.family)];
    let found = visitor.send(&fields);
    if found.status() != 200 {
        return Changed::NotSent;
    }
    let form = format!("{}/change/school", found.path);
    if visitor.open(&form).status() != 200 || visitor.send(&[("school", SCHOOL)]).status() != 200 {
        return Changed::NotSent;
    }
    let saved = visitor.press("Save change");
    if saved.status() == 200 && saved.text().contains("WSRC0006") { Changed::Acknowledged } else { Changed::Unclear }
}

/// Whether it is the fault that asks to check and try again.
fn is_unfinished(answer: &Answer) -> bool {
    answer.status == 500 && answer.fault().error == "WSEC0999" && answer.text().contains("then try again")
}

/// Whether what was acknowledged is there once, and everything else wholly or not at all.
fn nothing_lost(deployment: &Deployment, ledger: &Ledger) {
    let done: usize = ledger.jobs.iter().map(|job| learners_of(&finished(deployment, job)).len()).sum();
    assert_eq!(done, ledger.jobs.len() * LEARNERS_OF_A_BATCH);
    let store = Store::open(&StoreSettings { url: deployment.store_url(), readers: 1 }).expect("the store");
    let deadline = Instant::now() + SETTLES;
    loop {
        let wrong = differences(&store, ledger);
        if wrong.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "{:#?}", wrong.iter().take(20).collect::<Vec<_>>());
        thread::sleep(Duration::from_millis(500));
    }
    let verified = deployment.lrs(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

fn differences(store: &Store, ledger: &Ledger) -> Vec<String> {
    type Row = (String, String, String, i32, Option<String>, Option<String>);
    let columns = (
        learners::uln,
        learners::family_name,
        learners::given_name,
        learners::version,
        learners::address_town,
        learners::school_at_age_16,
    );
    let rows: Vec<Row> = store.read(|c| Ok(learners::table.select(columns).load(c)?)).expect("learners");
    let lines: Vec<(String, Option<String>, String)> =
        store.read(|c| Ok(audit::table.select((audit::action, audit::uln, audit::outcome)).load(c)?)).expect("lines");
    let mut by_name: HashMap<(&str, &str), Vec<&Row>> = HashMap::new();
    for row in &rows {
        by_name.entry((&row.1, &row.2)).or_default().push(row);
    }
    let mut counts: HashMap<(&str, &str, &str), usize> = HashMap::new();
    for (action, uln, outcome) in &lines {
        *counts.entry((action, uln.as_deref().unwrap_or_default(), outcome)).or_default() += 1;
    }
    let count = |action: &str, uln: &str, outcome: &str| counts.get(&(action, uln, outcome)).copied().unwrap_or(0);
    let mut wrong = Vec::new();
    for (number, sent) in ledger.sent.iter().enumerate() {
        let found = by_name.get(&(&*sent.person.family, &*sent.person.given)).map_or(&[][..], Vec::as_slice);
        let [row] = found else {
            if !found.is_empty() || sent.uln.is_some() {
                wrong.push(format!("person {number}: {} learners", found.len()));
            }
            continue;
        };
        let (uln, _, _, version, town, school) = row;
        if sent.uln.as_ref().is_some_and(|acknowledged| acknowledged != uln) {
            wrong.push(format!("person {number}: another ULN"));
        }
        let registered = match sent.by {
            By::WebService => count("register-learner", uln, "WSRC0005"),
            // One line for the whole file.
            By::Command => 1,
        };
        if registered != 1 {
            wrong.push(format!("person {number}: {registered} lines of the registration"));
        }
        let searches = count("find-by-uln", uln, "WSRC0004");
        if searches < sent.found {
            wrong.push(format!("person {number}: {searches} lines of {} searches", sent.found));
        }
        let updates = count("update-learner", uln, "WSRC0006");
        let (moved, schooled) = (town.as_deref() == Some(TOWN), school.as_deref() == Some(SCHOOL));
        let changes = usize::from(moved) + usize::from(schooled);
        let is_right = sent.changed.agrees(moved)
            && sent.school.agrees(schooled)
            && (usize::try_from(*version), updates) == (Ok(1 + changes), changes);
        if !is_right {
            wrong.push(format!("person {number}: version {version}, {updates} lines of changes"));
        }
    }
    wrong
}
