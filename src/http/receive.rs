//! Receives a request's body. The sender of a batch is asked for by its beginning: the rest is read for those who are known.

use std::pin::pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web;
use tokio::task::yield_now;

use super::body::{Pace, Pieces};
use super::budget::Share;
use super::decode::Text;
use super::gateway::{Exchange, Opening, Pending, Reply, SoapVersion};
use super::handler::{Edge, INLINE};
use super::intake::Intake;
use super::media::Charset;
use super::respond::Refused;
use crate::model::Peer;
use crate::ops::RequestId;

/// The beginning of a batch is looked at when so much of it has come, and again when four times as much has.
const FIRST_LOOK: usize = 16 * 1024;
/// The sender of a batch must be told by then: a thousand times the length of what tells it.
const LAST_LOOK: usize = 256 * 1024;

/// So much of a packed body is unpacked before others have their turn.
const TURN: usize = 1024;

/// What is known of a request before its body.
pub(super) struct Head {
    pub(super) service: usize,
    pub(super) version: SoapVersion,
    pub(super) charset: Option<Charset>,
    pub(super) compressed: bool,
    /// The Content-Length, if there is one.
    pub(super) declared: Option<usize>,
    /// Whether it is for a service that takes batches.
    pub(super) batch: bool,
    pub(super) peer: Arc<Peer>,
    pub(super) request: RequestId,
}

/// What came of receiving a body.
pub(super) enum Received {
    /// All of it, with its share of the memory for bodies.
    Text(Text, Share),
    /// All of it, and it is no text; the words say why, for a fault.
    Malformed(&'static str),
    /// Enough of it to answer.
    Answered(Reply),
}

impl Edge {
    /// Receives the body; `received` counts its bytes.
    pub(super) async fn receive(
        &self,
        head: &Head,
        payload: &mut Payload,
        received: &mut usize,
    ) -> Result<Received, Refused> {
        let limit = if head.batch { self.limits.batch_body_bytes } else { self.limits.body_bytes };
        let share = self.budget.share(head.peer.fingerprint);
        let mut intake = Intake::new(limit, head.declared, head.compressed, head.charset, share)?;
        let mut pieces = Pieces::of(payload, Pace::of(&self.limits));
        let mut alarm = pin!(pieces.alarm());
        let mut look = if head.batch { FIRST_LOOK } else { usize::MAX };
        while let Some(piece) = pieces.next(alarm.as_mut()).await? {
            *received = pieces.received();
            for turn in piece.chunks(if head.compressed { TURN } else { usize::MAX }) {
                intake.push(turn)?;
                if intake.length() >= look {
                    match self.opening(head, &intake, look).await {
                        Opening::Known => look = usize::MAX,
                        Opening::Unclear(_) if look < LAST_LOOK => look *= 4,
                        Opening::Unclear(pending) | Opening::Refused(pending) => {
                            return Ok(Received::Answered(pending.settled().await));
                        }
                    }
                }
                if head.compressed {
                    yield_now().await;
                }
            }
        }
        let text = if intake.length() <= INLINE {
            intake.finish()?
        } else {
            web::block(|| intake.finish()).await.unwrap_or(Err(Refused::INCOMPLETE))?
        };
        Ok(text.map_or_else(Received::Malformed, |(text, share)| Received::Text(text, share)))
    }

    /// Asks the gateway who sends the batch that begins so.
    async fn opening(&self, head: &Head, intake: &Intake, bytes: usize) -> Opening {
        let &Head { service, version, request, .. } = head;
        let body = match intake.beginning(bytes) {
            Ok(body) => body,
            Err(malformed) => return Opening::Unclear(Pending::Ready(self.malformed(service, version, malformed))),
        };
        let peer = Arc::clone(&head.peer);
        let exchange = Exchange { service, version, body, peer, request, may_block: false, _share: None };
        let asked = self.asked_in_turn(exchange, |gateway, exchange| gateway.opening(exchange), Opening::turn);
        let opening = self.in_time(request, bytes, asked).await.flatten();
        opening.unwrap_or_else(|| Opening::Refused(Pending::Ready(self.failed(service, version))))
    }
}
