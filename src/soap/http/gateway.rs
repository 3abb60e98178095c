//! The boundary between the phases of a call over HTTP and the services: what they are asked, and what they say.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::super::envelope::Version;
use super::super::pages::Page;
use super::decode::Text;
use crate::http::{Called, Share};
use crate::model::Peer;

/// The services.
pub trait Gateway: Send + Sync + 'static {
    /// Answers a call. With `may_block` unset it runs on the thread that serves the connections and must not wait for a
    /// disk, a lock or a password hash: where it would have to, it does nothing and says [`Answer::MustBlock`], and is
    /// asked again on another thread.
    fn post(&self, exchange: &Exchange) -> Answer<Pending>;

    /// Whether the certificate may act for any organisation, asked before a body is read. With `may_block` unset it
    /// answers from memory.
    fn may_call(&self, peer: &Peer, may_block: bool) -> Answer<bool>;

    /// Who sends a batch, by the beginning of its body: all that is known of the exchange's body yet.
    fn opening(&self, exchange: &Exchange) -> Answer<Opening>;

    /// The page that lists the services. Must not block.
    fn index(&self) -> Page;

    /// A page of a service by its index, for GET and HEAD: help, contract, schema. The query is as it was sent, without
    /// the question mark. Must not block.
    fn page(&self, service: usize, query: &str) -> Page;

    /// The fault for a trouble that was found before (or instead of) the service's own answer.
    fn fault(&self, service: usize, version: Version, trouble: Trouble) -> Reply;
}

/// One call, ready to be read.
#[derive(Debug)]
pub struct Exchange {
    /// Index of the service.
    pub service: usize,
    /// What the media type says; the envelope has the last word.
    pub version: Version,
    /// The body as text: UTF-8, without byte order mark and XML declaration.
    pub body: Text,
    /// The client: its certificate was verified, and looked up in the revocation lists, for this very request.
    pub peer: Arc<Peer>,
    /// Whether the services may wait.
    pub may_block: bool,
    /// What the body holds of the memory for bodies.
    pub(super) _share: Option<Share>,
}

/// What is said to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer<T> {
    /// This.
    Said(T),
    /// Ask again where it may block.
    MustBlock,
}

/// What the beginning of a request says about its sender.
pub enum Opening {
    /// It is known, by what it says about itself: the rest may be read.
    Known,
    /// That is not told yet. The answer, if this were all.
    Unclear(Pending),
    /// It is refused.
    Refused(Pending),
}

impl Opening {
    /// What may be waited for, to ask again then.
    pub(super) fn turn(&mut self) -> Option<Turn> {
        match self {
            Self::Known => None,
            Self::Unclear(pending) | Self::Refused(pending) => pending.turn(),
        }
    }
}

/// A reply that must not leave before what it tells is durable (its lines of the audit trail).
pub enum Pending {
    /// It may leave: it tells nothing that has to be kept.
    Ready(Reply),
    /// The reply once it may leave; a fault where what it tells cannot be kept.
    Held(Pin<Box<dyn Future<Output = Reply> + Send>>),
}

impl Pending {
    /// What may be waited for, to ask again then.
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
    /// Decides the media type.
    pub version: Version,
    /// The envelope, UTF-8.
    pub body: String,
    /// What metrics and log learn about it. The HTTP status is 200 where it ended well, and 500 for a fault.
    pub called: Called,
    /// The header `Retry-After`: after how many seconds the same call may succeed.
    pub retry_after_s: Option<u64>,
    /// What may be waited for instead of sending this answer, to ask again then; the wait holds no thread.
    pub turn: Option<Turn>,
}

/// What is answered with a fault without asking the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The body is no text in an accepted encoding; the words say what is wrong, for the client.
    Malformed(&'static str),
    /// The certificate may act for nobody.
    UnknownOrganisation,
    /// Something failed inside; nothing more is known or to be said.
    Internal,
}
