//! The whole service under load, compared with a bare server in the same run: learnerByULN over
//! kept-alive mutual TLS.
//!
//! Three processes: this one sends the calls; `lrs demo` answers with 100,000 learners on SQLite,
//! with credentials, audit and log enabled; and a server built on the same HTTP and TLS libraries,
//! with the same certificates, reads the body and answers with a fixed body of the same length.
//! Rounds alternate between the two; medians and ratios are printed. Run it with `make bench`.

mod served;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use learning_records::tls;
use served::{Children, Outcome, ask, connect, connector, finds, start_service, wait_for_address};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const LEARNERS: u32 = 100_000;
const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(4);
const REPLY_BYTES: usize = 1_500;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, folder] = arguments.as_slice()
        && flag == "--bare"
    {
        return bare_server(Path::new(folder));
    }
    let folder = tempfile::tempdir()?;
    let demo = folder.path().join("demo");
    let (service, address) = start_service(&demo, LEARNERS)?;
    let (bare, bare_address) = start_bare(&demo)?;
    let _children = Children(vec![service, bare]);
    let requests = finds(LEARNERS)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&demo, address, bare_address, requests))
}

async fn measure(demo: &Path, service: SocketAddr, bare: SocketAddr, requests: Vec<Vec<u8>>) -> Outcome<()> {
    let requests: Arc<[Vec<u8>]> = requests.into();
    let connector = connector(demo, "provider")?;
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

/// Sends one call after another on every connection until the time is up.
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
        let body = ask(&mut stream, request, &mut answer).await?;
        if body.len() != REPLY_BYTES && memchr::memmem::find(body, b"<ResponseCode>WSRC0004<").is_none() {
            return Err("a reply other than WSRC0004".into());
        }
        times.push(u64::try_from(begin.elapsed().as_micros())?);
    }
    Ok(times)
}

fn start_bare(demo: &Path) -> Outcome<(Child, SocketAddr)> {
    let program = std::env::current_exe()?;
    let child = Command::new(program).arg("--bare").arg(demo).stdout(Stdio::piped()).spawn()?;
    wait_for_address(child, "The bare server answers on ")
}

/// Reads bodies and answers with fixed bytes; everything else is set up as in the service.
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
            .bind_rustls_0_23("127.0.0.1:0", trust.server_config(tls::Clients::Certified)?)?;
        let address = server.addrs().first().copied().ok_or("the bare server has no address")?;
        println!("The bare server answers on {address}");
        server.run().await?;
        Ok(())
    })
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}
