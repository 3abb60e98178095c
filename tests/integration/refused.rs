//! Certificates that can never connect: each handshake is logged and counted, and `lrs cert add`
//! gives the same reason.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use learning_records::model::Fingerprint;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair};
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme};

use crate::harness::wire::Connection;
use crate::harness::{Database, Deployment, Setup};

/// File below `fixtures/pki/refused`, counter, and reason.
const KINDS: [(&str, &str, &str); 7] = [
    ("version", "certificate_version", "the client certificate is not X.509 version 3"),
    (
        "purpose",
        "certificate_purpose",
        "the client certificate is not for clients: its extended key usage lacks clientAuth",
    ),
    ("authority-of-clients", "certificate_authority", "the client certificate is an authority's, not a client's"),
    ("extension", "certificate_extension", "the client certificate has an unknown critical extension"),
    (
        "algorithm",
        "certificate_algorithm",
        "the client certificate, or one above it, has an unsupported signature algorithm",
    ),
    ("expired", "certificate_expired", "the client certificate has expired"),
    (
        "key",
        "certificate_key",
        "the key of the client certificate is not supported; use RSA (2048 to 8192 bits), P-256, P-384 or Ed25519",
    ),
];

/// Presents a certificate whatever the server asks for, with a key that need not match.
#[derive(Debug)]
struct Insistent(Arc<CertifiedKey>);

impl ResolvesClientCert for Insistent {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

fn presenting(deployment: &Deployment, certificate: CertificateDer<'static>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let authority = deployment.dir().join(deployment.variable("LRS_CA"));
    roots.add(CertificateDer::from_pem_file(authority).expect("the authority")).expect("a root");
    let key = PrivateKeyDer::try_from(KeyPair::generate().expect("a key").serialize_der()).expect("a key");
    let key = ring::sign::any_supported_type(&key).expect("a key");
    let shown = Arc::new(CertifiedKey::new(vec![certificate], key));
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .expect("versions")
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::new(Insistent(shown)));
    Arc::new(config)
}

fn is_refused(deployment: &Deployment, config: &Arc<ClientConfig>) {
    let outcome = Connection::open(deployment.port(), config).and_then(|mut connection| {
        connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        connection.receive()
    });
    assert!(outcome.is_err(), "{outcome:?}");
}

/// The log, once it contains what is expected.
fn log_with(deployment: &Deployment, found: impl Fn(&str) -> bool) -> String {
    let deadline = Instant::now() + Duration::from_secs(40);
    loop {
        let log = deployment.log();
        if found(&log) {
            return log;
        }
        assert!(Instant::now() < deadline, "not in the log:\n{log}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn counted(deployment: &Deployment, cause: &str, times: usize) {
    let (_, metrics) = deployment.operations("GET", "/metrics").expect("metrics");
    let line = format!("lrs_refused_total{{reason=\"{cause}\"}} {times}\n");
    assert!(metrics.contains(&line), "{line}{metrics}");
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/pki/refused/{name}.pem"))
}

#[test]
fn each_has_a_line_a_counter_and_the_same_reason_when_it_is_added() {
    let authority = fixture("authority").display().to_string();
    let deployment = Deployment::with(Database::Sqlite, Setup { environment: vec![("LRS_TLS_CLIENT_CA", authority)] });
    for (name, cause, reason) in KINDS {
        let pem = fixture(name);
        let certificate = CertificateDer::from_pem_file(&pem).expect("a certificate");
        let fingerprint = Fingerprint::of_der(&certificate);
        is_refused(&deployment, &presenting(&deployment, certificate));
        let line = format!("refused: {reason}; certificate {fingerprint}, subject 'CN=Synthetic {name}'");
        let log = log_with(&deployment, |log| log.contains(&line));
        let line = log.lines().find(|found| found.contains(&line)).expect("a line");
        assert!(line.contains(" WARN ") && line.contains("connection from 127.0.0.1:"), "{line}");
        counted(&deployment, cause, 1);

        let ukprn = deployment.variable("PROVIDER_UKPRN");
        let output = deployment.lrs(&["cert", "add", ukprn, &pem.display().to_string()]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(&format!("Nothing was changed: {reason}.")), "{said}");
    }
}

#[test]
fn a_subject_cannot_steer_the_terminal_on_which_the_log_is_read() {
    let deployment = Deployment::start(Database::Sqlite);
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "A\u{1b}[2J\nstranger");
    params.extended_key_usages.push(ExtendedKeyUsagePurpose::ClientAuth);
    let certificate = params.self_signed(&KeyPair::generate().expect("a key")).expect("a certificate");
    is_refused(&deployment, &presenting(&deployment, certificate.der().clone()));
    let log = log_with(&deployment, |log| log.contains("stranger"));
    assert!(log.contains("is not from a trusted authority; certificate "), "{log}");
    assert!(log.contains("subject 'CN=A\\u{1b}[2J\\u{a}stranger'"), "{log}");
}

#[test]
fn clients_without_a_certificate_are_counted_and_a_crowd_of_them_does_not_fill_the_log() {
    let deployment = Deployment::start(Database::Sqlite);
    let nobody = deployment.nobody();
    for _ in 0..40 {
        is_refused(&deployment, nobody.tls());
    }
    counted(&deployment, "certificate_missing", 40);
    // Lines written and lines suppressed add up to the number of refusals.
    let lines = |log: &str| log.matches("refused: the client sent no certificate").count();
    let left_out = |log: &str| -> usize {
        let number = |line: &str| {
            let line = line.strip_suffix(" more connections refused for the same reason (certificate_missing)")?;
            line.rsplit(' ').next()?.parse::<usize>().ok()
        };
        log.lines().filter_map(number).sum()
    };
    log_with(&deployment, |log| lines(log) + left_out(log) == 40);
    // A rare cause is still logged.
    is_refused(&deployment, deployment.stranger().tls());
    log_with(&deployment, |log| log.contains("not from a trusted authority"));
}

#[test]
fn what_is_not_tls_and_what_is_too_old_is_told_apart() {
    use std::io::Write;
    let deployment = Deployment::start(Database::Sqlite);
    let mut plain = std::net::TcpStream::connect(("127.0.0.1", deployment.port())).expect("a connection");
    plain.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("sent");
    log_with(&deployment, |log| log.contains("refused: the client violated the TLS protocol"));
    counted(&deployment, "handshake_malformed", 1);

    // A client that does not trust the service says so.
    let mut config = ClientConfig::clone(deployment.provider().tls());
    let provider = Arc::new(ring::default_provider());
    let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(
        Arc::new({
            let mut roots = RootCertStore::empty();
            let other = CertificateDer::from_pem_file(fixture("authority")).expect("an authority");
            roots.add(other).expect("a root");
            roots
        }),
        provider,
    );
    config.dangerous().set_certificate_verifier(verifier.build().expect("a verifier"));
    is_refused(&deployment, &Arc::new(config));
    log_with(&deployment, |log| log.contains("aborted the handshake with the alert UnknownCA"));
    counted(&deployment, "handshake_alert", 1);
}
