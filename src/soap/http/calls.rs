//! Asks the services: on the thread that serves the connections where they need not wait, else on
//! one that may; within a time, and again when it is a call's turn.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{timeout, timeout_at};

use super::super::envelope::Version;
use super::gateway::{Answer, Exchange, Gateway, Pending, Reply, Trouble, Turn};
use crate::http::{RequestId, block};
use crate::model::Peer;

/// A longer body is read on a thread of its own, so that other connections do not wait for it.
pub(super) const INLINE: usize = 64 * 1024;

/// How long a call may wait for the store in total: clients give up after 20 seconds at the
/// earliest (our choice). What was written stays even if the reply is too late, as when a
/// connection breaks before the reply.
const PATIENCE: Duration = Duration::from_secs(9);
/// Additional time for every mebibyte of the request, because a large batch takes longer.
const PATIENCE_FOR_A_MEBIBYTE: Duration = Duration::from_secs(3);
/// How long to wait for each of the checks before a request is read: they are made again with it.
const PATIENCE_BEFORE: Duration = Duration::from_secs(2);

/// How long a call may wait for its turn, without a thread, before the reply is that the service is
/// busy (our choice).
const TURNS: Duration = Duration::from_secs(2);

/// The services, as they are asked.
pub(super) struct Calls<G> {
    pub(super) gateway: Arc<G>,
    /// Whether every call runs on a thread that may block (for a remote database).
    pub(super) always_block: bool,
}

impl<G: Gateway> Calls<G> {
    /// Whether the client may act for any organisation: from the cache, or from the store if the
    /// cache says no.
    pub(super) async fn may_call(&self, peer: &Arc<Peer>) -> bool {
        if let Answer::Said(may_call) = self.gateway.may_call(peer, false) {
            return may_call;
        }
        let (gateway, peer) = (Arc::clone(&self.gateway), Arc::clone(peer));
        let asked = timeout(PATIENCE_BEFORE, block(move || gateway.may_call(&peer, true))).await;
        // If the store does not respond in time, the call itself will produce the right fault.
        !matches!(asked, Ok(Some(Answer::Said(false))))
    }

    /// Whether the services are closed for maintenance: from the cache, or from the store if that
    /// is out of date.
    pub(super) async fn in_maintenance(&self) -> bool {
        if let Answer::Said(closed) = self.gateway.in_maintenance(false) {
            return closed;
        }
        let gateway = Arc::clone(&self.gateway);
        let asked = timeout(PATIENCE_BEFORE, block(move || gateway.in_maintenance(true))).await;
        // If the store does not respond in time, the call itself will produce the right fault.
        matches!(asked, Ok(Some(Answer::Said(true))))
    }

    /// The answer to a whole request of so many bytes.
    pub(super) async fn answer(&self, request: RequestId, exchange: Exchange, bytes: usize) -> Reply {
        let (service, version) = (exchange.service, exchange.version);
        let until = Instant::now() + patience(bytes);
        let settled = async {
            let asked = self.asked_in_turn(exchange, until, |gateway, exchange| gateway.post(exchange), Pending::turn);
            match asked.await {
                Some(pending) => pending.settled().await,
                None => self.failed(service, version),
            }
        };
        self.in_time(request, bytes, settled).await.unwrap_or_else(|| self.failed(service, version))
    }

    /// What the store lets the services answer in time to a request of so many bytes.
    pub(super) async fn in_time<T>(
        &self,
        request: RequestId,
        bytes: usize,
        answer: impl Future<Output = T>,
    ) -> Option<T> {
        let patience = patience(bytes);
        let answer = timeout(patience, answer).await;
        if answer.is_err() {
            log::error!("call {request}: no answer from the database within {} s", patience.as_secs());
        }
        answer.ok()
    }

    /// Asks, and again with each turn that is offered, for as long as [`TURNS`]; nothing where it
    /// fails. Nobody waits for the answer after `until`.
    pub(super) async fn asked_in_turn<T: Send + 'static>(
        &self,
        mut exchange: Exchange,
        until: Instant,
        question: fn(&G, &Exchange) -> Answer<T>,
        turn: fn(&mut T) -> Option<Turn>,
    ) -> Option<T> {
        let turns_until = Instant::now() + TURNS;
        loop {
            let (mut said, asked) = self.ask(exchange, until, question).await?;
            let Some(turn) = turn(&mut said) else { return Some(said) };
            if timeout_at(turns_until.into(), turn).await.is_err() {
                return Some(said);
            }
            exchange = asked;
        }
    }

    /// Asks, here if there need be no waiting, else on a thread that may; gives the question back.
    async fn ask<T: Send + 'static>(
        &self,
        mut exchange: Exchange,
        until: Instant,
        question: fn(&G, &Exchange) -> Answer<T>,
    ) -> Option<(T, Exchange)> {
        // A call that panics has failed, and no other with it.
        let ask =
            move |gateway: &G, exchange: &Exchange| catch_unwind(AssertUnwindSafe(|| question(gateway, exchange))).ok();
        exchange.may_block = false;
        if !self.always_block && exchange.body.len() <= INLINE {
            match ask(&self.gateway, &exchange) {
                Some(Answer::Said(said)) => return Some((said, exchange)),
                Some(Answer::MustBlock) => {}
                None => return None,
            }
        }
        exchange.may_block = true;
        let gateway = Arc::clone(&self.gateway);
        // While the database is silent, calls whose clients have gone wait here for a thread.
        // Nobody must do them when it is back.
        let is_late = move || Instant::now() > until;
        match block(move || (if is_late() { None } else { ask(&gateway, &exchange) }, exchange)).await {
            Some((Some(Answer::Said(said)), exchange)) => Some((said, exchange)),
            Some((Some(Answer::MustBlock) | None, _)) | None => None,
        }
    }

    /// The fault for an internal failure.
    pub(super) fn failed(&self, service: usize, version: Version) -> Reply {
        self.gateway.fault(service, version, Trouble::Internal)
    }

    /// The fault for a body that is not text.
    pub(super) fn malformed(&self, service: usize, version: Version, why: &'static str) -> Reply {
        self.gateway.fault(service, version, Trouble::Malformed(why))
    }
}

/// How long the client of a request of so many bytes waits for the store.
pub(super) fn patience(bytes: usize) -> Duration {
    let mebibytes = u32::try_from(bytes >> 20).unwrap_or(u32::MAX);
    PATIENCE + PATIENCE_FOR_A_MEBIBYTE.saturating_mul(mebibytes)
}
