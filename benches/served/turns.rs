//! A page at the portal beside the call that does the same, in turns: one connection to each door,
//! kept alive, one request after the other, each timed until the whole answer is there.

use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::{Outcome, ask};

const ROUNDS: usize = 5;
const REQUESTS: usize = 500;

/// A request and the connection that it goes through.
pub struct Turn<'a> {
    pub stream: &'a mut TlsStream<TcpStream>,
    pub request: &'a [u8],
}

/// Prints the median time of each and their ratio, round by round and in all. `most` is the ratio
/// that is aimed at.
pub async fn page_beside_call(mut call: Turn<'_>, mut page: Turn<'_>, name: &str, most: u32) -> Outcome<()> {
    let (mut calls, mut pages, mut bytes) = (Vec::new(), Vec::new(), [0, 0]);
    for number in 1..=ROUNDS {
        let (call, reply) = call.round().await?;
        let (page, answer) = page.round().await?;
        println!(
            "  round {number}: {name} {:>5} us  page {:>5} us  ratio {:.2}",
            call.as_micros(),
            page.as_micros(),
            page.as_secs_f64() / call.as_secs_f64()
        );
        bytes = [reply, answer];
        calls.push(call);
        pages.push(page);
    }
    let (call, page, [reply, answer]) = (median(calls), median(pages), bytes);
    println!(
        "  median: {name} {} us of {reply} bytes, page {} us of {answer} bytes, ratio {:.2} (at most {most})",
        call.as_micros(),
        page.as_micros(),
        page.as_secs_f64() / call.as_secs_f64()
    );
    Ok(())
}

impl Turn<'_> {
    /// The median time of one request, and the bytes of the last answer.
    async fn round(&mut self) -> Outcome<(Duration, usize)> {
        let (mut times, mut answer) = (Vec::with_capacity(REQUESTS), Vec::new());
        for _ in 0..REQUESTS {
            let begin = Instant::now();
            ask(self.stream, self.request, &mut answer).await?;
            times.push(begin.elapsed());
        }
        Ok((median(times), answer.len()))
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
