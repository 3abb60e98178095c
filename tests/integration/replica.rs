//! Searches that a standby answers: never without a learner whose registration was acknowledged
//! before, and never with a fault because of it. Each test has a primary and a standby of its own.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::faults::proxy::{Network, Proxy};
use crate::flows::{Person, borrowed};
use crate::harness::actor::SOAP_HEADERS;
use crate::harness::deployment::Ports;
use crate::harness::server::Server;
use crate::harness::{Database, Deployment, Setup};

const LS: &str = "LearnerService";
const PATIENCE: Duration = Duration::from_secs(60);
/// The service's user, who is no superuser, and its database.
const USER: &str = "service";
const DATABASE: &str = "records";
/// What makes the servers quick. The log keeps its files, so that a standby finds them.
const SETTINGS: &str = "fsync = off\nwal_keep_size = 512MB";
/// The longest search: its time for the replica, then the primary, on a busy machine.
const LONGEST: Duration = Duration::from_secs(4);

/// Who answered searches, as the metrics say.
const BY_REPLICA: (&str, &str) = ("replica", "caught_up");
const BEHIND: (&str, &str) = ("primary", "replica_behind");
const FAILED: (&str, &str) = ("primary", "replica_failed");

struct Pair {
    // The first to end.
    deployment: Deployment,
    primary: Server,
    standby: Server,
}

impl Pair {
    fn start() -> Pair {
        Pair::with(SETTINGS)
    }

    /// With these settings of the standby.
    fn with(settings: &str) -> Pair {
        let primary = primary();
        let standby = primary.standby(settings);
        let replica = standby.address(USER, DATABASE);
        Pair { deployment: deployment(&primary.address(USER, DATABASE), replica), primary, standby }
    }
}

fn primary() -> Server {
    let primary = Server::start(SETTINGS);
    primary.execute("postgres", &format!("CREATE ROLE {USER} LOGIN"));
    primary.execute("postgres", &format!("CREATE DATABASE {DATABASE} OWNER {USER}"));
    primary
}

/// A service that has been answered by its replica.
fn deployment(store: &str, replica: String) -> Deployment {
    let setup = Setup { environment: vec![("LRS_STORE_REPLICA_URL", replica)] };
    let deployment = Deployment::through(store, store.to_owned(), setup);
    await_replica(&deployment);
    deployment
}

fn counted(deployment: &Deployment, (database, why): (&str, &str)) -> u64 {
    let series = format!(r#"lrs_searches_total{{database="{database}",why="{why}"}} "#);
    metric(deployment, &series).map_or(0, |count| count as u64)
}

fn metric(deployment: &Deployment, series: &str) -> Option<f64> {
    let (_, text) = deployment.operations("GET", "/metrics").expect("the operations listener");
    text.lines().find_map(|line| line.strip_prefix(series)).map(|value| value.parse().expect("a number"))
}

/// The code of a search for somebody at the server with this port.
fn search_at(deployment: &Deployment, port: u16, person: &Person) -> String {
    let provider = deployment.provider();
    let search = provider.credentials().find_by_demographics("FUL", &person.demographics());
    let begun = Instant::now();
    let answer = provider.try_post_to(port, LS, SOAP_HEADERS, search.as_bytes()).expect("an answer");
    assert!(begun.elapsed() < LONGEST, "a search took {:?}", begun.elapsed());
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.code()
}

fn search(deployment: &Deployment, person: &Person) -> String {
    search_at(deployment, deployment.port(), person)
}

/// Registers somebody, who must be found at once.
fn registered_and_found(deployment: &Deployment) {
    let person = Person::new();
    person.register(&deployment.provider(), "1");
    assert_eq!(search(deployment, &person), "WSRC0004");
}

/// Searches until the replica has answered.
fn await_replica(deployment: &Deployment) {
    let before = counted(deployment, BY_REPLICA);
    let deadline = Instant::now() + PATIENCE;
    while counted(deployment, BY_REPLICA) == before {
        search(deployment, &Person::new());
        assert!(Instant::now() < deadline, "the replica answers nothing:\n{}", deployment.log());
        thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until `/readyz`, which stays 200, warns with these words.
fn await_warning(deployment: &Deployment, words: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (status, said) = deployment.operations("GET", "/readyz").expect("the operations listener");
        assert_eq!(status, 200, "{said}");
        if said.contains("the replica answers no searches") && said.contains(words) {
            return;
        }
        assert!(Instant::now() < deadline, "{said}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until `/readyz` warns of nothing.
fn await_no_warning(deployment: &Deployment) {
    let deadline = Instant::now() + PATIENCE;
    while deployment.operations("GET", "/readyz").expect("the operations listener").1 != "ready\n" {
        assert!(Instant::now() < deadline, "{:?}", deployment.operations("GET", "/readyz"));
        thread::sleep(Duration::from_millis(50));
    }
}

/// Clients that register people and search for them without a pause while `story` runs. Everybody
/// must be found. Returns how long the searches took, sorted.
fn under_load(deployment: &Deployment, story: impl FnOnce()) -> Vec<Duration> {
    struct End<'e>(&'e AtomicBool);
    impl Drop for End<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let (ended, took) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let provider = deployment.provider();
                let mut connection = provider.connect().expect("a connection");
                let mut call = |text: String| {
                    let request =
                        crate::harness::actor::request("POST", "/LearnerService.svc", SOAP_HEADERS, text.as_bytes());
                    connection.send(&request).expect("sent");
                    let answer = connection.receive().expect("an answer");
                    assert_eq!(answer.status, 200, "{}", answer.text());
                    answer.code()
                };
                while !ended.load(Ordering::Relaxed) {
                    let person = Person::new();
                    let credentials = provider.credentials();
                    assert_eq!(call(credentials.register(&borrowed(&person.registration("1")))), "WSRC0005");
                    let begun = Instant::now();
                    assert_eq!(call(credentials.find_by_demographics("FUL", &person.demographics())), "WSRC0004");
                    took.lock().expect("no panic").push(begun.elapsed());
                }
            });
        }
        let _end = End(&ended);
        story();
    });
    let mut took = took.into_inner().expect("no panic");
    took.sort();
    assert!(took.last().is_some_and(|longest| *longest < LONGEST), "{:?}", took.last());
    took
}

