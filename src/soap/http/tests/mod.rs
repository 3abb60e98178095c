//! Requests of the services over real TLS sockets, with a gateway that knows a few words instead of
//! SOAP. All names and texts are synthetic.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod encodings;
mod limits;
mod methods;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::super::envelope::Version;
use super::super::pages::Page;
use super::gateway::{Answer, Exchange, Gateway, Opening, Pending, Reply, Trouble};
use super::handler::{Route, SoapHandler};
use crate::config::Limits;
use crate::http::test_support::{self, PATH, XML, post, post_to};
use crate::http::{Called, Outcome};
use crate::model::Peer;

/// A gateway that echoes what it was given, and does what the words in the body say.
#[derive(Default)]
struct Words {
    calls: AtomicUsize,
    maintenance: AtomicBool,
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
            true => reply(exchange.version, Outcome::Failed, "not settled"),
            false => reply(exchange.version, Outcome::Ok, &text),
        };
        Answer::Said(Pending::Held(Box::pin(async { reply })))
    }

    fn may_call(&self, _: &Peer, _: bool) -> Answer<bool> {
        Answer::Said(true)
    }

    fn in_maintenance(&self, may_block: bool) -> Answer<bool> {
        match self.maintenance.load(Ordering::SeqCst) {
            true if !may_block => Answer::MustBlock,
            closed => Answer::Said(closed),
        }
    }

    fn opening(&self, exchange: &Exchange) -> Answer<Opening> {
        let beginning: &str = &exchange.body;
        let reply = || reply(exchange.version, Outcome::Failed, &format!("by {} bytes", beginning.len()));
        Answer::Said(match () {
            () if beginning.contains("nobody") => Opening::Refused(Pending::Ready(reply())),
            () if beginning.contains("unclear") => Opening::Unclear(Pending::Ready(reply())),
            () => Opening::Known,
        })
    }

    fn index(&self) -> Page {
        Page { status: 200, content_type: "text/html; charset=utf-8", body: "index".into() }
    }

    fn page(&self, service: usize, query: &str) -> Page {
        let body = format!("page {service} {query}{}", " ".repeat(2000));
        Page { status: 200, content_type: "text/html; charset=utf-8", body }
    }

    fn fault(&self, service: usize, version: Version, trouble: Trouble) -> Reply {
        reply(version, Outcome::Failed, &format!("fault {service} {trouble:?}"))
    }
}

fn reply(version: Version, outcome: Outcome, text: &str) -> Reply {
    let (function, code, organisation) = (Some("word"), "WSRC0004", "TEST38".to_owned());
    Reply {
        version,
        body: text.to_owned(),
        called: Called { function, outcome, code, organisation },
        retry_after_s: (outcome != Outcome::Ok).then_some(7),
        turn: None,
    }
}

/// A stage with two services that know words.
type Stage = test_support::Stage<SoapHandler<Words>>;

impl Stage {
    fn new() -> Self {
        Self::with(false)
    }

    /// Whether every call goes to a thread that may wait.
    fn with(always_block: bool) -> Self {
        let routes = vec![
            Route { path: "LearnerService.svc", name: "LearnerService", batch: false, limit: 256 * 1024 },
            Route { path: "ExternalService.svc", name: "ExternalService", batch: true, limit: 32 * 1024 * 1024 },
        ];
        Self::of(Limits::default(), SoapHandler::of(Arc::default(), routes, always_block))
    }

    /// Calls that reached the gateway.
    fn calls(&self) -> usize {
        self.handler.calls.gateway.calls.load(Ordering::SeqCst)
    }
}
