//! Who is admitted: certificates, authorities, revocation and protocol versions.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use learning_records::pki::{CertificateAuthority, Serial};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, Issuer, KeyPair};
use rustls::{ProtocolVersion, SupportedProtocolVersion};

use crate::harness::actor::{read_identity, request};
use crate::harness::visitor::Visitor;
use crate::harness::wire::Connection;
use crate::harness::{Actor, Answer, Database, Deployment, on_both};

const TLS_1_2: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
const TLS_1_3: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];
const XML: &str = "Content-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"\r\n";

pub fn question(actor: &Actor<'_>) -> Vec<u8> {
    let text = actor.credentials().find_by_uln("FUL", "1000000000", "Body", "No");
    request("POST", "/LearnerService.svc", XML, text.as_bytes())
}

/// The demo's own authority, which can sign and revoke.
fn authority(pki: &Path) -> CertificateAuthority {
    let read = |name: &str| fs::read_to_string(pki.join(name)).expect("a PEM file");
    CertificateAuthority::load(&(read("ca.pem") + &read("ca.key"))).expect("the authority")
}

/// A client certificate from the demo's authority for a key, as PEM text that includes the key.
pub fn certified(pki: &Path, name: &str, key: &KeyPair) -> String {
    let authority_key = fs::read_to_string(pki.join("ca.key")).expect("the authority's key");
    let authority_key = KeyPair::from_pem(&authority_key).expect("the authority's key");
    let authority = fs::read_to_string(pki.join("ca.pem")).expect("the authority");
    let issuer = Issuer::from_ca_cert_pem(&authority, authority_key).expect("the authority");
    let mut params = CertificateParams::new(Vec::<String>::new()).expect("parameters");
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages.push(ExtendedKeyUsagePurpose::ClientAuth);
    let certificate = params.signed_by(key, &issuer).expect("a certificate");
    certificate.pem() + &key.serialize_pem()
}

/// Nothing of the service is reached: no response at all, or an error that reveals nothing.
fn shut_out(outcome: &io::Result<Answer>) -> bool {
    match outcome {
        Err(_) => true,
        Ok(answer) => {
            matches!(answer.status, 401 | 403) || (answer.status == 500 && answer.text().contains("WSEC0003"))
        }
    }
}

fn ask_on(connection: &mut Connection, request: &[u8]) -> io::Result<Answer> {
    connection.send(request)?;
    connection.receive()
}

