//! The phases of a request before a service is asked, in order: path, maintenance, method, media
//! type, whether the certificate may act for anybody, body.

use std::sync::Arc;

use super::super::envelope::Version;
use super::super::pages::Page;
use super::calls::Calls;
use super::gateway::{Exchange, Gateway, Reply, Trouble};
use super::receive::{Head, Received, receive};
use super::{media, refused};
use crate::domain::Pass;
use crate::http::header::{CACHE_CONTROL, RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS};
use crate::http::{Body, Handler, HeaderValue, Method, Outcome, Refused, Request, Response, StatusCode};

/// Answers a listener's requests with the services.
pub struct SoapHandler<G> {
    pub(super) calls: Calls<G>,
    routes: Vec<Route>,
}

/// One service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Its path without the leading slash, such as `LearnerService.svc`; matched ignoring case.
    pub path: &'static str,
    /// Its name in metrics and log.
    pub name: &'static str,
    /// Whether it takes batches.
    pub batch: bool,
    /// The longest body that it takes, in bytes.
    pub limit: usize,
}

impl<G: Gateway> SoapHandler<G> {
    /// The gateway knows its services by their place among the routes. `always_block` says that
    /// every call waits for something (a database over the network), and so goes to a waiting
    /// thread at once.
    pub(super) fn of(gateway: Arc<G>, routes: Vec<Route>, always_block: bool) -> Self {
        Self { calls: Calls { gateway, always_block }, routes }
    }

    fn route(&self, path: &str) -> Result<(usize, &Route), Refused> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let found = self.routes.iter().enumerate().find(|(_, route)| path.eq_ignore_ascii_case(route.path));
        found.ok_or(refused::UNKNOWN_PATH)
    }

    async fn call(&self, head: Head, body: &mut Body<'_>) -> Result<Reply, Refused> {
        Ok(match receive(&self.calls, &head, body).await? {
            Received::Text(text, share) => {
                let Head { service, version, peer, request, pass, .. } = head;
                let exchange = Exchange { service, version, body: text, peer, may_block: false, pass, _share: share };
                self.calls.answer(request, exchange, body.received()).await
            }
            Received::Malformed(malformed) => self.calls.malformed(head.service, head.version, malformed),
            Received::Answered(reply) => reply,
        })
    }
}

impl<G: Gateway> Handler for SoapHandler<G> {
    async fn answer(&self, request: &Request<'_>, body: &mut Body<'_>) -> Result<Response, Refused> {
        let gateway = &self.calls.gateway;
        if request.is_reading() && request.path() == "/" {
            return Ok(page(gateway.index()));
        }
        let (service, &Route { name, batch, limit, .. }) = self.route(request.path())?;
        request.is_for(name);
        match *request.method() {
            _ if request.is_reading() => return Ok(page(gateway.page(service, request.query()))),
            _ if self.calls.in_maintenance().await => return Err(refused::MAINTENANCE),
            Method::POST => {}
            _ => return Err(refused::METHOD),
        }
        let media::Media { version, charset } = media::media(request.headers())?;
        let (coding, peer) = (body.coding()?, request.peer()?);
        if !self.calls.may_call(peer).await {
            return Ok(response(gateway.fault(service, version, Trouble::UnknownOrganisation)));
        }
        let (peer, request) = (Arc::clone(peer), request.id());
        let pass = Pass::default();
        let head = Head { service, version, charset, coding, limit, batch, peer, request, pass };
        Ok(response(self.call(head, body).await?))
    }
}

/// A SOAP answer.
fn response(reply: Reply) -> Response {
    let Reply { version, body, called, retry_after_s, .. } = reply;
    let status = match called.outcome {
        Outcome::Ok => StatusCode::OK,
        Outcome::Refused | Outcome::Busy | Outcome::Failed => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let content_type = match version {
        Version::V11 => "text/xml; charset=utf-8",
        Version::V12 => "application/soap+xml; charset=utf-8",
    };
    let response = Response::new(status, content_type, body).with(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let response = match retry_after_s {
        Some(seconds) => response.with(RETRY_AFTER, HeaderValue::from(seconds)),
        None => response,
    };
    response.to_call(called)
}

/// A page. The query identifies it, so caches keep pages apart.
fn page(page: Page) -> Response {
    let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Response::new(status, page.content_type, page.body)
        .with(VARY, HeaderValue::from_static("Accept-Encoding"))
        .with(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))
}
