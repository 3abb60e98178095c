//! The path of one request, phase after phase.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::http::{ConnectionType, Method};
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use chrono::Utc;
use tokio::time::{timeout, timeout_at};

use super::budget::{Budget, Share};
use super::decode::Text;
use super::gateway::{Answer, Exchange, Gateway, Page, PageRequest, Pending, Reply, Route, SoapVersion, Trouble, Turn};
use super::gzip;
use super::media;
use super::peers::Connection;
use super::receive::{Head, Received};
use super::respond::{self, Packed, Refused};
use super::stalls::Stalls;
use crate::config::Limits;
use crate::model::Peer;
use crate::ops::{CallLine, Operations, RequestId, log_call};
use crate::tls::{Refusal, Trust};

/// A longer body is unpacked and read on a thread of its own, so that other connections do not wait for it.
pub(super) const INLINE: usize = 64 * 1024;

/// How long a call may wait for the store, in all: clients give up after 20 seconds at the soonest (our choice). What
/// was written although the answer came too late stays, as when a connection breaks before an answer.
const PATIENCE: Duration = Duration::from_secs(9);
/// As much longer for every mebibyte of the request: a large batch takes its time.
const PATIENCE_FOR_A_MEBIBYTE: Duration = Duration::from_secs(3);

/// How long a call may wait for its turn, without a thread, before it is answered that the service is busy (our choice).
const TURNS: Duration = Duration::from_secs(2);

/// What all requests share.
pub(super) struct Edge {
    pub(super) routes: Vec<Route>,
    pub(super) gateway: Arc<dyn Gateway>,
    /// Whether every call goes to a thread that may wait (a database over the network).
    pub(super) always_block: bool,
    pub(super) limits: Limits,
    pub(super) budget: Budget,
    pub(super) trust: Trust,
    pub(super) stalls: Stalls,
    pub(super) health: Arc<Operations>,
    pub(super) maintenance: Arc<AtomicBool>,
    pub(super) next_request: AtomicU64,
}

/// What is known of a request while it is answered, for its line in the log.
struct Progress {
    request: RequestId,
    started: Instant,
    service: &'static str,
    peer: Option<Arc<Peer>>,
    /// Whether the answer comes before the body has been read to its end.
    unread: bool,
    bytes_in: usize,
    bytes_out: usize,
}