on_both! {
    fn only_a_certificate_of_the_authority_opens_the_door(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        for caller in [deployment.nobody(), deployment.stranger()] {
            for target in ["/LearnerService.svc", "/LearnerService.svc?wsdl"] {
                let outcome = caller.connect().and_then(|mut connection| {
                    ask_on(&mut connection, format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())
                });
                assert!(outcome.is_err(), "{target}: {outcome:?}");
            }
        }
        assert_eq!(ask_on(&mut provider.connect().expect("a connection"), &question(&provider)).expect("an answer").code(), "WSRC0001");
    }

    fn both_protocol_versions_are_spoken(database) {
        let deployment = Deployment::shared(database);
        let pem = deployment.dir().join(deployment.variable("PROVIDER_CERT"));
        for (versions, expected) in [(TLS_1_2, ProtocolVersion::TLSv1_2), (TLS_1_3, ProtocolVersion::TLSv1_3)] {
            let provider = deployment.provider().speaking(&pem, versions);
            let mut connection = provider.connect().expect("a connection");
            assert_eq!(connection.protocol(), Some(expected));
            assert_eq!(connection.alpn().as_deref(), Some(&b"http/1.1"[..]));
            assert_eq!(ask_on(&mut connection, &question(&provider)).expect("an answer").code(), "WSRC0001");
            assert_eq!(connection.tickets(), 0, "wolfSSL 5.5 cannot read a ticket");
        }
    }

    /// All kinds of key that clients have (except P-256, which all other tests use), with both
    /// versions of TLS.
    fn clients_with_rsa_and_p384_keys_are_served(database) {
        let deployment = Deployment::start(database);
        let pki = deployment.dir().join("pki");
        let rsa = fs::read_to_string("fixtures/pki/rsa-client.pem").expect("a key");
        let keys = [
            ("rsa", KeyPair::from_pem_and_sign_algo(&rsa, &rcgen::PKCS_RSA_SHA256)),
            ("p384", KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384)),
        ];
        for (name, key) in keys {
            let pem = pki.join(format!("{name}.pem"));
            fs::write(&pem, certified(&pki, name, &key.expect("a key"))).expect("written");
            let ukprn = deployment.variable("PROVIDER_UKPRN");
            let output = deployment.lrs(&["cert", "add", ukprn, &pem.display().to_string()]);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            for versions in [TLS_1_2, TLS_1_3] {
                let provider = deployment.provider().speaking(&pem, versions);
                let deadline = Instant::now() + Duration::from_secs(20);
                loop {
                    // The server notices within a second that the certificate was added, and closes
                    // until then.
                    let answer = provider.raw(&question(&provider)).expect("an answer");
                    if answer.status == 200 {
                        assert_eq!(answer.code(), "WSRC0001", "{name}");
                        break;
                    }
                    assert!(Instant::now() < deadline, "{name}: {}", answer.text());
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
        }
    }

    /// A list that names the certificate ends a kept-alive connection and a session that could be
    /// resumed.
    fn a_revocation_list_takes_effect_while_the_server_runs(database) {
        let mut deployment = Deployment::start(database);
        deployment.stop();
        let pki = deployment.dir().join("pki");
        let authority = authority(&pki);
        let list = pki.join("revoked.pem");
        fs::write(&list, authority.revoke(&[]).expect("a list")).expect("written");
        deployment.set("LRS_TLS_REVOCATION_LISTS", &list.display().to_string());
        deployment.launch();

        for versions in [TLS_1_2, TLS_1_3] {
            fs::write(&list, authority.revoke(&[]).expect("a list")).expect("written");
            deployment.signal("-HUP");
            let pem = deployment.dir().join(deployment.variable("PROVIDER_CERT"));
            let provider = deployment.provider().speaking(&pem, versions);
            let question = question(&provider);
            let deadline = Instant::now() + Duration::from_secs(20);
            let mut kept = loop {
                let mut connection = provider.connect().expect("a connection");
                match ask_on(&mut connection, &question) {
                    Ok(answer) if answer.status == 200 => break connection,
                    other => assert!(Instant::now() < deadline, "not let in: {other:?}"),
                }
                std::thread::sleep(Duration::from_millis(50));
            };

            let serial = Serial::of_pem(&fs::read_to_string(&pem).expect("a certificate")).expect("a serial");
            fs::write(&list, authority.revoke(&[serial]).expect("a list")).expect("written");
            deployment.signal("-HUP");
            let deadline = Instant::now() + Duration::from_secs(20);
            loop {
                let outcome = ask_on(&mut kept, &question);
                if shut_out(&outcome) {
                    break;
                }
                assert!(Instant::now() < deadline, "the kept-alive connection still works: {outcome:?}");
                std::thread::sleep(Duration::from_millis(50));
            }
            for _ in 0..3 {
                // The same configuration holds the tickets of the connections above.
                let outcome = provider.connect().and_then(|mut connection| ask_on(&mut connection, &question));
                assert!(shut_out(&outcome), "a resumed session is let in: {outcome:?}");
            }
        }
        let awarding = deployment.awarding_organisation();
        assert_eq!(awarding.ask("GET", "/LearnerService.svc").status, 200, "others are not touched");
    }
}

/// The server's own certificate can be renewed without a restart.
#[test]
fn a_new_server_certificate_is_taken_up() {
    let deployment = Deployment::start(Database::Sqlite);
    let provider = deployment.provider();
    let mut kept = provider.connect().expect("a connection");
    let pki = deployment.dir().join("pki");
    let authority = authority(&pki);
    let before = kept.server_certificate();
    let renewed = authority.issue_server(&["localhost", "127.0.0.1"], 30).expect("a certificate");
    learning_records::pki::write_private(&pki.join("server.pem"), renewed.pem().as_bytes()).expect("written");
    deployment.signal("-HUP");
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let now = provider.connect().expect("a connection").server_certificate();
        if now != before {
            assert_eq!(now, renewed.certificate_der());
            break;
        }
        assert!(Instant::now() < deadline, "the old certificate is still shown");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(
        ask_on(&mut kept, &question(&provider)).expect("an answer").code(),
        "WSRC0001",
        "open connections go on"
    );
}

/// The approaching end of the server's certificate is reported: when a server starts, and while one
/// runs.
#[test]
fn a_certificate_that_ends_soon_is_told_in_log_readiness_and_metrics() {
    let deployment = Deployment::start(Database::Sqlite);
    let pki = deployment.dir().join("pki");
    let authority = authority(&pki);
    let until = |told: &dyn Fn() -> bool, what: &str| {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !told() {
            assert!(Instant::now() < deadline, "{what}:\n{}", deployment.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let ready = || deployment.operations("GET", "/readyz").expect("the operations listener");
    for (days, level) in [(59, "WARN"), (29, "WARN"), (6, "ERROR")] {
        let credential = authority.issue_server(&["localhost"], days).expect("a certificate");
        learning_records::pki::write_private(&pki.join("server.pem"), credential.pem().as_bytes()).expect("written");
        let text = format!("expires in {days} days, on ");
        until(&|| ready().1.contains(&text), &text);
        let (status, body) = ready();
        assert_eq!(status, 200, "{body}");
        assert!(body.starts_with("ready\ncertificate: the server's certificate CN=localhost in "), "{body}");
        until(&|| deployment.log().lines().any(|line| line.contains(level) && line.contains(&text)), &text);

        let node = deployment.another_node();
        until(&|| node.log().lines().any(|line| line.contains(level) && line.contains(&text)), &text);
        assert!(node.operations("/readyz").1.contains(&text) && node.operations("/health").1.contains(&text));
        let metrics = node.operations("/metrics").1;
        let left = metrics.lines().find_map(|line| line.strip_prefix("lrs_certificate_seconds_left{of=\"server\"} "));
        let left: u32 = left.and_then(|left| left.parse().ok()).unwrap_or_else(|| panic!("{metrics}"));
        assert_eq!(left.div_ceil(86_400), days);

        let page = Visitor::signed_in(&deployment, "PORTAL_DESK").open("/desk/incidents").text();
        assert!(page.contains(&format!("the server's certificate CN=localhost {text}")), "{page}");
        assert!(!page.contains("server.pem"), "the desk need not know the machine's folders: {page}");
    }
    let renewed = authority.issue_server(&["localhost"], 365).expect("a certificate");
    learning_records::pki::write_private(&pki.join("server.pem"), renewed.pem().as_bytes()).expect("written");
    until(&|| ready() == (200, "ready\n".to_owned()), "the renewed certificate");
    assert!(
        !Visitor::signed_in(&deployment, "PORTAL_DESK").open("/desk/incidents").text().contains("For the operator")
    );
}

/// Clients that can only read RSA keys (soap4r, old .NET, Mono) have one in the demo, and get one
/// from `lrs cert new`.
#[test]
fn a_client_with_an_rsa_key_can_call() {
    let deployment = Deployment::start(Database::Sqlite);
    let made = deployment.lrs(&["cert", "new", "old", "--dir", "pki", "--key", "rsa", "--p12-password", "secret"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let ukprn = deployment.provider().credentials().ukprn;
    let added = deployment.lrs(&["cert", "add", &ukprn, "pki/old.p12", "--p12-password", "secret"]);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let pki = deployment.dir().join("pki");
    assert_eq!(Path::new(deployment.variable("PROVIDER_RSA_CERT")), pki.join("provider-rsa.pem"));
    for name in ["provider-rsa.pem", "old.pem"] {
        let (chain, _) = read_identity(&pki.join(name));
        let (_, certificate) = x509_parser::parse_x509_certificate(&chain[0]).expect("a certificate");
        let key = certificate.public_key().parsed().expect("a key");
        assert!(matches!(key, x509_parser::public_key::PublicKey::RSA(key) if key.key_size() == 2048), "{name}");
        for version in [TLS_1_2, TLS_1_3] {
            let actor = deployment.provider().speaking(&pki.join(name), version);
            let answer = actor.raw(&question(&actor)).expect("an answer");
            assert_eq!(answer.code(), "WSRC0001", "{name}");
        }
        let page = deployment.shell(&format!(
            "curl --silent --show-error --fail --cacert \"$LRS_CA\" --cert demo/pki/{name} \"$LRS_URL/LearnerService.svc?wsdl\""
        ));
        let said = String::from_utf8_lossy(&page.stderr);
        assert!(page.status.success() && page.stdout.starts_with(b"<?xml"), "{name}: {said}");
    }
}
