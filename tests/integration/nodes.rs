//! Several servers on one store: an operator's change to who may call is effective on all of them
//! when the command returns. So is maintenance that begins at once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chrono::{TimeDelta, Utc};
use learning_records::model::{Fingerprint, london_time};

use crate::harness::actor::{read_identity, request};
use crate::harness::message::Credentials;
use crate::harness::{Actor, Answer, Deployment, on_both};

const XML: &str = "Content-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"\r\n";

/// The service asks to be called again later.
const BUSY: &str = "WSEC0999";

fn code(answer: &Answer) -> String {
    match answer.status {
        200 => answer.code(),
        405 if answer.text().contains("<Code>UnsupportedHttpVerb</Code>") => MAINTENANCE.to_owned(),
        _ => answer.fault().error,
    }
}

fn question(credentials: &Credentials) -> Vec<u8> {
    let text = credentials.find_by_uln("FUL", "1000000000", "Body", "No");
    request("POST", "/LearnerService.svc", XML, text.as_bytes())
}

/// The service is closed for maintenance.
const MAINTENANCE: &str = "UnsupportedHttpVerb";

/// Two servers, each with kept-alive connections that are never idle.
struct Cluster<'d> {
    deployment: &'d Deployment,
    actor: Actor<'d>,
    ports: [u16; 2],
}

impl Cluster<'_> {
    /// Runs a command of `lrs` while all connections make calls. Returns its output, and the first
    /// reply on each connection to a call started after the command had returned.
    fn during(&self, question: &[u8], command: &[&str], before: &str) -> (String, Vec<String>) {
        const EACH: usize = 2;
        let (begun, returned) = (AtomicUsize::new(0), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let caller = |port| {
                let (begun, returned) = (&begun, &returned);
                scope.spawn(move || {
                    let connect = || self.actor.connect_to(port).expect("a connection");
                    let mut connection = connect();
                    let mut ask = || {
                        connection.send(question).expect("sent");
                        let answer = connection.receive().expect("an answer");
                        if answer.header("Connection").is_some_and(|value| value.eq_ignore_ascii_case("close")) {
                            connection = connect();
                        }
                        code(&answer)
                    };
                    // Many wrong passwords at once make a server busy, whatever comes next.
                    let first = std::iter::repeat_with(&mut ask).find(|code| code != BUSY);
                    assert_eq!(first.as_deref(), Some(before));
                    begun.fetch_add(1, Ordering::SeqCst);
                    loop {
                        let has_returned = returned.load(Ordering::SeqCst);
                        let code = ask();
                        if has_returned {
                            return code;
                        }
                    }
                })
            };
            let callers: Vec<_> = self.ports.iter().flat_map(|port| [*port; EACH]).map(caller).collect();
            while begun.load(Ordering::SeqCst) < callers.len() && callers.iter().all(|caller| !caller.is_finished()) {
                std::thread::yield_now();
            }
            let output = self.deployment.lrs(command);
            returned.store(true, Ordering::SeqCst);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let codes = callers.into_iter().map(|caller| caller.join().expect("a caller")).collect();
            (String::from_utf8_lossy(&output.stdout).into_owned(), codes)
        })
    }
}

