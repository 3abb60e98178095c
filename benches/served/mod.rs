//! Shared by the benches of the running service: an `lrs demo` of their own, and a client over
//! kept-alive mutual TLS.

#![allow(dead_code, reason = "each bench uses a part")]

pub mod bare;
pub mod messages;
pub mod rounds;
pub mod turns;
pub mod visitor;

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use learning_records::demo::{self, population};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// The limits that are off: a bench is one organisation that calls as fast as it can.
const LIMITS: [&str; 6] = [
    "LRS_LIMITS_CALLS_PER_SECOND_BY_ORGANISATION",
    "LRS_LIMITS_CALLS_PER_SECOND_BY_CERTIFICATE",
    "LRS_LIMITS_CALLS_AT_ONCE",
    "LRS_LIMITS_CALLS_AT_ONCE_BY_ORGANISATION",
    "LRS_LIMITS_CALLS_AT_ONCE_BY_CERTIFICATE",
    "LRS_LIMITS_BATCH_RECORDS_PER_HOUR",
];

/// Starts `lrs demo` in the folder and waits until it answers.
pub fn start_service(demo: &Path, learners: u32) -> Outcome<(Child, SocketAddr)> {
    start_service_with(demo, learners, &[])
}

/// The same, with settings in the environment.
pub fn start_service_with(demo: &Path, learners: u32, settings: &[(&str, &str)]) -> Outcome<(Child, SocketAddr)> {
    let log = std::fs::File::create(demo.with_extension("log"))?;
    let child = Command::new(env!("CARGO_BIN_EXE_lrs"))
        .args([
            "demo",
            "--port",
            "0",
            "--portal-port",
            "0",
            "--ops-port",
            "0",
            "--learners",
            &learners.to_string(),
            "--dir",
        ])
        .arg(demo)
        .envs(LIMITS.map(|name| (name, "0")))
        .envs(settings.iter().copied())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()?;
    wait_for_address(child, "The service answers on ")
}

/// Reads the address that a server prints after these words.
pub fn wait_for_address(mut child: Child, words: &str) -> Outcome<(Child, SocketAddr)> {
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    while let Some(line) = lines.next() {
        if let Some(rest) = line?.strip_prefix(words) {
            let address = rest.split(' ').next().unwrap_or("").parse()?;
            // Drain the rest of its output, so that it never blocks on a full pipe.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok((child, address));
        }
    }
    Err("the server ended before it answered".into())
}

/// Child processes, killed when the bench ends.
pub struct Children(pub Vec<Child>);

impl Drop for Children {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Connects with one of the demo's client certificates: `provider` or `awarding`.
pub fn connector(demo: &Path, client: &str) -> Outcome<TlsConnector> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(demo.join("pki/ca.pem"))?)?;
    let client = demo.join(format!("pki/{client}.pem"));
    let chain = CertificateDer::pem_file_iter(&client)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(&client)?;
    let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)?;
    // Each connection has a whole handshake, as those of clients that do not keep sessions.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}

pub async fn connect(connector: &TlsConnector, address: SocketAddr) -> Outcome<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(connector.connect(ServerName::try_from("localhost")?, stream).await?)
}

/// Sends a request and returns the body of the answer, which must be successful and have a length.
pub async fn ask<'a>(stream: &mut TlsStream<TcpStream>, request: &[u8], answer: &'a mut Vec<u8>) -> Outcome<&'a [u8]> {
    stream.write_all(request).await?;
    stream.flush().await?;
    answer.clear();
    loop {
        if stream.read_buf(answer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        let Some(head) = memchr::memmem::find(answer, b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(answer.get(..head).unwrap_or_default())?;
        if !text.starts_with("HTTP/1.1 200") {
            return Err(format!("not a successful reply: {}", text.lines().next().unwrap_or("")).into());
        }
        let length = text
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length:").map(|value| value.trim().parse::<usize>())
            })
            .ok_or("an answer without length")??;
        if answer.len() >= head + 4 + length {
            return Ok(answer.get(head + 4..).unwrap_or_default());
        }
    }
}

/// A learnerByULN request, head and body, for each of a thousand of the demo's learners.
pub fn finds(learners: u32) -> Outcome<Vec<Vec<u8>>> {
    let provider = demo::ORGANISATIONS[0];
    let people = population::people(demo::SEED, learners)?;
    Ok(people
        .step_by(97)
        .take(1_000)
        .map(|(learner, _)| {
            let body = format!(
                "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><f:FindLearnerByULN xmlns:f=\"http://api.lrs.miap.gov.uk/findmsg\"><FindType>FUL</FindType><UKPRN>{}</UKPRN><OrgPassword>{}</OrgPassword><UserName>bench</UserName><ULN>{}</ULN><FamilyName>{}</FamilyName><GivenName>{}</GivenName></f:FindLearnerByULN></s:Body></s:Envelope>",
                provider.ukprn, provider.password, learner.uln, learner.names.family, learner.names.given
            );
            post("/LearnerService.svc", &body)
        })
        .collect())
}

/// A request, head and body.
pub fn post(path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A value of a process's memory in KiB, such as its peak, if the system reports it.
pub fn memory_kib(process: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
}
