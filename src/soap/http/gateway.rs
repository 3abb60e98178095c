//! The boundary between the phases of a call over HTTP and the services: what they are asked, and
//! what they say.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::super::envelope::Version;
use super::super::pages::Page;
use super::decode::Text;
use crate::domain::Pass;
use crate::http::{Called, Share};
use crate::model::Peer;

/// The web services.
pub trait Gateway: Send + Sync + 'static {
    /// Processes a call. With `may_block` unset it runs on a thread that serves connections, and
    /// must not wait for a disk, a lock or a password hash: if it would have to, it does nothing,
    /// returns [`Answer::MustBlock`], and is called again on another thread.
    fn post(&self, exchange: &Exchange) -> Answer<Pending>;

    /// Whether the certificate may act for any organisation; called before a body is read. With
    /// `may_block` unset it uses its cache.
    fn may_call(&self, peer: &Peer, may_block: bool) -> Answer<bool>;

    /// Whether the services are closed for maintenance. With `may_block` unset it uses its cache.
    fn in_maintenance(&self, may_block: bool) -> Answer<bool>;

    /// Who sends a batch, judging by the beginning of its body, which is all that the exchange
    /// contains so far.
    fn opening(&self, exchange: &Exchange) -> Answer<Opening>;

    /// The page that lists the services. Must not block.
    fn index(&self) -> Page;

    /// A page of a service by its index, for GET and HEAD: help, contract, schema. The query is as
    /// it was sent, without the question mark. Must not block.
    fn page(&self, service: usize, query: &str) -> Page;

    /// The fault for a trouble that was found before (or instead of) the service's own answer.
    fn fault(&self, service: usize, version: Version, trouble: Trouble) -> Reply;
}

/// A call, ready to be read.
#[derive(Debug)]
pub struct Exchange {
    /// Index of the service.
    pub service: usize,
    /// According to the media type; the envelope decides.
    pub version: Version,
    /// The body as UTF-8 text, without byte order mark and XML declaration.
    pub body: Text,
    /// The client: its certificate was checked for this request, including against the revocation
    /// lists.
    pub peer: Arc<Peer>,
    /// Whether the services may wait.
    pub may_block: bool,
    /// What the call has been granted so far.
    pub pass: Pass,
    /// The reservation of the body's memory.
    pub(super) _share: Option<Share>,
}

/// What is said to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer<T> {
    /// This value.
    Said(T),
    /// Ask again where it may block.
    MustBlock,
}

/// What the beginning of a request says about its sender.
pub enum Opening {
    /// It is known, by what it says about itself: the rest may be read.
    Known,
    /// Not yet known. The reply to send if nothing more arrives.
    Unclear(Pending),
    /// The sender is refused.
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

/// A reply that must not be sent before what it discloses is durable in the trail.
pub enum Pending {
    /// It may be sent: it discloses nothing that needs a trail.
    Ready(Reply),
    /// The reply once it may be sent; a fault if the trail cannot be written.
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

    /// The reply, once it may be sent.
    pub(super) async fn settled(self) -> Reply {
        match self {
            Self::Ready(reply) => reply,
            Self::Held(reply) => reply.await,
        }
    }
}

/// Waits until a retry is worthwhile.
pub type Turn = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A SOAP reply, fault or not.
pub struct Reply {
    /// Determines the media type.
    pub version: Version,
    /// The envelope, in UTF-8.
    pub body: String,
    /// What metrics and log learn about it. The HTTP status is 200 where it ended well, and 500 for
    /// a fault.
    pub called: Called,
    /// The header `Retry-After`: the number of seconds after which the same call may succeed.
    pub retry_after_s: Option<u64>,
    /// What may be waited for instead of sending this answer, to ask again then; the wait holds no
    /// thread.
    pub turn: Option<Turn>,
}

/// What is answered with a fault without asking the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The body is not text in an accepted encoding; says why, in words for the client.
    Malformed(&'static str),
    /// The certificate may act for no organisation.
    UnknownOrganisation,
    /// An internal failure about which nothing more is known or should be said.
    Internal,
}
