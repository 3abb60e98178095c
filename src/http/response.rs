//! An answer: written once, with its length, and without a word about what serves it.

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::web::Bytes;

use crate::ops::Outcome;

/// What a handler answers.
pub struct Response {
    pub(super) head: HttpResponse<()>,
    pub(super) body: Bytes,
    /// The body packed by gzip, where it was packed once for all.
    pub(super) gzip: Option<Bytes>,
    pub(super) called: Option<Called>,
}

/// The call that a request was, for metrics and log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// The function of the service, by its name in the charter; nothing where the request named
    /// none of them.
    pub function: Option<&'static str>,
    /// How it ended.
    pub outcome: Outcome,
    /// What its answer says in the handler's own terms, such as a response code.
    pub code: &'static str,
    /// The organisation that proved to be the caller; empty while that is not known.
    pub organisation: String,
}

impl Response {
    /// An answer of this media type.
    pub fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut head = HttpResponse::with_body(status, ());
        head.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { head, body: body.into(), gzip: None, called: None }
    }

    /// Adds a header, or replaces it.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.head.headers_mut().insert(name, value);
        self
    }

    /// Gives the same body packed by gzip, for clients that ask for that.
    #[must_use]
    pub fn packed_as(mut self, gzip: impl Into<Bytes>) -> Self {
        self.gzip = Some(gzip.into());
        self
    }

    /// Adds a header beside others of its name.
    #[must_use]
    pub fn and(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.head.headers_mut().append(name, value);
        self
    }

    /// Says that this answers a call: it is counted as one, and named to the client.
    #[must_use]
    pub fn to_call(mut self, called: Called) -> Self {
        self.called = Some(called);
        self
    }
}

/// A body, ready to be sent.
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

    pub(super) fn behind(self, mut head: HttpResponse<()>) -> HttpResponse {
        let body = match self {
            Self::Plain(body) => body,
            Self::Gzip(body) => {
                head.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                body
            }
        };
        head.set_body(BoxBody::new(body))
    }
}
