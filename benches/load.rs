//! The whole service under load, beside a bare server in the same run: learnerByULN over kept-alive mutual TLS.
//!
//! Three processes: this one sends; `lrs demo` answers with 100,000 learners on SQLite, credentials, audit and log on;
//! and a server of the same HTTP and TLS libraries, with the same certificates, reads the body and answers with fixed
//! bytes of the same length. Rounds alternate between the two, and medians and ratios are printed. `make bench` runs it.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use learning_records::demo::{self, population};
use learning_records::tls;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const LEARNERS: u32 = 100_000;
const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(4);
const REPLY_BYTES: usize = 1_500;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, folder] = arguments.as_slice()
        && flag == "--bare"
    {
        return bare_server(Path::new(folder));
    }
    let folder = tempfile::tempdir()?;
    let demo = folder.path().join("demo");
    let (service, address) = start_service(&demo)?;
    let (bare, bare_address) = start_bare(&demo)?;
    let _children = Children(vec![service, bare]);
    let requests = requests("/LearnerService.svc")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&demo, address, bare_address, requests))
}

async fn measure(demo: &Path, service: SocketAddr, bare: SocketAddr, requests: Vec<Vec<u8>>) -> Outcome<()> {
    let requests: Arc<[Vec<u8>]> = requests.into();
    let connector = connector(demo)?;
    round(&connector, service, &requests, Duration::from_secs(2)).await?;
    round(&connector, bare, &requests, Duration::from_secs(1)).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    println!("learnerByULN, {CONNECTIONS} kept-alive connections over mutual TLS, {LEARNERS} learners on SQLite");
    for number in 1..=ROUNDS {
        let bare = round(&connector, bare, &requests, ROUND).await?;
        let service = round(&connector, service, &requests, ROUND).await?;
        println!(
            "  round {number}: bare {:>7.0} calls/s  service {:>7.0} calls/s  p50 {:>5} us  p99 {:>6} us  ratio {:.2}",
            bare.rate,
            service.rate,
            service.percentile(50),
            service.percentile(99),
            service.rate / bare.rate
        );
        theirs.push(bare.rate);
        ours.push(service.rate);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("  median: bare {theirs:.0} calls/s, service {ours:.0} calls/s, ratio {:.2}", ours / theirs);
    Ok(())
}

struct Round {
    rate: f64,
    /// Microseconds, ascending.
    times: Vec<u64>,
}

impl Round {
    fn percentile(&self, percent: usize) -> u64 {
        self.times.get(self.times.len() * percent / 100).copied().unwrap_or(0)
    }
}

/// All connections send one call after another until the time is over.
async fn round(
    connector: &TlsConnector,
    address: SocketAddr,
    requests: &Arc<[Vec<u8>]>,
    time: Duration,
) -> Outcome<Round> {
    let mut streams = Vec::new();
    for _ in 0..CONNECTIONS {
        streams.push(connect(connector, address).await?);
    }
    let begin = Instant::now();
    let tasks = streams.into_iter().enumerate().map(|(number, stream)| {
        let requests = Arc::clone(requests);
        async move { calls(stream, &requests, number, begin + time).await }
    });
    let mut times = Vec::new();
    for outcome in futures_util::future::join_all(tasks).await {
        times.extend(outcome?);
    }
    let seconds = begin.elapsed().as_secs_f64();
    times.sort_unstable();
    let calls = u32::try_from(times.len())?;
    Ok(Round { rate: f64::from(calls) / seconds, times })
}

async fn calls(
    mut stream: TlsStream<TcpStream>,
    requests: &[Vec<u8>],
    number: usize,
    end: Instant,
) -> Outcome<Vec<u64>> {
    let mut times = Vec::new();
    let mut answer = Vec::with_capacity(8192);
    let mut request = requests.iter().cycle().skip(number * requests.len() / CONNECTIONS);
    while Instant::now() < end {
        let begin = Instant::now();
        let Some(request) = request.next() else { break };
        stream.write_all(request).await?;
        stream.flush().await?;
        read_answer(&mut stream, &mut answer).await?;
        times.push(u64::try_from(begin.elapsed().as_micros())?);
    }
    Ok(times)
}

/// Reads an answer with a Content-Length, and checks that it is one of success.
async fn read_answer(stream: &mut TlsStream<TcpStream>, answer: &mut Vec<u8>) -> Outcome<()> {
    answer.clear();
    loop {
        if stream.read_buf(answer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        let Some(head) = memchr::memmem::find(answer, b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(answer.get(..head).unwrap_or_default())?;
        if !text.starts_with("HTTP/1.1 200") {
            return Err(format!("an answer that is none: {}", text.lines().next().unwrap_or("")).into());
        }
        let length = text
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length:").map(|value| value.trim().parse::<usize>())
            })
            .ok_or("an answer without length")??;
        if answer.len() >= head + 4 + length {
            let ok = length == REPLY_BYTES || memchr::memmem::find(answer, b"<ResponseCode>WSRC0004<").is_some();
            return if ok { Ok(()) } else { Err("a reply other than WSRC0004".into()) };
        }
    }
}

fn connector(demo: &Path) -> Outcome<TlsConnector> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(demo.join("pki/ca.pem"))?)?;
    let client = demo.join("pki/provider.pem");
    let chain = CertificateDer::pem_file_iter(&client)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(&client)?;
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)?;
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn connect(connector: &TlsConnector, address: SocketAddr) -> Outcome<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(connector.connect(ServerName::try_from("localhost")?, stream).await?)
}

