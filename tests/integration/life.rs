//! Starting, stopping and losing the server: nothing acknowledged is lost, and nothing is done
//! twice.

mod folders;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use learning_records::store::{Store, StoreSettings};

use crate::flows::{Person, borrowed};
use crate::harness::actor::request;
use crate::harness::deployment::LRS;
use crate::harness::{Answer, Database, Deployment, on_both};

const LS: &str = "LearnerService";
const XML: &str = "Content-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"\r\n";

on_both! {
    /// Clients give up after 20 seconds: they hear about a locked database before that.
    fn a_database_that_is_locked_is_told_while_the_client_still_listens(database) {
        let deployment = Deployment::start(database);
        let provider = deployment.provider();
        let store = Store::open(&StoreSettings { url: deployment.store_url(), readers: 1 }).unwrap();
        let (locked, is_locked) = channel();
        let (release, released) = channel::<()>();
        let released = Mutex::new(released);
        let holder = std::thread::spawn(move || {
            store.write(move |c| {
                if !matches!(database, Database::Sqlite) {
                    diesel::sql_query("LOCK TABLE learners, registry_changes IN ACCESS EXCLUSIVE MODE").execute(&mut **c)?;
                }
                let _ = locked.send(());
                let _ = released.lock().unwrap().recv();
                Ok(())
            })
        });
        is_locked.recv().unwrap();
        let person = Person::new();
        let begin = Instant::now();
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let call = || provider.post(LS, &provider.credentials().register(&borrowed(&person.registration("1"))));
            let calls: Vec<_> = (0..3).map(|_| scope.spawn(call)).collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        let took = begin.elapsed();
        for answer in answers {
            assert_eq!((answer.status, answer.fault().error.as_str()), (500, "WSEC0999"), "{}", answer.text());
        }
        // Below the client's 20 seconds, with room for a busy machine.
        assert!(took < Duration::from_secs(15), "{took:?}");
        drop(release);
        holder.join().unwrap().unwrap();
        let later = Person::new();
        later.register(&provider, "1");
    }

    /// As one that imports learners, or works on batches beside a slow disk.
    fn a_start_waits_for_a_process_that_locks_the_database(database) {
        let mut deployment = Deployment::start(database);
        deployment.stop();
        let store = Store::open(&StoreSettings { url: deployment.store_url(), readers: 1 }).unwrap();
        let (locked, is_locked) = channel();
        let holder = std::thread::spawn(move || {
            store.write(move |_| {
                let _ = locked.send(());
                // Longer than a connection waits.
                std::thread::sleep(Duration::from_secs(8));
                Ok(())
            })
        });
        is_locked.recv().unwrap();
        deployment.launch();
        holder.join().unwrap().unwrap();
        Person::new().register(&deployment.provider(), "1");
    }

    /// Registers from several clients at once, kills the server, and looks for everybody who got a
    /// ULN.
    fn a_learner_who_got_a_uln_survives_a_kill(database) {
        let mut deployment = Deployment::start(database);
        let mut known: BTreeSet<String> = BTreeSet::new();
        for round in 0..3 {
            let registered: Mutex<Vec<(String, Person)>> = Mutex::default();
            std::thread::scope(|scope| {
                let stage = &deployment;
                for _ in 0..4 {
                    scope.spawn(|| {
                        let provider = stage.provider();
                        let Ok(mut connection) = provider.connect() else { return };
                        loop {
                            let person = Person::new();
                            let body = provider.credentials().register(&borrowed(&person.registration("1")));
                            let sent = connection.send(&request("POST", "/LearnerService.svc", XML, body.as_bytes()));
                            let Ok(answer) = sent.and_then(|()| connection.receive()) else { return };
                            if answer.status != 200 {
                                return;
                            }
                            assert_eq!(answer.code(), "WSRC0005");
                            registered.lock().expect("a lock").push((answer.value("ULN"), person));
                        }
                    });
                }
                std::thread::sleep(Duration::from_millis(700 + 300 * round));
                stage.signal("-KILL");
            });
            deployment.ended();
            deployment.launch();
            let registered = registered.into_inner().expect("a lock");
            assert!(registered.len() > 5, "registrations were under way: {}", registered.len());
            let provider = deployment.provider();
            for (uln, person) in &registered {
                assert!(known.insert(uln.clone()), "a ULN was issued twice");
                let answer = provider.post(LS, &provider.credentials().find_by_uln("FUL", uln, &person.family, &person.given));
                assert_eq!(answer.code(), "WSRC0004", "a registered learner is missing after the kill");
            }
        }
    }

    fn calls_in_flight_finish_when_the_server_stops(database) {
        let mut deployment = Deployment::start(database);
        let code = {
            let provider = deployment.provider();
            let person = Person::new();
            let body = provider.credentials().register(&borrowed(&person.registration("1")));
            let bytes = request("POST", "/LearnerService.svc", XML, body.as_bytes());
            let (head, tail) = bytes.split_at(bytes.len() - 10);
            let mut connection = provider.connect().expect("a connection");
            connection.send(head).expect("sent");
            // The server has started reading this call when it is told to stop.
            std::thread::sleep(Duration::from_millis(300));
            deployment.signal("-TERM");
            std::thread::sleep(Duration::from_millis(200));
            connection.send(tail).expect("sent");
            connection.receive().expect("an answer").code()
        };
        assert_eq!(code, "WSRC0005");
        assert_eq!(deployment.ended(), Some(0), "{}", deployment.log());
    }

    /// Clients that keep their connections and call constantly are served through a stop, and
    /// reconnect when told to close.
    fn no_call_that_was_sent_goes_unanswered_when_the_server_stops(database) {
        let mut deployment = Deployment::start(database);
        let (answered, announced) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let stage = &deployment;
        std::thread::scope(|scope| {
            let mut idle = stage.provider().connect().expect("a connection");
            for _ in 0..12 {
                scope.spawn(|| {
                    let provider = stage.provider();
                    let body = provider.credentials().find_by_uln("FUL", "1000000000", "Body", "No");
                    let bytes = request("POST", "/LearnerService.svc", XML, body.as_bytes());
                    while let Ok(mut connection) = provider.connect() {
                        loop {
                            connection.send(&bytes).expect("sent");
                            let answer = connection.receive().expect("every call that was sent is answered");
                            assert_eq!(answer.status, 200);
                            answered.fetch_add(1, Ordering::Relaxed);
                            if answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")) {
                                announced.fetch_add(1, Ordering::Relaxed);
                                break;
                            }
                        }
                    }
                });
            }
            while answered.load(Ordering::Relaxed) < 100 {
                std::thread::sleep(Duration::from_millis(5));
            }
            stage.signal("-TERM");
            while announced.load(Ordering::Relaxed) == 0 {
                std::thread::sleep(Duration::from_millis(5));
            }
            assert_eq!(stage.operations("GET", "/readyz").map(|(status, _)| status), Some(503));
            let provider = stage.provider();
            let body = provider.credentials().find_by_uln("FUL", "1000000000", "Body", "No");
            idle.send(&request("POST", "/LearnerService.svc", XML, body.as_bytes())).expect("sent");
            let answer = idle.receive().expect("an idle connection is kept a moment");
            assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
        });
        assert_eq!(deployment.ended(), Some(0), "{}", deployment.log());
        assert!(announced.into_inner() >= 12, "each client was told");
    }

    fn service_levels_have_what_was_called_just_before_a_clean_stop(database) {
        let mut deployment = Deployment::start(database);
        {
            let provider = deployment.provider();
            for _ in 0..3 {
                provider.post(LS, &provider.credentials().find_by_uln("FUL", "1000000000", "Body", "No"));
            }
        }
        assert_eq!(deployment.stop(), Some(0), "{}", deployment.log());
        let levels = deployment.lrs(&["slo"]);
        let text = String::from_utf8_lossy(&levels.stdout);
        assert!(text.contains("3 calls answered, 0 failed"), "{text}");
    }

    fn a_second_start_takes_up_the_folder_and_its_learners(database) {
        let mut deployment = Deployment::start(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let certificate = fs::read(deployment.dir().join("pki/provider.pem")).expect("a certificate");
        assert_eq!(deployment.stop(), Some(0));
        deployment.launch();
        assert_eq!(fs::read(deployment.dir().join("pki/provider.pem")).expect("a certificate"), certificate);
        let provider = deployment.provider();
        let find = provider.credentials().find_by_uln("FUL", &uln, &person.family, &person.given);
        assert_eq!(provider.post(LS, &find).code(), "WSRC0004");
        deployment.reset();
        assert_eq!(provider.post(LS, &find).code(), "WSRC0001", "the reset puts the demo's data back");
        person.register(&provider, "1");
    }

    fn health_and_metrics_are_told_on_loopback(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        provider.post(LS, &provider.credentials().find_by_uln("FUL", "1000000000", "Body", "No"));
        for path in ["/livez", "/readyz", "/health"] {
            assert_eq!(deployment.operations("GET", path).expect("an answer").0, 200, "{path}");
        }
        let (status, metrics) = deployment.operations("GET", "/metrics").expect("an answer");
        assert_eq!(status, 200);
        assert!(metrics.lines().any(|line| line.contains("learnerByULN") && line.contains("WSRC0001")), "{metrics}");
        assert_eq!(provider.ask("GET", "/metrics").status, 404, "not on the public listener");
    }
}

