//! Listeners over real TLS sockets, with a handler that repeats what it is sent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod answers;
mod certificates;
mod limits;
mod listeners;
mod running;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::test_support::{self, Connection, PATH, XML, anywhere, post, trust};
use super::*;
use crate::config;
use crate::tls::test_pki::{Identity, Pki};

/// The longest body that is repeated.
const LONGEST: usize = 256 * 1024;

/// Repeats bodies, and does what the words in them say.
#[derive(Default)]
struct Echo {
    calls: AtomicUsize,
}

impl Handler for Echo {
    async fn answer(&self, request: &Request<'_>, body: &mut Body<'_>) -> Result<Response, Refused> {
        request.is_for("Echo");
        if request.path() == "/certified" {
            request.peer()?;
        }
        if request.is_reading() {
            return Ok(Response::new(StatusCode::OK, "text/html; charset=utf-8", "page"));
        }
        let coding = body.coding()?;
        body.admit(coding, LONGEST)?;
        let (mut share, mut text) = (body.share().unwrap(), Vec::new());
        while let Some(piece) = body.next().await? {
            text.extend_from_slice(piece);
            share.grow(text.len())?;
        }
        self.calls.fetch_add(1, Ordering::SeqCst);
        if let Ok(peer) = request.peer() {
            text.extend(format!(" by {}", peer.subject).bytes());
        }
        let said = String::from_utf8_lossy(&text);
        if said.contains("wait") {
            block(|| std::thread::sleep(Duration::from_millis(700))).await.unwrap();
        }
        if said.contains("huge") {
            text.extend(b"<a/>".repeat(10_000_000));
        }
        let (function, code, organisation) = (Some("echo"), "-", "TEST38".to_owned());
        let called = Called { function, outcome: Outcome::Ok, code, organisation };
        Ok(Response::new(StatusCode::OK, "text/plain", text).to_call(called))
    }
}

/// A stage with an echo.
type Stage = test_support::Stage<Echo>;

impl Stage {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut config::Limits)) -> Self {
        let mut limits = config::Limits::default();
        change(&mut limits);
        Self::of(limits, Echo::default())
    }

    /// Bodies that were repeated.
    fn calls(&self) -> usize {
        self.handler.calls.load(Ordering::SeqCst)
    }
}
