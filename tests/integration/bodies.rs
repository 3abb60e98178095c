//! What of a request's body is read and held, and for whom: not for a certificate that may act for nobody.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rcgen::KeyPair;

use crate::harness::actor::SOAP_HEADERS;
use crate::harness::{Answer, Deployment, on_both};
use crate::tls::certified;

const SERVICES: [&str; 3] = ["LearnerService", "LearnerServiceR9", "ExternalService"];
const VERSIONS: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13, &rustls::version::TLS12];

/// A certificate of the authority that nobody has registered.
fn unregistered(deployment: &Deployment, name: &str) -> PathBuf {
    let pki = deployment.dir().join("pki");
    let pem = pki.join(format!("{name}.pem"));
    fs::write(&pem, certified(&pki, name, &KeyPair::generate().expect("a key"))).expect("written");
    pem
}

fn head(service: &str, length: &str) -> String {
    format!("POST /{service}.svc HTTP/1.1\r\nHost: localhost\r\n{SOAP_HEADERS}{length}\r\n\r\n")
}

/// What a certificate gets that may act for nobody.
fn is_turned_away(answer: &Answer) {
    assert_eq!((answer.status, answer.header("connection")), (500, Some("close")), "{}", answer.text());
    assert_eq!(answer.fault().error, "WSEC0003");
}

on_both! {
    fn a_certificate_that_may_act_for_nobody_is_refused_before_its_body(database) {
        let deployment = Deployment::shared(database);
        let stranger = deployment.provider().speaking(&unregistered(deployment, "unread"), VERSIONS);
        for service in SERVICES {
            for length in ["Content-Length: 2000000", "Transfer-Encoding: chunked"] {
                let mut connection = stranger.connect().expect("a connection");
                connection.send(head(service, length).as_bytes()).expect("sent");
                is_turned_away(&connection.receive().expect("an answer to the head alone"));
                assert!(connection.closed_by_server());
            }
            let soap_1_2 = "Content-Type: application/soap+xml\r\n";
            let answer = stranger.post_with(service, soap_1_2, b"<a/>");
            assert_eq!(answer.header("content-type"), Some("application/soap+xml; charset=utf-8"));
            is_turned_away(&answer);
        }
        let page = stranger.ask("GET", "/ExternalService.svc?wsdl");
        assert_eq!(page.status, 200, "the contract is for every certificate of the authority");
    }

    fn a_client_that_sends_everything_first_sees_that_it_is_refused(database) {
        let deployment = Deployment::shared(database);
        let stranger = deployment.provider().speaking(&unregistered(deployment, "eager"), VERSIONS);
        let body = "&lt;".repeat(8 * 1024 * 1024);
        for service in SERVICES {
            let mut connection = stranger.connect().expect("a connection");
            connection.send(head(service, &format!("Content-Length: {}", body.len())).as_bytes()).expect("sent");
            connection.send(body.as_bytes()).expect("the server reads on for a moment and drops what it reads");
            is_turned_away(&connection.receive().expect("an answer"));
        }
    }

    fn a_certificate_gets_in_as_soon_as_it_is_registered(database) {
        let deployment = Deployment::shared(database);
        let pem = unregistered(deployment, "newcomer");
        let newcomer = deployment.provider().speaking(&pem, VERSIONS);
        let question = newcomer.credentials().find_by_uln("FUL", "1000000000", "Body", "No");
        is_turned_away(&newcomer.post("LearnerService", &question));
        let output = deployment.lrs(&["cert", "add", deployment.variable("PROVIDER_UKPRN"), &pem.display().to_string()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let deadline = Instant::now() + Duration::from_secs(20);
        let answer = loop {
            // The store is asked again at most ten times a second.
            let answer = newcomer.post("LearnerService", &question);
            if answer.status == 200 || Instant::now() > deadline {
                break answer;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(answer.code(), "WSRC0001");
    }
}