on_both! {
    fn a_change_of_who_may_call_holds_when_the_command_returns(database) {
        let deployment = Deployment::start(database);
        let node = deployment.another_node();
        let actor = deployment.provider();
        let question = self::question(&actor.credentials());
        let ukprn = actor.credentials().ukprn;
        let cluster = Cluster { deployment: &deployment, actor, ports: [deployment.port(), node.port] };
        let holds = |question: &[u8], command: &[&str], before: &str, after: &str| {
            let (said, codes) = cluster.during(question, command, before);
            let holds = |code: &String| code == after || (after == "WSEC0005" && code == BUSY);
            assert!(codes.iter().all(holds), "{command:?}: {codes:?} instead of {after}");
            said
        };
        holds(&question, &["org", "grant", &ukprn, "find-learner", "--remove"], "WSRC0001", "WSEC0006");
        holds(&question, &["org", "grant", &ukprn, "find-learner"], "WSEC0006", "WSRC0001");
        let said = holds(&question, &["org", "password", &ukprn], "WSRC0001", "WSEC0005");
        let password = said.lines().find_map(|line| line.split_once("(shown only once): ")).expect("a password").1;
        let question = self::question(&Credentials { password: password.to_owned(), ..cluster.actor.credentials() });
        let certificate = deployment.dir().join(deployment.variable("PROVIDER_CERT"));
        let fingerprint = Fingerprint::of_der(&read_identity(&certificate).0[0]).to_string();
        holds(&question, &["cert", "revoke", &fingerprint], "WSRC0001", "WSEC0003");
    }

    fn a_node_that_stood_still_meanwhile_goes_by_the_change(database) {
        let deployment = Deployment::start(database);
        let node = deployment.another_node();
        let actor = deployment.provider();
        let question = question(&actor.credentials());
        let mut kept = actor.connect_to(node.port).expect("a connection");
        let mut ask = || {
            kept.send(&question).expect("sent");
            code(&kept.receive().expect("an answer"))
        };
        assert_eq!(ask(), "WSRC0001");
        node.signal("-STOP");
        let certificate = deployment.dir().join(deployment.variable("PROVIDER_CERT"));
        let fingerprint = Fingerprint::of_der(&read_identity(&certificate).0[0]).to_string();
        let output = deployment.lrs(&["cert", "revoke", &fingerprint]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        node.signal("-CONT");
        assert_eq!(ask(), "WSEC0003");
    }

    fn a_certificate_that_was_added_may_call_when_the_command_returns(database) {
        let deployment = Deployment::start(database);
        let node = deployment.another_node();
        let made = deployment.lrs(&["cert", "new", "renewed", "--dir", "pki"]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let renewed = deployment.dir().join("pki/renewed.pem");
        let actor = deployment.provider().speaking(&renewed, rustls::ALL_VERSIONS);
        let question = self::question(&actor.credentials());
        let ukprn = actor.credentials().ukprn;
        let cluster = Cluster { deployment: &deployment, actor, ports: [deployment.port(), node.port] };
        let command = ["cert", "add", &ukprn, "pki/renewed.pem"];
        let (_, codes) = cluster.during(&question, &command, "WSEC0003");
        assert!(codes.iter().all(|code| code == "WSRC0001"), "{codes:?}");
    }

    fn planned_maintenance_closes_every_server_when_the_command_returns(database) {
        let deployment = Deployment::start(database);
        let node = deployment.another_node();
        let actor = deployment.provider();
        let question = self::question(&actor.credentials());
        let cluster = Cluster { deployment: &deployment, actor, ports: [deployment.port(), node.port] };
        let until = london_time(Utc::now().naive_utc() + TimeDelta::hours(2)).format("%Y-%m-%d %H:%M").to_string();
        let plan = ["maintenance", "plan", "--urgent", "--from", "now", "--until", &until, "--text", "We repair a disk."];
        let (said, codes) = cluster.during(&question, &plan, "WSRC0001");
        assert!(codes.iter().all(|code| code == MAINTENANCE), "{codes:?}");
        assert!(said.contains("  1  ") && said.contains("We repair a disk."), "{said}");
        let listed = deployment.lrs(&["maintenance", "list"]);
        assert!(String::from_utf8_lossy(&listed.stdout).contains("everything (now)"));
        let (_, codes) = cluster.during(&question, &["maintenance", "cancel", "1"], MAINTENANCE);
        assert!(codes.iter().all(|code| code == "WSRC0001"), "{codes:?}");
        let again = deployment.lrs(&["maintenance", "cancel", "1"]);
        assert_eq!(again.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&again.stderr).contains("maintenance 1 was cancelled before"));
    }
}
