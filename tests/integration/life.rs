//! Starting, stopping and losing the server: nothing that was answered is lost, nothing is done twice.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Mutex;
use std::time::Duration;

use crate::flows::{Person, borrowed};
use crate::harness::actor::request;
use crate::harness::{Database, Deployment, on_both};

const LS: &str = "LearnerService";
const XML: &str = "Content-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"\r\n";

on_both! {
    /// Registers from several clients at once, pulls the plug, and looks for everybody who got a ULN.
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
            // The server has begun to read this call when it is told to stop.
            std::thread::sleep(Duration::from_millis(300));
            deployment.signal("-TERM");
            std::thread::sleep(Duration::from_millis(200));
            connection.send(tail).expect("sent");
            connection.receive().expect("an answer").code()
        };
        assert_eq!(code, "WSRC0005");
        assert_eq!(deployment.ended(), Some(0), "{}", deployment.log());
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

/// A port that is taken is an error that says so.
#[test]
fn a_taken_port_is_reported() {
    let deployment = Deployment::shared(Database::Sqlite);
    let folder = tempfile::tempdir().expect("a folder");
    let port = deployment.port().to_string();
    let directory = folder.path().join("demo");
    let output = deployment.lrs(&[
        "demo",
        "--dir",
        &directory.display().to_string(),
        "--port",
        &port,
        "--ops-port",
        "0",
        "--learners",
        "1",
    ]);
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains(&port), "{text}");
}
