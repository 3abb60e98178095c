//! An answer: written once, with its length, and without a word about what serves it.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::web::Bytes;

use crate::ops::Outcome;

/// The HTTP library copies what it sends into a buffer of 8 KiB for each connection. It lets the
/// buffer grow for a longer body, and an idle connection keeps it up to 128 KiB. So a body is given
/// in pieces that fit into the first half of it, which is one page of memory: the first piece with
/// room for the head.
const PIECE: usize = 4 * 1024;
const FIRST_PIECE: usize = 3 * 1024;

/// A body longer than `LONG` has longer pieces, because each costs a system call.
const LONG: usize = 32 * 1024;
const LONG_PIECE: usize = 32 * 1024;

/// The library sends what is in its buffer once it has this many bytes: after each piece.
pub(super) const WRITTEN_AT_ONCE: usize = 2 * 1024;

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
        if body.len() <= FIRST_PIECE {
            return head.set_body(BoxBody::new(body));
        }
        head.set_body(BoxBody::new(Pieces { length: body.len(), left: body }))
    }
}

/// A body that is sent piece by piece.
struct Pieces {
    length: usize,
    left: Bytes,
}

impl MessageBody for Pieces {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(u64::try_from(self.length).unwrap_or(u64::MAX))
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let left = self.left.len();
        let piece = match self.length {
            _ if left == 0 => return Poll::Ready(None),
            length if length == left => FIRST_PIECE,
            length if length > LONG => LONG_PIECE,
            _ => PIECE,
        };
        Poll::Ready(Some(Ok(self.left.split_to(piece.min(left)))))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::task::Waker;

    use super::*;

    fn pieces(length: usize) -> Vec<usize> {
        let mut body = Packed::Plain(Bytes::from(vec![b'x'; length]))
            .behind(HttpResponse::with_body(StatusCode::OK, ()))
            .into_body();
        assert_eq!(body.size(), BodySize::Sized(u64::try_from(length).unwrap()));
        let mut context = Context::from_waker(Waker::noop());
        let mut lengths = Vec::new();
        while let Poll::Ready(Some(piece)) = Pin::new(&mut body).poll_next(&mut context) {
            lengths.push(piece.unwrap().len());
        }
        lengths
    }

    #[test]
    fn pieces_fit_into_the_buffer_of_a_connection() {
        assert_eq!(pieces(1), [1]);
        assert_eq!(pieces(FIRST_PIECE), [FIRST_PIECE]);
        assert_eq!(pieces(FIRST_PIECE + PIECE + 1), [FIRST_PIECE, PIECE, 1]);
        assert!(pieces(LONG).iter().all(|piece| *piece <= PIECE));
        assert_eq!(pieces(LONG + 1), [FIRST_PIECE, LONG + 1 - FIRST_PIECE]);
        assert_eq!(pieces(2 * LONG), [FIRST_PIECE, LONG_PIECE, 2 * LONG - FIRST_PIECE - LONG_PIECE]);
    }
}