/// If a database file is removed or replaced while the server runs, health reports it, and changes
/// that would be lost are refused; once it is restored, all is well again.
#[test]
fn health_tells_of_a_database_that_is_gone_and_changes_are_refused() {
    let deployment = Deployment::start(Database::Sqlite);
    let (file, away) = (deployment.dir().join("lrs.db"), deployment.dir().join("away.db"));
    let health = || deployment.operations("GET", "/readyz").expect("an answer");
    let provider = deployment.provider();
    let register = || {
        let person = Person::new();
        provider.post(LS, &provider.credentials().register(&borrowed(&person.registration("1"))))
    };
    assert_eq!(health().0, 200);
    fs::rename(&file, &away).expect("moved");
    let (status, said) = health();
    assert!(status == 503 && said.contains("lrs.db was removed"), "{status} {said}");
    let refused = register();
    assert!(refused.status == 500 && refused.text().contains("WSEC0999"), "{}", refused.text());
    // Log lines are written a moment later.
    let is_told = (0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        deployment.log().contains("writes are refused")
    });
    assert!(is_told, "{}", deployment.log());
    fs::copy(&away, &file).expect("copied");
    let (status, said) = health();
    assert!(status == 503 && said.contains("lrs.db was replaced"), "{status} {said}");
    assert_eq!(register().status, 500);
    fs::rename(&away, &file).expect("moved back");
    assert_eq!(health().0, 200);
    assert_eq!(register().status, 200);
}

