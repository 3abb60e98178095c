//! The edge over real TLS sockets, with a gateway that knows a few words instead of SOAP. All names and texts are synthetic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod certificates;
mod encodings;
mod limits;
mod methods;
mod running;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::*;
use crate::tls::Trust;
use crate::tls::test_pki::{Identity, Pki};
use crate::{config, ops};

pub(super) const XML: &str = "Content-Type: text/xml; charset=utf-8\r\n";
pub(super) const PATH: &str = "/LearnerService.svc";

/// A gateway that says what it was given, and does what the body's words say.
#[derive(Default)]
pub(super) struct Words {
    pub(super) calls: AtomicUsize,
}

impl Gateway for Words {
    fn post(&self, exchange: &Exchange) -> Answer<Pending> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let body: &str = &exchange.body;
        if body.contains("panic") {
            panic!("as told");
        }
        if body.contains("wait") {
            if !exchange.may_block {
                return Answer::MustBlock;
            }
            std::thread::sleep(Duration::from_millis(700));
        }
        let blocked = if exchange.may_block { " blocking" } else { "" };
        let mut text = format!("{}|{}|{}{blocked}|{body}", exchange.service, exchange.peer.subject, body.len());
        if body.contains("long") {
            text.extend((0..20_000).map(|n| format!("<a>{}</a>", n * 7919)));
        }
        if body.contains("huge") {
            text.push_str(&"<a/>".repeat(10_000_000));
        }
        let reply = match body.contains("unsettled") {
            true => reply(exchange.version, 500, "not settled"),
            false => reply(exchange.version, 200, &text),
        };
        Answer::Said(Pending::Held(Box::pin(async { reply })))
    }

    fn may_call(&self, _: &crate::model::Peer, _: bool) -> Answer<bool> {
        Answer::Said(true)
    }

    fn opening(&self, exchange: &Exchange) -> Answer<Opening> {
        let beginning: &str = &exchange.body;
        let reply = || reply(exchange.version, 500, &format!("by {} bytes", beginning.len()));
        Answer::Said(match () {
            () if beginning.contains("nobody") => Opening::Refused(Pending::Ready(reply())),
            () if beginning.contains("unclear") => Opening::Unclear(Pending::Ready(reply())),
            () => Opening::Known,
        })
    }

    fn index(&self) -> Page {
        Page { status: 200, content_type: "text/html; charset=utf-8", body: "index".into() }
    }

    fn page(&self, request: &PageRequest<'_>) -> Page {
        let body = format!("page {} {}{}", request.service, request.query, " ".repeat(2000)).into();
        Page { status: 200, content_type: "text/html; charset=utf-8", body }
    }

    fn fault(&self, service: usize, version: SoapVersion, trouble: Trouble) -> Reply {
        reply(version, 500, &format!("fault {service} {trouble:?}"))
    }
}

fn reply(version: SoapVersion, status: u16, text: &str) -> Reply {
    Reply {
        status,
        version,
        body: text.to_owned(),
        operation: "word",
        outcome: if status == 200 { "answer" } else { "fault" },
        code: "WSRC0004",
        organisation: "TEST38".to_owned(),
        retry_after_s: (status != 200).then_some(7),
        turn: None,
    }
}

/// A running edge with its authority and one good client.
pub(super) struct Stage {
    pub(super) pki: Pki,
    pub(super) good: Identity,
    pub(super) gateway: Arc<Words>,
    pub(super) running: Option<Running>,
    pub(super) trust: Trust,
    pub(super) maintenance: Arc<AtomicBool>,
    pub(super) metrics: Arc<ops::Metrics>,
    address: SocketAddr,
}

