//! Rounds of calls on several kept-alive connections, with their rate and times.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{Outcome, ask, connect};

/// What a call is made over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connections {
    /// A connection that is kept alive.
    Kept,
    /// A new one, without resuming a session.
    New,
}

/// Connections that call at the same time.
pub const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(4);

/// Measures the bare server and the service in turns, and prints each round and the medians.
/// `is_answer` says whether a body is the answer that was asked for.
pub async fn side_by_side(
    connector: &TlsConnector,
    bare: SocketAddr,
    service: SocketAddr,
    requests: &Arc<[Vec<u8>]>,
    is_answer: fn(&[u8]) -> bool,
    connections: Connections,
) -> Outcome<()> {
    let round = |address, time, is_answer| round(connector, address, requests, time, is_answer, connections);
    round(service, Duration::from_secs(2), is_answer).await?;
    round(bare, Duration::from_secs(1), |_| true).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for number in 1..=ROUNDS {
        let bare = round(bare, ROUND, |_| true).await?;
        let service = round(service, ROUND, is_answer).await?;
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
    is_answer: fn(&[u8]) -> bool,
    connections: Connections,
) -> Outcome<Round> {
    let mut streams = Vec::new();
    for _ in 0..CONNECTIONS {
        streams.push(connect(connector, address).await?);
    }
    let begin = Instant::now();
    let tasks = streams.into_iter().enumerate().map(|(number, stream)| {
        let requests = Arc::clone(requests);
        let again = (connections == Connections::New).then_some((connector, address));
        async move { calls(stream, &requests, number, begin + time, is_answer, again).await }
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
    is_answer: fn(&[u8]) -> bool,
    again: Option<(&TlsConnector, SocketAddr)>,
) -> Outcome<Vec<u64>> {
    let mut times = Vec::new();
    let mut answer = Vec::with_capacity(8192);
    let mut request = requests.iter().cycle().skip(number * requests.len() / CONNECTIONS);
    while Instant::now() < end {
        let begin = Instant::now();
        let Some(request) = request.next() else { break };
        if let Some((connector, address)) = again {
            stream = connect(connector, address).await?;
        }
        let body = ask(&mut stream, request, &mut answer).await?;
        if !is_answer(body) {
            return Err("a reply other than the one asked for".into());
        }
        times.push(u64::try_from(begin.elapsed().as_micros())?);
    }
    Ok(times)
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}
