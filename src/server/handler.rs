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

use super::body::{self, Pace};
use super::decode::{self, Text};
use super::gateway::{Answer, Exchange, Gateway, Page, PageRequest, Reply, Route, SoapVersion, Standing, Trouble};
use super::gzip::{self, Inflate};
use super::media;
use super::peers::Connection;
use super::respond::{self, Packed, Refused};
use super::stalls::Stalls;
use crate::config::Limits;
use crate::model::Peer;
use crate::ops::{CallLine, Operations, RequestId, log_call};
use crate::tls::{Refusal, Trust};

/// A longer body is unpacked and read on a thread of its own, so that other connections do not wait for it.
const INLINE: usize = 64 * 1024;

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
        let limit = if route.batch { self.limits.batch_body_bytes } else { self.limits.body_bytes };
        let bytes = body::read(payload, declared_length(request), limit, Pace::of(&self.limits)).await?;
        progress.bytes_in = bytes.len();
        let reply = match text(bytes, compressed, media.charset, limit).await? {
            Ok(body) => {
                let id = progress.request;
                let exchange = Exchange { service, version: media.version, body, peer, request: id, may_block: false };
                let mebibytes = u32::try_from(progress.bytes_in >> 20).unwrap_or(u32::MAX);
                let patience = PATIENCE + PATIENCE_FOR_A_MEBIBYTE.saturating_mul(mebibytes);
                match timeout(patience, self.settled(exchange)).await {
                    Ok(reply) => reply,
                    Err(_) => {
                        log::error!("call {id} got no answer from the store in {} s", patience.as_secs());
                        self.failed(service, media.version)
                    }
                }
            }
            Err(malformed) => self.gateway.fault(service, media.version, Trouble::Malformed(malformed)),
        };
        Ok(self.reply(request, reply, progress).await)
    }

    /// The answer once what it tells is durable.
    async fn settled(&self, exchange: Exchange) -> Reply {
        let mut reply = self.asked_in_turn(exchange).await;
        if let Some(settle) = reply.settle.take()
            && let Err(fault) = settle.await
        {
            reply = *fault;
        }
        reply
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
        let standing = match self.gateway.may_call(peer, false) {
            Standing::MustBlock => {
                let (gateway, peer) = (Arc::clone(&self.gateway), Arc::clone(peer));
                timeout(PATIENCE, web::block(move || gateway.may_call(&peer, true))).await
            }
            standing => return standing == Standing::MayCall,
        };
        // Where the store does not tell in time, the call itself will have the right fault for that.
        !matches!(standing, Ok(Ok(Standing::Nobody)))
    }

    /// Asks the gateway, and again with each turn that it offers, for as long as [`TURNS`].
    async fn asked_in_turn(&self, mut exchange: Exchange) -> Reply {
        let until = Instant::now() + TURNS;
        loop {
            let (mut reply, asked) = self.ask(exchange).await;
            let (Some(turn), Some(asked)) = (reply.turn.take(), asked) else { return reply };
            if timeout_at(until.into(), turn).await.is_err() {
                return reply;
            }
            exchange = asked;
        }
    }

    /// Asks the gateway, here if it need not wait, else on a thread that may; gives the question back.
    async fn ask(&self, mut exchange: Exchange) -> (Reply, Option<Exchange>) {
        let (service, version) = (exchange.service, exchange.version);
        exchange.may_block = false;
        if !self.always_block && exchange.body.len() <= INLINE {
            match post(&*self.gateway, &exchange) {
                Some(Answer::Reply(reply)) => return (reply, Some(exchange)),
                Some(Answer::MustBlock) => {}
                None => return (self.failed(service, version), None),
            }
        }
        exchange.may_block = true;
        let gateway = Arc::clone(&self.gateway);
        match web::block(move || (post(&*gateway, &exchange), exchange)).await {
            Ok((Some(Answer::Reply(reply)), exchange)) => (reply, Some(exchange)),
            Ok((Some(Answer::MustBlock) | None, _)) | Err(_) => (self.failed(service, version), None),
        }
    }

    fn failed(&self, service: usize, version: SoapVersion) -> Reply {
        self.gateway.fault(service, version, Trouble::Internal)
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

/// A gateway that panics has failed this call and no other.
fn post(gateway: &dyn Gateway, exchange: &Exchange) -> Option<Answer> {
    catch_unwind(AssertUnwindSafe(|| gateway.post(exchange))).ok()
}

fn declared_length(request: &HttpRequest) -> Option<usize> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

/// Unpacks and decodes; long bodies elsewhere. The outer error refuses, the inner one is for a fault.
async fn text(
    bytes: Vec<u8>,
    compressed: bool,
    charset: Option<media::Charset>,
    limit: usize,
) -> Result<Result<Text, &'static str>, Refused> {
    let length = bytes.len();
    let work = move || {
        let bytes = match compressed.then(|| gzip::inflate(&bytes, limit)) {
            None => bytes,
            Some(Ok(plain)) => plain,
            Some(Err(Inflate::TooLarge)) => return Err(Refused::TOO_LARGE),
            Some(Err(Inflate::Damaged)) => return Ok(Err("The gzip body is damaged.")),
        };
        Ok(decode::decode(bytes, charset))
    };
    // Unpacking multiplies: a sixteenth of the length is as much work.
    if length <= if compressed { INLINE / 16 } else { INLINE } {
        return work();
    }
    web::block(work).await.unwrap_or(Err(Refused::INCOMPLETE))
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
