//! The boundary to the layer that knows SOAP: what the edge gives it, and what it wants back.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::budget::Share;
use super::decode::Text;
use crate::model::Peer;
use crate::ops::RequestId;

/// One service of the listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Its path without the leading slash, for example `LearnerService.svc`; found in any letter case.
    pub path: &'static str,
    /// Its name in metrics and log.
    pub name: &'static str,
    /// Whether it takes batches, and so longer bodies.
    pub batch: bool,
}

/// The SOAP layer.
pub trait Gateway: Send + Sync + 'static {
    /// Answers a call. With `may_block` unset it runs on the thread that serves the connections and must not wait for a disk, a lock or a
    /// password hash: where it would have to, it does nothing and says [`Answer::MustBlock`], and is asked again on another thread.
    fn post(&self, exchange: &Exchange) -> Answer<Pending>;

    /// Whether the certificate may act for any organisation, asked before a body is read. With `may_block` unset it answers from memory.
    fn may_call(&self, peer: &Peer, may_block: bool) -> Answer<bool>;

    /// Who sends a batch, by the beginning of its body: all that is known of the exchange's body yet.
    fn opening(&self, exchange: &Exchange) -> Answer<Opening>;

    /// The page of the server itself: which services it has. Must not block.
    fn index(&self) -> Page;

    /// A page of a service for GET and HEAD: help, contract, schema. Must not block.
    fn page(&self, request: &PageRequest<'_>) -> Page;

    /// The fault for a trouble that the edge found before (or instead of) the gateway's own answer.
    fn fault(&self, service: usize, version: SoapVersion, trouble: Trouble) -> Reply;
}

/// One call, ready to be read.
#[derive(Debug)]
pub struct Exchange {
    /// Index of the route.
    pub service: usize,
    /// What the media type says; the envelope has the last word.
    pub version: SoapVersion,
    /// The body as text: UTF-8, without byte order mark and XML declaration.
    pub body: Text,
    /// The client: its certificate was verified, and looked up in the revocation lists, for this very request.
    pub peer: Arc<Peer>,
    /// Name of this request in the log.
    pub request: RequestId,
    /// Whether the gateway may wait.
    pub may_block: bool,
    /// What the body holds of the memory for bodies.
    pub(super) _share: Option<Share>,
}

/// What a gateway says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer<T> {
    /// This.
    Said(T),
    /// Ask again where the gateway may block.
    MustBlock,
}

/// What the beginning of a request says of its sender.
pub enum Opening {
    /// It is known, by what it says of itself: the rest may be read.
    Known,
    /// That is not told yet. The answer, if this were all.
    Unclear(Pending),
    /// It is refused.
    Refused(Pending),
}

impl Opening {
    /// What the edge may wait for, to ask again then.
    pub(super) fn turn(&mut self) -> Option<Turn> {
        match self {
            Self::Known => None,
            Self::Unclear(pending) | Self::Refused(pending) => pending.turn(),
        }
    }
}

/// SOAP 1.1 (`text/xml`) or 1.2 (`application/soap+xml`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoapVersion {
    /// `http://schemas.xmlsoap.org/soap/envelope/`.
    Soap11,
    /// `http://www.w3.org/2003/05/soap-envelope`.
    Soap12,
}

/// A reply that must not leave before what it tells is durable (its lines of the audit trail).
pub enum Pending {
    /// It may leave: it tells nothing that has to be kept.
    Ready(Reply),
    /// The reply once it may leave; a fault where what it tells cannot be kept.
    Held(Pin<Box<dyn Future<Output = Reply> + Send>>),
}

impl Pending {
    /// What the edge may wait for, to ask again then.
    pub(super) fn turn(&mut self) -> Option<Turn> {
        match self {
            Self::Ready(reply) => reply.turn.take(),
            Self::Held(_) => None,
        }
    }

    /// The reply, when it may leave.
    pub(super) async fn settled(self) -> Reply {
        match self {
            Self::Ready(reply) => reply,
            Self::Held(reply) => reply.await,
        }
    }
}

/// Waits until it is worth asking again.
pub type Turn = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A SOAP answer, fault or not.
pub struct Reply {
    /// HTTP status: 200, or 500 for a fault.
    pub status: u16,
    /// Decides the media type.
    pub version: SoapVersion,
    /// The envelope, UTF-8.
    pub body: String,
    /// The operation, for metrics and log; a word of the contract.
    pub operation: &'static str,
    /// How it ended, for metrics and log: `answer` or `fault`.
    pub outcome: &'static str,
    /// Response or error code, for metrics and log.
    pub code: &'static str,
    /// Reference of the calling organisation for the log, empty while unknown.
    pub organisation: String,
    /// The header `Retry-After`: after how many seconds the same call may succeed.
    pub retry_after_s: Option<u64>,
    /// What the edge may wait for instead of sending this answer, to ask again then; the wait holds no thread.
    pub turn: Option<Turn>,
}

/// What the edge cannot answer by itself, because the answer is a SOAP fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The body is no text in an accepted encoding; the words say what is wrong, for the client.
    Malformed(&'static str),
    /// The certificate may act for nobody.
    UnknownOrganisation,
    /// Something failed inside; nothing more is known or to be said.
    Internal,
}

/// A request for a page.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest<'a> {
    /// Index of the route.
    pub service: usize,
    /// The query as it was sent, without the question mark; empty if there is none.
    pub query: &'a str,
}

/// A page.
#[derive(Debug, Clone)]
pub struct Page {
    /// HTTP status.
    pub status: u16,
    /// Media type with charset.
    pub content_type: &'static str,
    /// The text.
    pub body: Cow<'static, str>,
}
