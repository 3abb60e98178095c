//! The boundary to what answers requests: what the edge tells it, and what it wants back.

use std::cell::Cell;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;

use super::body::Body;
use super::refused::Refused;
use super::response::Response;
use crate::model::Peer;
use crate::ops::RequestId;
use crate::tls::Refusal;

/// Answers the requests of a listener.
pub trait Handler: Send + Sync + 'static {
    /// Answers one request. It runs on the thread that serves the connections and must not wait
    /// there for a disk, a lock or a password hash: that is for [`super::block`]. It takes the body
    /// it wants, and none bigger than it says; what it leaves unread is not waited for.
    ///
    /// # Errors
    /// The refusal to send instead. It is counted by its reason and logged as `refused`.
    fn answer(&self, request: &Request<'_>, body: &mut Body<'_>) -> impl Future<Output = Result<Response, Refused>>;
}

/// The head of a request, and who sends it.
pub struct Request<'r> {
    http: &'r HttpRequest,
    peer: Option<&'r Arc<Peer>>,
    address: Option<IpAddr>,
    id: RequestId,
    service: Cell<&'static str>,
}

impl<'r> Request<'r> {
    pub(super) fn new(
        http: &'r HttpRequest,
        peer: Option<&'r Arc<Peer>>,
        address: Option<IpAddr>,
        id: RequestId,
    ) -> Self {
        Self { http, peer, address, id, service: Cell::new("-") }
    }

    /// Its name in the log, and for the client in `X-Request-Id`.
    pub const fn id(&self) -> RequestId {
        self.id
    }

    /// The method.
    pub fn method(&self) -> &Method {
        self.http.method()
    }

    /// Whether it only reads: GET or HEAD.
    pub fn is_reading(&self) -> bool {
        matches!(*self.method(), Method::GET | Method::HEAD)
    }

    /// The path, with its slash.
    pub fn path(&self) -> &str {
        self.http.path()
    }

    /// The query as sent, without the question mark; empty if the URL has no query.
    pub fn query(&self) -> &str {
        self.http.query_string()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.http.headers()
    }

    /// The address that the request comes from, behind a proxy the one that the proxy names;
    /// nothing where the client has already gone.
    pub const fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// The client's certificate: good at this moment, by the revocation lists too.
    ///
    /// # Errors
    /// The listener asks its clients for none.
    pub fn peer(&self) -> Result<&Arc<Peer>, Refused> {
        self.peer.ok_or_else(|| Refusal::Missing.into())
    }

    /// Says which service the request is for, in metrics and log; a dash until then.
    pub fn is_for(&self, service: &'static str) {
        self.service.set(service);
    }

    pub(super) fn service(&self) -> &'static str {
        self.service.get()
    }
}
