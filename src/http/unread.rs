//! Answers that come before the request's body has been read to its end.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::Payload;
use actix_web::http::ConnectionType;
use actix_web::web::Bytes;

/// Such an answer; the connection closes behind it.
pub(super) fn beside_unread(mut response: HttpResponse, payload: Payload) -> HttpResponse {
    response.head_mut().set_connection_type(ConnectionType::Close);
    response.map_body(|_, body| BoxBody::new(BesideUnread { body, _unread: payload }))
}

/// A body that keeps the request's unread body alive until it has been sent. If that were dropped
/// earlier, the library would read a chunked body for as long as the client sends one, instead of
/// closing.
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
