//! A stage for tests of handlers: a real listener over real TLS sockets, its authority, and
//! clients. All names and texts are synthetic.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::gzip::{self, Unpacker};
use super::{Clients, Handler, Listener, Running, Setup, look_after, start};
use crate::config::{self, Limits};
use crate::ops;
use crate::tls::Trust;
use crate::tls::test_pki::{Identity, Pki};

pub(crate) const XML: &str = "Content-Type: text/xml; charset=utf-8\r\n";
pub(crate) const PATH: &str = "/LearnerService.svc";

/// A running listener with its authority and one good client.
pub(crate) struct Stage<H> {
    pub(crate) handler: Arc<H>,
    pub(crate) pki: Pki,
    pub(crate) good: Identity,
    pub(crate) running: Option<Running>,
    pub(crate) trust: Trust,
    pub(crate) metrics: Arc<ops::Metrics>,
    pub(crate) address: SocketAddr,
}

/// Any port of this machine.
pub(crate) fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// A body packed as an answer is.
pub(crate) fn deflate(plain: &[u8]) -> Vec<u8> {
    gzip::deflate(plain)
}

/// What a packed answer holds.
pub(crate) fn inflate(packed: &[u8]) -> Vec<u8> {
    let mut unpacker = Unpacker::new(1_000_000);
    unpacker.push(packed).unwrap();
    let mut plain = unpacker.plain().to_vec();
    unpacker.finish().unwrap();
    plain.extend_from_slice(unpacker.plain());
    plain
}

/// The certificates of an authority.
pub(crate) fn trust(pki: &Pki) -> Trust {
    Trust::load(&pki.files()).unwrap()
}

impl<H: Handler> Stage<H> {
    /// A listener that this handler answers.
    pub(crate) fn of(limits: Limits, handler: H) -> Self {
        let handler = Arc::new(handler);
        let pki = Pki::new();
        let trust = trust(&pki);
        let listener = Listener::new(anywhere(), 1, limits, trust.clone(), Clients::Certified, Arc::clone(&handler));
        Self::of_listeners(handler, pki, trust, vec![listener])
    }

    /// Several listeners, of which the first is asked.
    pub(crate) fn of_listeners(handler: Arc<H>, pki: Pki, trust: Trust, listeners: Vec<Listener>) -> Self {
        let metrics = Arc::new(ops::Metrics::new().unwrap());
        let health = look_after(&trust, ops::Operations::new(Arc::clone(&metrics))).unwrap();
        let running =
            start(Setup { listeners, operations: config::Operations { listen: anywhere() }, health }).unwrap();
        let (address, good) = (running.addresses()[0], pki.client(100, "Synthetic Provider"));
        Self { handler, pki, good, running: Some(running), trust, metrics, address }
    }

    pub(crate) fn connect(&self) -> Connection {
        self.connect_with(Arc::new(self.pki.client_config(Some(&self.good)))).unwrap()
    }

    /// A connection with a completed handshake; a refusal by the server shows here or at the first
    /// read.
    pub(crate) fn connect_with(&self, config: Arc<ClientConfig>) -> std::io::Result<Connection> {
        Connection::open(self.address, config)
    }

    pub(crate) fn tcp(&self) -> TcpStream {
        tcp(self.address)
    }

    /// A request on a new connection.
    pub(crate) fn ask(&self, request: impl AsRef<[u8]>) -> Response {
        self.connect().ask(request)
    }

    /// Whether a refusal for this reason is counted, which may happen a moment after the client
    /// hears of it.
    pub(crate) fn refused(&self, reason: &str) -> bool {
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

/// A client's connection.
pub(crate) struct Connection {
    pub(crate) stream: StreamOwned<ClientConnection, TcpStream>,
    read: Vec<u8>,
}

/// The response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

fn tcp(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

impl Connection {
    /// Connects, and ends the handshake.
    pub(crate) fn open(address: SocketAddr, config: Arc<ClientConfig>) -> std::io::Result<Self> {
        let mut stream = tcp(address);
        let mut session = ClientConnection::new(config, "localhost".try_into().unwrap()).unwrap();
        while session.is_handshaking() {
            session.complete_io(&mut stream)?;
        }
        Ok(Self { stream: StreamOwned::new(session, stream), read: Vec::new() })
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.stream.write_all(bytes.as_ref())?;
        self.stream.flush()
    }

    pub(crate) fn ask(&mut self, request: impl AsRef<[u8]>) -> Response {
        let head = request.as_ref().starts_with(b"HEAD ");
        self.send(request).unwrap();
        self.response(head).unwrap()
    }

    /// The next response; that to a HEAD has no body.
    pub(crate) fn response(&mut self, of_head: bool) -> std::io::Result<Response> {
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

    /// Whether the server closes the connection within the read timeout.
    pub(crate) fn is_closed(&mut self) -> bool {
        match self.more() {
            Ok(()) => false,
            Err(error) => !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
        }
    }
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find_map(|(n, v)| n.eq_ignore_ascii_case(name).then_some(v.trim()))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// A POST with these headers (each including its line end).
pub(crate) fn post(headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    post_to(PATH, headers, body)
}

pub(crate) fn post_to(path: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut request =
        format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {}\r\n\r\n", body.len())
            .into_bytes();
    request.extend_from_slice(body);
    request
}
