//! What connections cost: calls over a new TLS connection each, as suds, node-soap and PHP make
//! them, beside a bare server with the same handshakes; the memory of an idle service after a
//! restart; and ten thousand idle connections, with the memory of each and the time of a call
//! beside them. Run it with `make bench`.

mod served;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use served::rounds::{CONNECTIONS, Connections, side_by_side};
use served::{Children, Outcome, ask, bare, connect, connector, finds, memory_kib, start_service, start_service_with};
use tokio_rustls::TlsConnector;

const LEARNERS: u32 = 10_000;
const REPLY_BYTES: usize = 1_500;
const IDLE: u32 = 10_000;
const CALLS: usize = 2_000;
/// The bounds of the service, raised so that two certificates may hold the idle connections: one
/// never gets more than half of all.
const BOUNDS: [(&str, &str); 3] = [
    ("LRS_LIMITS_CONNECTIONS", "11000"),
    ("LRS_LIMITS_CONNECTIONS_BY_CERTIFICATE", "5500"),
    ("LRS_LIMITS_IDLE_S", "900"),
];
const PAGE: &[u8] = b"GET /LearnerService.svc HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn main() -> Outcome<()> {
    if let Some(outcome) = bare::run_if_asked() {
        return outcome;
    }
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    let folder = tempfile::tempdir()?;
    let demo = folder.path().join("demo");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let requests: Arc<[Vec<u8>]> = finds(LEARNERS)?.into();
    {
        let (service, address) = start_service(&demo, LEARNERS)?;
        let (bare, bare_address) = bare::start(&demo, REPLY_BYTES)?;
        let _children = Children(vec![service, bare]);
        println!("learnerByULN over a new TLS connection each, {CONNECTIONS} at a time, {LEARNERS} learners on SQLite");
        let is_found = |body: &[u8]| memchr::memmem::find(body, b"<ResponseCode>WSRC0004<").is_some();
        let connector = connector(&demo, "provider")?;
        let both = side_by_side(&connector, bare_address, address, &requests, is_found, Connections::New);
        runtime.block_on(both)?;
    }
    let (service, address) = start_service_with(&demo, LEARNERS, &BOUNDS)?;
    let process = service.id();
    let _children = Children(vec![service]);
    std::thread::sleep(Duration::from_secs(3));
    let [all, own] = ["VmRSS:", "RssAnon:"].map(|name| mebibytes(memory_kib(process, name)));
    println!(
        "An idle service after a restart: {all:.1} MiB, of which {:.1} are pages of the program's file",
        all - own
    );
    runtime.block_on(idle(&demo, address, process, &requests))
}

/// Opens the idle connections, each with a request that was answered, and makes calls beside them.
async fn idle(demo: &Path, address: SocketAddr, process: u32, requests: &[Vec<u8>]) -> Outcome<()> {
    let [provider, awarding] = ["provider", "awarding"].map(|client| connector(demo, client));
    let both = [provider?, awarding?];
    let [connector, _] = &both;
    // What the first calls allocate for good is not counted.
    let alone = times(connector, address, requests).await?;
    let before = memory_kib(process, "VmRSS:");
    let begun = Instant::now();
    let opened = both.iter().cycle().take(usize::try_from(IDLE)?).map(|connector| async move {
        let mut stream = connect(connector, address).await?;
        ask(&mut stream, PAGE, &mut Vec::new()).await?;
        Outcome::Ok(stream)
    });
    let held: Vec<_> = stream::iter(opened).buffer_unordered(CONNECTIONS).collect().await;
    let held = held.into_iter().collect::<Outcome<Vec<_>>>()?;
    let took = begun.elapsed().as_secs_f64();
    let each = memory_kib(process, "VmRSS:").saturating_sub(before);
    println!(
        "{} idle connections, opened in {took:.1} s: {:.1} KiB each, {:.1} MiB in all",
        held.len(),
        f64::from(u32::try_from(each)?) / f64::from(IDLE),
        mebibytes(memory_kib(process, "VmRSS:"))
    );
    let beside = times(connector, address, requests).await?;
    for (name, times) in [("alone", alone), ("beside them", beside)] {
        let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
        println!("  a call {name}: p50 {} us, p99 {} us", at(50), at(99));
    }
    drop(held);
    Ok(())
}

/// Microseconds of calls over one connection, ascending.
async fn times(connector: &TlsConnector, address: SocketAddr, requests: &[Vec<u8>]) -> Outcome<Vec<u64>> {
    let (mut stream, mut answer, mut times) = (connect(connector, address).await?, Vec::new(), Vec::new());
    for request in requests.iter().cycle().take(CALLS) {
        let begun = Instant::now();
        ask(&mut stream, request, &mut answer).await?;
        times.push(u64::try_from(begun.elapsed().as_micros())?);
    }
    times.sort_unstable();
    Ok(times)
}

fn mebibytes(kib: u64) -> f64 {
    f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0
}