/// A call for each of a thousand learners, with head and body.
fn requests(path: &str) -> Outcome<Vec<Vec<u8>>> {
    let provider = demo::ORGANISATIONS[0];
    let people = population::people(demo::SEED, LEARNERS)?;
    Ok(people
        .step_by(97)
        .take(1_000)
        .map(|(learner, _)| {
            let body = format!(
                "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><f:FindLearnerByULN xmlns:f=\"http://api.lrs.miap.gov.uk/findmsg\"><FindType>FUL</FindType><UKPRN>{}</UKPRN><OrgPassword>{}</OrgPassword><UserName>bench</UserName><ULN>{}</ULN><FamilyName>{}</FamilyName><GivenName>{}</GivenName></f:FindLearnerByULN></s:Body></s:Envelope>",
                provider.ukprn, provider.password, learner.uln, learner.family_name, learner.given_name
            );
            format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes()
        })
        .collect())
}

fn start_service(demo: &Path) -> Outcome<(Child, SocketAddr)> {
    let log = std::fs::File::create(demo.with_extension("log"))?;
    let child = Command::new(env!("CARGO_BIN_EXE_lrs"))
        .args(["demo", "--port", "0", "--ops-port", "0", "--learners", &LEARNERS.to_string(), "--dir"])
        .arg(demo)
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()?;
    wait_for_address(child, "The service answers on ")
}

fn start_bare(demo: &Path) -> Outcome<(Child, SocketAddr)> {
    let program = std::env::current_exe()?;
    let child = Command::new(program).arg("--bare").arg(demo).stdout(Stdio::piped()).spawn()?;
    wait_for_address(child, "The bare server answers on ")
}

fn wait_for_address(mut child: Child, words: &str) -> Outcome<(Child, SocketAddr)> {
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    while let Some(line) = lines.next() {
        if let Some(rest) = line?.strip_prefix(words) {
            let address = rest.split(' ').next().unwrap_or("").parse()?;
            // What else it says is of no interest, but must not block it.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok((child, address));
        }
    }
    Err("the server ended before it answered".into())
}

/// Reads bodies and answers with fixed bytes; everything else is as the service has it.
fn bare_server(demo: &Path) -> Outcome<()> {
    let pki = demo.join("pki");
    let trust = tls::Trust::load(&tls::Files {
        certificate: pki.join("server.pem"),
        key: pki.join("server.pem"),
        client_ca: pki.join("ca.pem"),
        revocation_lists: Vec::<PathBuf>::new(),
    })?;
    actix_web::rt::System::new().block_on(async {
        let answer =
            || async { HttpResponse::Ok().content_type("text/xml; charset=utf-8").body("x".repeat(REPLY_BYTES)) };
        let server = HttpServer::new(move || App::new().default_service(web::to(move |_body: web::Bytes| answer())))
            .tcp_nodelay(true)
            .workers(std::thread::available_parallelism().map_or(1, usize::from))
            .bind_rustls_0_23("127.0.0.1:0", trust.server_config()?)?;
        let address = server.addrs().first().copied().ok_or("the bare server has no address")?;
        println!("The bare server answers on {address}");
        server.run().await?;
        Ok(())
    })
}

struct Children(Vec<Child>);

impl Drop for Children {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}
