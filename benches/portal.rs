//! A learner's page at the portal beside learnerByULN, in one run and for the same learner.
//!
//! One connection to each door, kept alive, one request after the other: the time until the whole
//! answer is there. Rounds alternate between the two; medians and their ratio are printed. The page
//! may take twice as long as the call. Run it with `make bench`.

mod served;

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use learning_records::demo::{self, population};
use served::visitor::{Visitor, header};
use served::{Children, Outcome, ask, connect, connector, finds, start_service};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

const LEARNERS: u32 = 10_000;
const ROUNDS: usize = 5;
const REQUESTS: usize = 500;

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let demo = folder.path().join("demo");
    let (service, address) = start_service(&demo, LEARNERS)?;
    let _children = Children(vec![service]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&demo, address))
}

async fn measure(demo: &Path, address: SocketAddr) -> Outcome<()> {
    let call = finds(LEARNERS)?.into_iter().next().ok_or("no learner")?;
    let connector = connector(demo, "provider")?;
    let mut visitor = Visitor::signed_in(demo, "PORTAL_ONLINE").await?;
    let page = learner_page(&mut visitor).await?;
    let mut caller = connect(&connector, address).await?;
    let mut answer = Vec::new();
    println!("A learner's page beside learnerByULN, {LEARNERS} learners on SQLite, one kept-alive connection each");
    let (mut calls, mut pages) = (Vec::new(), Vec::new());
    for number in 1..=ROUNDS {
        let call = round(&mut caller, &call, &mut answer).await?;
        let page = round(&mut visitor.stream, &page, &mut answer).await?;
        println!(
            "  round {number}: learnerByULN {:>5} us  page {:>5} us  ratio {:.2}",
            call.as_micros(),
            page.as_micros(),
            page.as_secs_f64() / call.as_secs_f64()
        );
        calls.push(call);
        pages.push(page);
    }
    let (call, page) = (median(calls), median(pages));
    println!(
        "  median: learnerByULN {} us, page {} us of {} bytes, ratio {:.2} (at most 2)",
        call.as_micros(),
        page.as_micros(),
        answer.len(),
        page.as_secs_f64() / call.as_secs_f64()
    );
    Ok(())
}

/// The median time of one request.
async fn round(stream: &mut TlsStream<TcpStream>, request: &[u8], answer: &mut Vec<u8>) -> Outcome<Duration> {
    let mut times = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let begin = Instant::now();
        ask(stream, request, answer).await?;
        times.push(begin.elapsed());
    }
    Ok(median(times))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Finds the first of the demo's learners, and returns the request for the learner's page.
async fn learner_page(visitor: &mut Visitor) -> Outcome<Vec<u8>> {
    let (learner, _) = population::people(demo::SEED, LEARNERS)?.next().ok_or("no learner")?;
    let token = visitor.form_token("/learners/find").await?;
    let fields = [
        ("csrf", &*token),
        ("way", "uln"),
        ("uln", learner.uln.as_str()),
        ("given_name", &learner.names.given),
        ("family_name", &learner.names.family),
    ];
    let found = visitor.send("/learners/find", &fields).await?;
    Ok(visitor.request("GET", &header(&found, "location").ok_or("the learner was not found")?, ""))
}