/// Answers one request.
pub(super) async fn answer(edge: Arc<Edge>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let pulse = request.conn_data::<Rc<Connection>>().map(|connection| &connection.pulse);
    if let Some(pulse) = pulse {
        pulse.busy();
    }
    let mut payload = payload.into_inner();
    let mut progress = Progress {
        request: RequestId(edge.next_request.fetch_add(1, Ordering::Relaxed)),
        started: Instant::now(),
        service: "-",
        peer: None,
        unread: false,
        bytes_in: 0,
        bytes_out: 0,
    };
    let mut response = match edge.phases(&request, &mut payload, &mut progress).await {
        Ok(response) if progress.unread => respond::beside_unread(response, payload),
        Ok(response) => response,
        Err(refused) => {
            edge.health.metrics.refused(refused.reason);
            progress.bytes_out = refused.length();
            progress.log("-", "refused", refused.reason, refused.status.as_u16(), "");
            respond::refusal(&refused, payload)
        }
    };
    if edge.health.stopping.load(Ordering::Relaxed) {
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    if let Some(pulse) = pulse {
        edge.stalls.answered(pulse, progress.bytes_out);
    }
    response
}

impl Edge {
    async fn phases(
        &self,
        request: &HttpRequest,
        payload: &mut Payload,
        progress: &mut Progress,
    ) -> Result<HttpResponse, Refused> {
        let peer = self.peer(request)?;
        progress.peer = Some(Arc::clone(&peer));
        let reading = matches!(*request.method(), Method::GET | Method::HEAD);
        if reading && request.path() == "/" {
            return Ok(page(request, self.gateway.index(), progress).await);
        }
        let (service, route) = self.route(request.path())?;
        progress.service = route.name;
        match *request.method() {
            _ if reading => {
                let asked = PageRequest { service, query: request.query_string() };
                return Ok(page(request, self.gateway.page(&asked), progress).await);
            }
            _ if self.maintenance.load(Ordering::Relaxed) => return Err(Refused::MAINTENANCE),
            Method::POST => {}
            _ => return Err(Refused::METHOD),
        }
        let media = media::media(request.headers())?;
        let compressed = media::compressed(request.headers())?;
        if !self.may_call(&peer).await {
            progress.unread = true;
            let fault = self.gateway.fault(service, media.version, Trouble::UnknownOrganisation);
            return Ok(self.reply(request, fault, progress).await);
        }
        let head = Head {
            service,
            version: media.version,
            charset: media.charset,
            compressed,
            declared: declared_length(request),
            batch: route.batch,
            peer,
            request: progress.request,
        };
        let reply = match self.receive(&head, payload, &mut progress.bytes_in).await? {
            Received::Text(body, share) => self.call(head, body, share, progress.bytes_in).await,
            Received::Malformed(malformed) => self.malformed(service, media.version, malformed),
            Received::Answered(reply) => {
                progress.unread = true;
                reply
            }
        };
        Ok(self.reply(request, reply, progress).await)
    }

    /// The answer to a whole request.
    async fn call(&self, head: Head, body: Text, share: Share, bytes: usize) -> Reply {
        let Head { service, version, peer, request, .. } = head;
        let exchange = Exchange { service, version, body, peer, request, may_block: false, _share: Some(share) };
        let settled = async {
            let asked = self.asked_in_turn(exchange, |gateway, exchange| gateway.post(exchange), Pending::turn);
            match asked.await {
                Some(pending) => pending.settled().await,
                None => self.failed(service, version),
            }
        };
        self.in_time(request, bytes, settled).await.unwrap_or_else(|| self.failed(service, version))
    }

    /// What the store lets the gateway answer in time to a request of so many bytes.
    pub(super) async fn in_time<T>(
        &self,
        request: RequestId,
        bytes: usize,
        answer: impl Future<Output = T>,
    ) -> Option<T> {
        let mebibytes = u32::try_from(bytes >> 20).unwrap_or(u32::MAX);
        let patience = PATIENCE + PATIENCE_FOR_A_MEBIBYTE.saturating_mul(mebibytes);
        let answer = timeout(patience, answer).await;
        if answer.is_err() {
            log::error!("call {request}: no answer from the database within {} s", patience.as_secs());
        }
        answer.ok()
    }

    /// The client, if its certificate is good at this moment.
    fn peer(&self, request: &HttpRequest) -> Result<Arc<Peer>, Refused> {
        let connection = request.conn_data::<Rc<Connection>>().ok_or(Refusal::Unreadable)?;
        if let Some(refused) = connection.place.beyond {
            return Err(refused);
        }
        connection.client.admit(&self.trust, Utc::now().naive_utc())?;
        Ok(Arc::clone(connection.client.peer()))
    }

    fn route(&self, path: &str) -> Result<(usize, &Route), Refused> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let found = self.routes.iter().enumerate().find(|(_, route)| path.eq_ignore_ascii_case(route.path));
        found.ok_or(Refused::UNKNOWN_PATH)
    }

    /// Whether the client may act for anybody: from memory, or where that says no, from the store.
    async fn may_call(&self, peer: &Arc<Peer>) -> bool {
        if let Answer::Said(may_call) = self.gateway.may_call(peer, false) {
            return may_call;
        }
        let (gateway, peer) = (Arc::clone(&self.gateway), Arc::clone(peer));
        let asked = timeout(PATIENCE, web::block(move || gateway.may_call(&peer, true))).await;
        // Where the store does not tell in time, the call itself will have the right fault for that.
        !matches!(asked, Ok(Ok(Answer::Said(false))))
    }

    /// Asks the gateway, and again with each turn that it offers, for as long as [`TURNS`]; nothing where it fails.
    pub(super) async fn asked_in_turn<T: Send + 'static>(
        &self,
        mut exchange: Exchange,
        question: fn(&dyn Gateway, &Exchange) -> Answer<T>,
        turn: fn(&mut T) -> Option<Turn>,
    ) -> Option<T> {
        let until = Instant::now() + TURNS;
        loop {
            let (mut said, asked) = self.ask(exchange, question).await?;
            let Some(turn) = turn(&mut said) else { return Some(said) };
            if timeout_at(until.into(), turn).await.is_err() {
                return Some(said);
            }
            exchange = asked;
        }
    }

    /// Asks the gateway, here if it need not wait, else on a thread that may; gives the question back.
    async fn ask<T: Send + 'static>(
        &self,
        mut exchange: Exchange,
        question: fn(&dyn Gateway, &Exchange) -> Answer<T>,
    ) -> Option<(T, Exchange)> {
        // A gateway that panics has failed this call and no other.
        let ask = move |gateway: &dyn Gateway, exchange: &Exchange| {
            catch_unwind(AssertUnwindSafe(|| question(gateway, exchange))).ok()
        };
        exchange.may_block = false;
        if !self.always_block && exchange.body.len() <= INLINE {
            match ask(&*self.gateway, &exchange) {
                Some(Answer::Said(said)) => return Some((said, exchange)),
                Some(Answer::MustBlock) => {}
                None => return None,
            }
        }
        exchange.may_block = true;
        let gateway = Arc::clone(&self.gateway);
        match web::block(move || (ask(&*gateway, &exchange), exchange)).await {
            Ok((Some(Answer::Said(said)), exchange)) => Some((said, exchange)),
            Ok((Some(Answer::MustBlock) | None, _)) | Err(_) => None,
        }
    }

    /// The fault for something inside that failed.
    pub(super) fn failed(&self, service: usize, version: SoapVersion) -> Reply {
        self.gateway.fault(service, version, Trouble::Internal)
    }

    /// The fault for a body that is no text.
    pub(super) fn malformed(&self, service: usize, version: SoapVersion, why: &'static str) -> Reply {
        self.gateway.fault(service, version, Trouble::Malformed(why))
    }

    async fn reply(&self, request: &HttpRequest, mut reply: Reply, progress: &mut Progress) -> HttpResponse {
        let body = pack(Bytes::from(std::mem::take(&mut reply.body)), request).await;
        progress.bytes_out = body.length();
        self.health.metrics.call(
            progress.service,
            reply.operation,
            reply.outcome,
            reply.code,
            progress.started.elapsed(),
        );
        progress.log(reply.operation, reply.outcome, reply.code, reply.status, &reply.organisation);
        let mut response = respond::reply(&reply, body, progress.request);
        let place = request.conn_data::<Rc<Connection>>().map(|connection| &connection.place);
        if place.is_some_and(|place| place.proven(&reply.organisation)) {
            self.health.metrics.refused(Refused::CONNECTIONS_OF_ORGANISATION.reason);
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        response
    }
}