/// Prints who answered, and how long the replica was waited for.
fn told(what: &str, deployment: &Deployment, took: &[Duration]) {
    let (_, text) = deployment.operations("GET", "/metrics").expect("the operations listener");
    let searches: Vec<&str> = text.lines().filter(|line| line.starts_with("lrs_searches_total{")).collect();
    let waited = metric(deployment, "lrs_replica_wait_seconds_total ").expect("a time");
    let mean = waited * 1000.0 / counted(deployment, BY_REPLICA) as f64;
    println!(
        "{what}: {} searches, p50 {:?}, p99 {:?}, longest {:?}; the replica was waited for {mean:.2} ms on average; {searches:?}",
        took.len(),
        took[took.len() / 2],
        took[took.len() * 99 / 100],
        took[took.len() - 1],
    );
}

/// Who is registered through one node is found at once through each, whatever the replica has
/// replayed.
#[test]
fn a_learner_is_found_at_once_while_the_replica_lags() {
    let Pair { deployment, standby, .. } = &Pair::start();
    let node = deployment.another_node();
    standby.execute("postgres", "SELECT pg_wal_replay_pause()");
    standby.wait("pg_get_wal_replay_pause_state()", |state| state == "paused");
    let (replica, behind) = (counted(deployment, BY_REPLICA), counted(deployment, BEHIND));
    for _ in 0..5 {
        let person = Person::new();
        person.register(&deployment.provider(), "1");
        for port in [deployment.port(), node.port] {
            assert_eq!(search_at(deployment, port, &person), "WSRC0004");
        }
        // Longer than it is left alone for.
        thread::sleep(Duration::from_millis(400));
    }
    assert_eq!(counted(deployment, BY_REPLICA), replica, "it has not replayed the registrations");
    assert_eq!(counted(deployment, BEHIND), behind + 5);
    await_warning(deployment, "does not keep up");
    standby.execute("postgres", "SELECT pg_wal_replay_resume()");
    await_replica(deployment);
    await_no_warning(deployment);
    registered_and_found(deployment);
    let verified = deployment.lrs(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    // Each search is in the audit trail, whoever answered it.
    let exported = deployment.lrs(&["audit", "export"]);
    let searches = String::from_utf8_lossy(&exported.stdout).matches("find-by-details").count();
    assert!(searches >= 11, "{searches}");
}

/// Under load the primary is always ahead, so the replica must be waited for.
#[test]
fn searches_under_load_wait_for_the_replica() {
    let Pair { deployment, .. } = &Pair::start();
    let before = counted(deployment, BY_REPLICA);
    let took = under_load(deployment, || thread::sleep(Duration::from_secs(6)));
    told("under load", deployment, &took);
    let answered = counted(deployment, BY_REPLICA) - before;
    assert!(answered * 2 > took.len() as u64, "{answered} of {}", took.len());
}

#[test]
fn a_replica_that_dies_costs_nobody_a_fault() {
    let Pair { deployment, standby, .. } = &mut Pair::start();
    let took = under_load(deployment, || {
        thread::sleep(Duration::from_secs(1));
        standby.stop("immediate");
        await_warning(deployment, "cannot connect");
        thread::sleep(Duration::from_secs(2));
        standby.start_again();
        standby.wait("pg_is_in_recovery()", |text| text == "true");
        await_no_warning(deployment);
    });
    told("a replica that dies", deployment, &took);
    await_replica(deployment);
    let log = deployment.log();
    assert!(log.contains("the primary answers what the replica could: cannot connect"), "{log}");
    assert!(log.contains("the replica answers again"), "{log}");
}

#[test]
fn a_replica_that_falls_silent_costs_a_second_at_most() {
    let primary = primary();
    let standby = primary.standby(SETTINGS);
    let proxy = Proxy::before(&format!("127.0.0.1:{}", standby.port()));
    let replica = format!("postgres://{USER}@{}/{DATABASE}", proxy.address());
    let deployment = &deployment(&primary.address(USER, DATABASE), replica);
    for network in [Network::Stalled, Network::Hole] {
        let took = under_load(deployment, || {
            thread::sleep(Duration::from_secs(1));
            proxy.set(network);
            await_warning(deployment, "");
            thread::sleep(Duration::from_secs(3));
            proxy.set(Network::Well);
            await_no_warning(deployment);
        });
        told(&format!("{network:?}"), deployment, &took);
        await_replica(deployment);
        // Each of the clients can have waited once, and all sessions were free.
        let long = took.iter().filter(|took| **took > Duration::from_millis(900)).count();
        assert!(long <= 8, "{long} searches waited");
    }
}

/// Replaying may end the statements of a standby ("conflict with recovery"), and an operator its
/// statements and sessions. The standby compiles each search first, so that it takes long enough.
#[test]
fn a_search_that_is_cancelled_on_the_replica_is_answered() {
    let slow = "max_standby_streaming_delay = 0\njit_above_cost = 1";
    let Pair { deployment, primary, standby } = &Pair::with(&format!("{SETTINGS}\n{slow}"));
    primary.execute(DATABASE, "CREATE TABLE filler AS SELECT number FROM generate_series(1, 200) AS number");
    let took = under_load(deployment, || {
        let until = |what: &str, work: &dyn Fn(), is_done: &dyn Fn() -> bool| {
            let deadline = Instant::now() + PATIENCE;
            while !is_done() {
                assert!(Instant::now() < deadline, "no search was ended: {what}");
                work();
            }
        };
        let vacuum = || {
            primary.execute(DATABASE, "UPDATE filler SET number = number");
            primary.execute(DATABASE, "VACUUM filler");
        };
        let conflicts = "SELECT sum(conflicts) FROM pg_stat_database";
        until("conflict with recovery", &vacuum, &|| {
            standby.query(conflicts).is_some_and(|count| count != "0") && counted(deployment, FAILED) > 0
        });
        for end in ["pg_cancel_backend", "pg_terminate_backend"] {
            let end_all = format!("SELECT {end}(pid) FROM pg_stat_activity WHERE usename = '{USER}'");
            let before = counted(deployment, FAILED);
            until(end, &|| standby.execute("postgres", &end_all), &|| counted(deployment, FAILED) > before);
        }
    });
    told("searches that are cancelled", deployment, &took);
    standby.execute("postgres", "ALTER SYSTEM SET jit = off");
    standby.execute("postgres", "SELECT pg_reload_conf()");
    await_replica(deployment);
}

/// It passes every check, and takes more than a second for a search.
#[test]
fn a_replica_that_answers_too_late_is_left_alone() {
    let primary = primary();
    let standby = primary.standby(SETTINGS);
    let proxy = Proxy::before(&format!("127.0.0.1:{}", standby.port()));
    let replica = format!("postgres://{USER}@{}/{DATABASE}", proxy.address());
    let deployment = &deployment(&primary.address(USER, DATABASE), replica);
    proxy.set(Network::Slow(Duration::from_millis(400)));
    let took = under_load(deployment, || thread::sleep(Duration::from_secs(10)));
    told("a replica that answers too late", deployment, &took);
    let long = took.iter().filter(|took| **took > Duration::from_millis(900)).count();
    // After a second, two, four and eight, by as many clients as there are.
    assert!((1..=12).contains(&long), "{long} searches waited");
    await_warning(deployment, "it does not answer in time");
    proxy.set(Network::Well);
    await_replica(deployment);
    await_no_warning(deployment);
}

#[test]
fn a_replica_that_was_promoted_is_not_asked() {
    let Pair { deployment, standby, .. } = &Pair::start();
    standby.promote();
    let replica = counted(deployment, BY_REPLICA);
    for _ in 0..3 {
        registered_and_found(deployment);
    }
    assert_eq!(counted(deployment, BY_REPLICA), replica);
    await_warning(deployment, "the server is not a standby");
    registered_and_found(deployment);
    assert_eq!(counted(deployment, BY_REPLICA), replica);
}

#[test]
fn what_is_no_replica_of_the_database_is_not_asked() {
    let Pair { deployment, primary, standby } = &Pair::start();
    for (address, says) in [
        (primary.address(USER, DATABASE), "the server is not a standby"),
        (standby.address(USER, "postgres"), "the server is a standby of another database"),
        ("postgres://service@127.0.0.1:1/records".to_owned(), "cannot connect"),
    ] {
        let node = deployment.node_at(Ports::free(), &[("LRS_STORE_REPLICA_URL", address)]);
        let deadline = Instant::now() + PATIENCE;
        while !node.operations("/readyz").1.contains(says) {
            assert!(Instant::now() < deadline, "{says}: {:?}", node.operations("/readyz"));
            thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(node.operations("/readyz").0, 200);
        let person = Person::new();
        person.register(&deployment.provider(), "1");
        assert_eq!(search_at(deployment, node.port, &person), "WSRC0004");
    }
}

/// After a failover, a replica that is left from before may have replayed more of the old log than
/// the new primary has written of its own. That is another history.
#[test]
fn a_replica_of_before_a_failover_is_not_asked() {
    let primary = primary();
    let (mut candidate, replica) = (primary.standby(SETTINGS), primary.standby(SETTINGS));
    let store = format!(
        "postgres://{USER}@127.0.0.1:{},127.0.0.1:{}/{DATABASE}?target_session_attrs=read-write&connect_timeout=2",
        primary.port(),
        candidate.port()
    );
    let deployment = &deployment(&store, replica.address(USER, DATABASE));
    candidate.wait("pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()", |text| text == "true");
    candidate.stop("fast");
    primary.execute(DATABASE, "CREATE TABLE filler AS SELECT number FROM generate_series(1, 300000) AS number");
    let written = primary.query("pg_current_wal_flush_lsn()").expect("a position");
    replica.wait(&format!("pg_last_wal_replay_lsn() >= '{written}'"), |text| text == "true");
    primary.stop("immediate");
    candidate.start_again();
    candidate.wait("pg_is_in_recovery()", |text| text == "true");
    candidate.promote();
    candidate.await_primary();
    await_readiness(deployment);

    let (answered, behind) = (counted(deployment, BY_REPLICA), counted(deployment, BEHIND));
    for _ in 0..3 {
        registered_and_found(deployment);
        thread::sleep(Duration::from_millis(1100));
    }
    let replayed = replica.query("pg_last_wal_replay_lsn()").expect("a position");
    let is_ahead = candidate.query(&format!("pg_current_wal_flush_lsn() < '{replayed}'"));
    assert_eq!(is_ahead.as_deref(), Some("true"), "positions alone would not tell");
    assert_eq!(counted(deployment, BY_REPLICA), answered);
    assert!(counted(deployment, BEHIND) >= behind + 3);
}

fn await_readiness(deployment: &Deployment) {
    let deadline = Instant::now() + PATIENCE;
    while deployment.operations("GET", "/readyz").is_none_or(|(status, _)| status != 200) {
        assert!(Instant::now() < deadline, "{:?}", deployment.operations("GET", "/readyz"));
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn sqlite_has_no_replica() {
    let deployment = Deployment::shared(Database::Sqlite);
    let shown = deployment.shell("cd demo && LRS_STORE_REPLICA_URL=postgres://lrs@db2/lrs lrs serve");
    let said = String::from_utf8_lossy(&shown.stderr).into_owned();
    assert!(!shown.status.success() && said.contains("store.replica_url"), "{said}");
    assert!(said.contains("SQLite has no replicas"), "{said}");
}
