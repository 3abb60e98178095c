//! The path of one request, phase after phase: its connection, its handler, its answer, and its
//! line in the log.

use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use actix_web::http::ConnectionType;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};

use super::body::Body;
use super::coding;
use super::connection::Connection;
use super::edge::Edge;
use super::handler::{Handler, Request};
use super::refused::Refused;
use super::response::{Called, Response};
use super::unread::beside_unread;
use crate::model::Fingerprint;
use crate::ops::{CallLine, RequestId, UNKNOWN, log_call};
use crate::tls::Refusal;

/// What is known about a request while it is processed, for its log line.
struct Progress<'r> {
    request: &'r Request<'r>,
    certificate: Option<Fingerprint>,
    started: Instant,
    bytes_in: usize,
}

/// Processes a request.
pub(super) async fn answer<H: Handler>(
    edge: Arc<Edge>,
    handler: Arc<H>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let mut payload = payload.into_inner();
    let Some(connection) = request.conn_data::<Rc<Connection>>() else {
        return Refused::from(Refusal::Unreadable).response(payload);
    };
    connection.pulse.busy();
    let peer = connection.client.as_ref().map(|client| client.peer());
    let (address, party) = connection.sender(&request);
    let asked = Request::new(&request, peer, address, edge.name_request());
    let mut progress = Progress { request: &asked, certificate: None, started: Instant::now(), bytes_in: 0 };
    let mut alarm = pin!(None);
    let share = edge.budget.share(party);
    let mut body = Body::new(&mut payload, asked.headers(), alarm.as_mut(), edge.pace, share);
    let answered = match connection.admit(&edge.trust) {
        Ok(()) => {
            progress.certificate = peer.map(|peer| peer.fingerprint);
            handler.answer(&asked, &mut body).await
        }
        Err(refused) => Err(refused),
    };
    progress.bytes_in = body.received();
    let is_unread = !body.is_read() && !asked.is_reading();
    let (mut response, bytes_out) = match answered {
        Ok(response) => {
            let (response, length) = progress.respond(&edge, connection, response).await;
            (if is_unread { beside_unread(response, payload) } else { response }, length)
        }
        Err(refused) => {
            edge.health.metrics.refused(refused.reason);
            progress.log("-", "refused", refused.reason, refused.status.as_u16(), "", refused.length());
            (refused.response(payload), refused.length())
        }
    };
    if edge.health.stopping.load(Ordering::Relaxed) {
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    edge.stalls.answered(&connection.pulse, bytes_out);
    response
}

impl Progress<'_> {
    /// The answer of the handler as it goes out, with its length.
    async fn respond(&self, edge: &Edge, connection: &Connection, response: Response) -> (HttpResponse, usize) {
        let Response { mut head, body, gzip, called } = response;
        let body = match gzip {
            Some(gzip) => coding::choose(body, gzip, self.request.headers()),
            None => coding::pack(body, self.request.headers()).await,
        };
        let (status, length) = (head.status().as_u16(), body.length());
        let Some(Called { function, outcome, code, organisation }) = called else {
            self.log("-", "page", "-", status, "", length);
            return (body.behind(head), length);
        };
        let metrics = &edge.health.metrics;
        metrics.call(self.request.service(), function, outcome, code, self.started.elapsed());
        self.log(function.unwrap_or(UNKNOWN), outcome.label(), code, status, &organisation, length);
        if let Ok(id) = request_id(self.request.id()) {
            head.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
        }
        if connection.place.proven(&organisation) {
            metrics.refused(Refused::CONNECTIONS_OF_ORGANISATION.reason);
            head.head_mut().set_connection_type(ConnectionType::Close);
        }
        (body.behind(head), length)
    }

    fn log(
        &self,
        operation: &'static str,
        outcome: &'static str,
        code: &'static str,
        status: u16,
        organisation: &str,
        bytes_out: usize,
    ) {
        log_call(&CallLine {
            request: self.request.id(),
            service: self.request.service(),
            operation,
            outcome,
            code,
            status,
            duration: self.started.elapsed(),
            organisation,
            certificate: self.certificate.as_ref(),
            bytes_in: self.bytes_in,
            bytes_out,
        });
    }
}

fn request_id(id: RequestId) -> Result<HeaderValue, impl Sized> {
    HeaderValue::from_maybe_shared(Bytes::from(id.to_string()))
}