async fn page(request: &HttpRequest, mut page: Page, progress: &mut Progress) -> HttpResponse {
    let body = pack(respond::page_body(&mut page), request).await;
    progress.bytes_out = body.length();
    progress.log("-", "page", "-", page.status, "");
    respond::page(page.status, page.content_type, body)
}

impl Progress {
    fn log(&self, operation: &'static str, outcome: &'static str, code: &'static str, status: u16, organisation: &str) {
        log_call(&CallLine {
            request: self.request,
            service: self.service,
            operation,
            outcome,
            code,
            status,
            duration: self.started.elapsed(),
            organisation,
            certificate: self.peer.as_ref().map(|peer| &peer.fingerprint),
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
        });
    }
}

fn declared_length(request: &HttpRequest) -> Option<usize> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

/// Compresses a body if the client asked for that and it is worth it; long ones elsewhere.
async fn pack(body: Bytes, request: &HttpRequest) -> Packed {
    if body.len() < gzip::WORTHWHILE || !media::accepts_gzip(request.headers()) {
        return Packed::Plain(body);
    }
    if body.len() <= INLINE {
        return Packed::Gzip(Bytes::from(gzip::deflate(&body)));
    }
    let plain = body.clone();
    match web::block(move || gzip::deflate(&plain)).await {
        Ok(packed) => Packed::Gzip(Bytes::from(packed)),
        Err(_) => Packed::Plain(body),
    }
}
