//! HTTP answers: SOAP replies, pages, and refusals. Each is written once, with its length, and says nothing about what serves it.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::Payload;
use actix_web::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::web::Bytes;

use super::gateway::{Page, Reply, SoapVersion};
use crate::ops::RequestId;
use crate::tls;

/// An answer below SOAP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    /// One word, for metrics and log.
    pub(super) reason: &'static str,
    text: &'static str,
}

/// What an Azure static site says while the service is away, and what clients look for (rules.md 3.4).
const MAINTENANCE_TEXT: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>UnsupportedHttpVerb</Code>\
     <Message>The resource doesn't support specified Http Verb.</Message></Error>";

/// Seconds after which a client that found the service full may come again.
const RETRY_AFTER_S: &str = "5";

impl Refused {
    pub(super) const UNKNOWN_PATH: Self =
        Self::new(StatusCode::NOT_FOUND, "unknown_path", "There is nothing here. The page / lists the services.\n");
    pub(super) const METHOD: Self =
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", "Use POST for calls, and GET for the contract (?wsdl).\n");
    pub(super) const MAINTENANCE: Self = Self::new(StatusCode::METHOD_NOT_ALLOWED, "maintenance", MAINTENANCE_TEXT);
    pub(super) const MEDIA_TYPE: Self = Self::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "media_type",
        "The Content-Type must be text/xml (SOAP 1.1) or application/soap+xml (SOAP 1.2).\n",
    );
    pub(super) const CHARSET: Self =
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "charset", "The charset must be utf-8 or utf-16.\n");
    pub(super) const CODING: Self =
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "coding", "The only Content-Encoding is gzip, once.\n");
    pub(super) const TOO_LARGE: Self =
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too long.\n");
    pub(super) const TOO_DENSE: Self = Self::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_dense",
        "The body unpacks to more than 40 times its length. Send it without Content-Encoding.\n",
    );
    pub(super) const BODIES: Self = Self::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "bodies",
        "The service has as many long requests on their way as it has memory for. Send this one again later.\n",
    );
    pub(super) const BODIES_OF_CERTIFICATE: Self = Self::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "bodies_of_certificate",
        "This client certificate has as many long requests on their way as it may have. Send this one again when \
         others have been answered.\n",
    );
    pub(super) const TOO_SLOW: Self =
        Self::new(StatusCode::REQUEST_TIMEOUT, "body_slow", "The body came too slowly.\n");
    pub(super) const INCOMPLETE: Self =
        Self::new(StatusCode::BAD_REQUEST, "body_incomplete", "The body is incomplete or malformed.\n");

    pub(super) const CONNECTIONS: Self = Self::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "connections",
        "The service has as many connections as it can serve. Try again later.\n",
    );

    pub(super) const CONNECTIONS_OF_CERTIFICATE: Self = Self::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "connections_of_certificate",
        "This client certificate has as many connections as it may have. Close some, or send more calls on each.\n",
    );
    pub(super) const CONNECTIONS_OF_ORGANISATION: Self = Self::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "connections_of_organisation",
        "The organisation of this client certificate has as many connections as it may have. Close some, or send more \
         calls on each.\n",
    );

    const fn new(status: StatusCode, reason: &'static str, text: &'static str) -> Self {
        Self { status, reason, text }
    }

    pub(super) const fn length(&self) -> usize {
        self.text.len()
    }
}

impl From<tls::Refusal> for Refused {
    fn from(refusal: tls::Refusal) -> Self {
        Self::new(StatusCode::FORBIDDEN, refusal.name(), "The client certificate is not accepted.\n")
    }
}

/// Refuses. A body that has not been read to its end is not waited for.
pub(super) fn refusal(refused: &Refused, payload: Payload) -> HttpResponse {
    let unread = !matches!(payload, Payload::None);
    let mut response = HttpResponse::with_body(refused.status, ());
    let full = refused.status == StatusCode::SERVICE_UNAVAILABLE;
    if full || refused.status == StatusCode::FORBIDDEN {
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    let maintenance = *refused == Refused::MAINTENANCE;
    let headers = response.headers_mut();
    let content_type = if maintenance { "application/xml" } else { "text/plain; charset=utf-8" };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if full {
        headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
    }
    if refused.status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static(if maintenance { "GET, HEAD" } else { "GET, HEAD, POST" }));
    }
    if *refused == Refused::CODING {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    let response = response.set_body(BoxBody::new(Bytes::from_static(refused.text.as_bytes())));
    if unread { beside_unread(response, payload) } else { response }
}

/// An answer that comes before the request's body has been read to its end; the connection closes behind it.
pub(super) fn beside_unread(mut response: HttpResponse, payload: Payload) -> HttpResponse {
    response.head_mut().set_connection_type(ConnectionType::Close);
    response.map_body(|_, body| BoxBody::new(BesideUnread { body, _unread: payload }))
}

/// A body that keeps the unread one of the request alive until it has been sent. If that were dropped before, the library would go on
/// reading a chunked body for as long as the client cares to send one, and not close.
struct BesideUnread {
    body: BoxBody,
    _unread: Payload,
}

impl MessageBody for BesideUnread {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}

/// A SOAP answer.
pub(super) fn reply(reply: &Reply, body: Packed, request: RequestId) -> HttpResponse {
    const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::with_body(status, ());
    let headers = response.headers_mut();
    let content_type = match reply.version {
        SoapVersion::Soap11 => "text/xml; charset=utf-8",
        SoapVersion::Soap12 => "application/soap+xml; charset=utf-8",
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_maybe_shared(Bytes::from(request.to_string())) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(seconds) = reply.retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    body.into_response(response)
}

/// A page. The query decides what it is, so that caches keep them apart by themselves.
pub(super) fn page(status: u16, content_type: &'static str, body: Packed) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::with_body(status, ());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    body.into_response(response)
}

/// A body as it goes out.
pub(super) enum Packed {
    Plain(Bytes),
    Gzip(Bytes),
}

impl Packed {
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Plain(body) | Self::Gzip(body) => body.len(),
        }
    }

    fn into_response(self, mut response: HttpResponse<()>) -> HttpResponse {
        let body = match self {
            Self::Plain(body) => body,
            Self::Gzip(body) => {
                response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                body
            }
        };
        response.set_body(BoxBody::new(body))
    }
}

/// The body of a page.
pub(super) fn page_body(page: &mut Page) -> Bytes {
    match std::mem::take(&mut page.body) {
        std::borrow::Cow::Borrowed(text) => Bytes::from_static(text.as_bytes()),
        std::borrow::Cow::Owned(text) => Bytes::from(text),
    }
}
