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
use served::{Children, Outcome, ask, connect, connector, finds, start_service};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
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
    let mut visitor = Visitor::signed_in(demo).await?;
    let page = visitor.learner_page().await?;
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

/// A user of the demo at a browser.
struct Visitor {
    stream: TlsStream<TcpStream>,
    cookies: Vec<(String, String)>,
}

impl Visitor {
    /// Signs in with password and code.
    async fn signed_in(demo: &Path) -> Outcome<Self> {
        let variable = |name: &str| variable(demo, name);
        let address = variable("PORTAL_URL")?.replace("https://localhost", "127.0.0.1").parse()?;
        let stream = connect(&connector(demo, "provider")?, address).await?;
        let mut visitor = Self { stream, cookies: Vec::new() };
        let fields = [("email", &*variable("PORTAL_ONLINE")?), ("password", &*variable("PORTAL_PASSWORD")?)];
        visitor.send("/sign-in", &fields).await?;
        let secret = totp_rs::Secret::try_from_base32(variable("PORTAL_TOTP_SECRET")?)?;
        let totp = totp_rs::Builder::new().with_secret(secret).build()?;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
        let code = totp.generate(now.as_secs()).to_string();
        visitor.send("/sign-in/second-factor", &[("code", &code)]).await?;
        Ok(visitor)
    }

    /// Finds the first of the demo's learners, and returns the request for the learner's page.
    async fn learner_page(&mut self) -> Outcome<Vec<u8>> {
        let (learner, _) = population::people(demo::SEED, LEARNERS)?.next().ok_or("no learner")?;
        let home = self.exchange("GET", "/learners/find", "").await?;
        let token = home.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let found = self
            .send(
                "/learners/find",
                &[
                    ("csrf", token.ok_or("no form of a session")?),
                    ("way", "uln"),
                    ("uln", learner.uln.as_str()),
                    ("given_name", &learner.names.given),
                    ("family_name", &learner.names.family),
                ],
            )
            .await?;
        Ok(self.request("GET", &header(&found, "location").ok_or("the learner was not found")?, ""))
    }

    /// Sends a form.
    async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Outcome<String> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.exchange("POST", path, &form).await
    }

    fn request(&self, method: &str, path: &str, form: &str) -> Vec<u8> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            cookies.join("; "),
            form.len()
        )
        .into_bytes()
    }

    /// Sends a request, keeps its cookies, and returns the whole answer.
    async fn exchange(&mut self, method: &str, path: &str, form: &str) -> Outcome<String> {
        let request = self.request(method, path, form);
        self.stream.write_all(&request).await?;
        self.stream.flush().await?;
        let mut bytes = Vec::new();
        let answer = loop {
            if self.stream.read_buf(&mut bytes).await? == 0 {
                return Err("the server closed the connection".into());
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = header(head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                break text;
            }
        };
        for cookie in headers(&answer, "set-cookie") {
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).unwrap_or_default();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        Ok(answer)
    }
}

/// A header of an answer.
fn header(answer: &str, name: &str) -> Option<String> {
    headers(answer, name).next().map(str::to_owned)
}

/// All headers of a name.
fn headers<'a>(answer: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// A variable of the demo's `demo.env`.
fn variable(demo: &Path, name: &str) -> Outcome<String> {
    let text = std::fs::read_to_string(demo.join("demo.env"))?;
    let start = format!("export {name}=");
    let value = text.lines().find_map(|line| line.strip_prefix(&start)).ok_or("a variable of demo.env is missing")?;
    Ok(value.trim_matches(['\'', '"']).to_owned())
}