/// A server that cannot write does not start.
#[test]
fn a_read_only_database_is_refused() {
    let mut deployment = Deployment::start(Database::Sqlite);
    assert_eq!(deployment.stop(), Some(0));
    let file = deployment.dir().join("lrs.db").display().to_string();
    deployment.set("LRS_STORE_URL", &format!("sqlite:file:{file}?mode=ro"));
    for command in ["serve", "worker"] {
        let output = deployment.lrs(&[command]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("Cannot write to the database"), "{command}: {said}");
    }
}

/// The same on PostgreSQL; health reports it if it happens later.
#[cfg(feature = "postgres")]
#[test]
fn a_read_only_server_of_postgresql_is_refused_and_told() {
    use diesel::{Connection, PgConnection, RunQueryDsl};
    let mut deployment = Deployment::start(Database::Postgres);
    let url = deployment.store_url();
    let (_, name) = url.rsplit_once('/').expect("a database");
    let sql = |text: &str| {
        let mut connection = PgConnection::establish(&url).expect("the server answers");
        diesel::sql_query(text).execute(&mut connection).expect("done");
    };
    sql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    // Only new connections have the setting.
    sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    loop {
        let (status, said) = deployment.operations("GET", "/readyz").expect("an answer");
        if status == 503 && said.contains("read-only") {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{status} {said}");
        std::thread::sleep(Duration::from_millis(100));
    }
    deployment.signal("-KILL");
    deployment.ended();
    let output = deployment.lrs(&["serve"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("read-only"), "{said}");
}
