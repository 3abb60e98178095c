//! Refusals below what a handler answers: an HTTP status and a sentence.

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::web::Bytes;

use super::unread::beside_unread;
use crate::tls;

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    pub(super) status: StatusCode,
    pub(super) reason: &'static str,
    text: &'static str,
    content_type: &'static str,
    header: Option<(&'static str, &'static str)>,
}

/// Seconds after which a client may retry when the service was full.
const RETRY_AFTER_S: &str = "5";

impl Refused {
    pub(super) const CODING: Self =
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "coding", "The only Content-Encoding is gzip, once.\n")
            .with("accept-encoding", "gzip");
    /// The body is longer than whatever takes it allows.
    pub const TOO_LARGE: Self = Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too long.\n");
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
    pub(super) const BODIES_OF_ADDRESS: Self = Self::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "bodies_of_address",
        "This address has as many long requests on their way as it may have. Send this one again when others have been \
         answered.\n",
    );
    pub(super) const TOO_SLOW: Self =
        Self::new(StatusCode::REQUEST_TIMEOUT, "body_slow", "The body came too slowly.\n");
    /// The body breaks off, or is not what its headers say.
    pub const INCOMPLETE: Self =
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
    pub(super) const CONNECTIONS_OF_ADDRESS: Self = Self::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "connections_of_address",
        "This address has as many connections as it may have. Close some, or try again later.\n",
    );
    pub(super) const CONNECTIONS_OF_ORGANISATION: Self = Self::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "connections_of_organisation",
        "The organisation of this client certificate has as many connections as it may have. Close some, or send more \
         calls on each.\n",
    );

    /// A refusal with a text of its own. The reason is one word, for metrics and log; the text says
    /// what is wrong and what to do, and ends its line.
    pub const fn new(status: StatusCode, reason: &'static str, text: &'static str) -> Self {
        Self { status, reason, text, content_type: "text/plain; charset=utf-8", header: None }
    }

    /// The text is of this media type.
    #[must_use]
    pub const fn of_type(mut self, content_type: &'static str) -> Self {
        self.content_type = content_type;
        self
    }

    /// Sends this header too, whose name is in lower case.
    #[must_use]
    pub const fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.header = Some((name, value));
        self
    }

    /// One word for metrics and log.
    pub const fn reason(&self) -> &'static str {
        self.reason
    }

    pub(super) const fn length(&self) -> usize {
        self.text.len()
    }

    /// The answer. A body that has not been read to its end is not waited for.
    pub(super) fn response(&self, payload: Payload) -> HttpResponse {
        let mut response = HttpResponse::with_body(self.status, ());
        let full = self.status == StatusCode::SERVICE_UNAVAILABLE;
        if full || self.status == StatusCode::FORBIDDEN {
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if full {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
        }
        if let Some((name, value)) = self.header {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let response = response.set_body(BoxBody::new(Bytes::from_static(self.text.as_bytes())));
        if matches!(payload, Payload::None) { response } else { beside_unread(response, payload) }
    }
}

impl From<tls::Refusal> for Refused {
    fn from(refusal: tls::Refusal) -> Self {
        Self::new(StatusCode::FORBIDDEN, refusal.name(), "The client certificate is not accepted.\n")
    }
}