impl Stage {
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(super) fn with(change: impl FnOnce(&mut Setup)) -> Self {
        let pki = Pki::new();
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let gateway = Arc::new(Words::default());
        let maintenance = Arc::new(AtomicBool::new(false));
        let metrics = Arc::new(ops::Metrics::new().unwrap());
        let mut setup = Setup {
            server: config::Server { listen: anywhere, public_url: "https://localhost".to_owned(), workers: 1 },
            operations: config::Operations { listen: anywhere },
            limits: config::Limits { body_bytes: 256 * 1024, ..config::Limits::default() },
            tls: settings(&pki),
            routes: vec![
                Route { path: "LearnerService.svc", name: "LearnerService", batch: false },
                Route { path: "ExternalService.svc", name: "ExternalService", batch: true },
            ],
            gateway: gateway.clone(),
            always_block: false,
            maintenance: maintenance.clone(),
            health: ops::Operations::new(metrics.clone()),
        };
        change(&mut setup);
        let running = start(setup).unwrap();
        let address = running.address();
        let trust = running.trust().clone();
        let good = pki.client(100, "Synthetic Provider");
        Self { pki, good, gateway, running: Some(running), trust, maintenance, metrics, address }
    }

    pub(super) fn connect(&self) -> Connection {
        self.connect_with(Arc::new(self.pki.client_config(Some(&self.good)))).unwrap()
    }

    /// A connection whose handshake is complete; a refusal of the server shows here or at the first reading.
    pub(super) fn connect_with(&self, config: Arc<ClientConfig>) -> std::io::Result<Connection> {
        let mut stream = self.tcp();
        let mut session = ClientConnection::new(config, "localhost".try_into().unwrap()).unwrap();
        while session.is_handshaking() {
            session.complete_io(&mut stream)?;
        }
        Ok(Connection { stream: StreamOwned::new(session, stream), read: Vec::new() })
    }

    pub(super) fn tcp(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    /// One request on a connection of its own.
    pub(super) fn ask(&self, request: impl AsRef<[u8]>) -> Response {
        self.connect().ask(request)
    }

    /// Whether a refusal for this reason is counted, which may be a moment after the client hears of it.
    pub(super) fn refused(&self, reason: &str) -> bool {
        let counted = format!("lrs_refused_total{{reason=\"{reason}\"}}");
        let deadline = Instant::now() + Duration::from_secs(10);
        while !self.metrics.render().contains(&counted) {
            if Instant::now() > deadline {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }
}

pub(super) fn settings(pki: &Pki) -> config::Tls {
    config::Tls {
        certificate: pki.path("server.pem"),
        key: pki.path("server.key"),
        client_ca: pki.path("ca.pem"),
        revocation_lists: vec![pki.path("list.crl")],
    }
}

/// One connection of a client.
pub(super) struct Connection {
    pub(super) stream: StreamOwned<ClientConnection, TcpStream>,
    read: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Connection {
    pub(super) fn send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.stream.write_all(bytes.as_ref())?;
        self.stream.flush()
    }

    pub(super) fn ask(&mut self, request: impl AsRef<[u8]>) -> Response {
        let head = request.as_ref().starts_with(b"HEAD ");
        self.send(request).unwrap();
        self.response(head).unwrap()
    }

    /// The next answer, of which a HEAD's has no body.
    pub(super) fn response(&mut self, of_head: bool) -> std::io::Result<Response> {
        let end = loop {
            if let Some(end) = self.read.windows(4).position(|w| w == b"\r\n\r\n") {
                break end + 4;
            }
            self.more()?;
        };
        let head = String::from_utf8(self.read.drain(..end).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut response = Response { status, head, body: Vec::new() };
        let length = response.header("content-length").map_or(0, |l| l.parse().unwrap());
        if !of_head {
            while self.read.len() < length {
                self.more()?;
            }
            response.body = self.read.drain(..length).collect();
        }
        Ok(response)
    }

    fn more(&mut self) -> std::io::Result<()> {
        let mut buffer = [0; 65536];
        match self.stream.read(&mut buffer)? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            n => {
                self.read.extend_from_slice(&buffer[..n]);
                Ok(())
            }
        }
    }

    /// Whether the server closes the connection, within the time that it is given for reading.
    pub(super) fn is_closed(&mut self) -> bool {
        match self.more() {
            Ok(()) => false,
            Err(error) => !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
        }
    }
}

impl Response {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find_map(|(n, v)| n.eq_ignore_ascii_case(name).then_some(v.trim()))
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// A POST with these headers (each with its line's end).
pub(super) fn post(headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    post_to(PATH, headers, body)
}

pub(super) fn post_to(path: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut request =
        format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {}\r\n\r\n", body.len())
            .into_bytes();
    request.extend_from_slice(body);
    request
}
