//! Receives a call's body. The sender of a batch is identified from the beginning of the body; the
//! rest is read only if the sender is known.

use std::sync::Arc;
use std::time::Instant;

use super::super::envelope::Version;
use super::calls::{Calls, INLINE, patience};
use super::decode::Text;
use super::gateway::{Exchange, Gateway, Opening, Pending, Reply};
use super::intake::Intake;
use super::media::Charset;
use crate::domain::Pass;
use crate::http::{Body, Coding, Refused, RequestId, Share, Unread, block};
use crate::model::Peer;

/// The beginning of a batch is checked when this much has arrived, and again at four times as much.
const FIRST_LOOK: usize = 16 * 1024;
/// By then the sender of a batch must be known: a thousand times the length of the credentials.
const LAST_LOOK: usize = 256 * 1024;

/// What is known of a call before its body.
pub(super) struct Head {
    pub(super) service: usize,
    pub(super) version: Version,
    pub(super) charset: Option<Charset>,
    pub(super) coding: Coding,
    /// The longest body that the service takes, in bytes.
    pub(super) limit: usize,
    /// Whether it is for a web service that takes batches.
    pub(super) batch: bool,
    pub(super) peer: Arc<Peer>,
    pub(super) request: RequestId,
    /// What the call has been granted.
    pub(super) pass: Pass,
}

/// The outcome of receiving a body.
pub(super) enum Received {
    /// The complete text, with its reservation of memory.
    Text(Text, Option<Share>),
    /// Complete, but not text; says why, for a fault.
    Malformed(&'static str),
    /// Enough to reply.
    Answered(Reply),
}

/// Receives the body.
pub(super) async fn receive<G: Gateway>(
    calls: &Calls<G>,
    head: &Head,
    body: &mut Body<'_>,
) -> Result<Received, Refused> {
    body.admit(head.coding, head.limit)?;
    let mut intake = Intake::new(body, head.coding, head.charset);
    let mut look = if head.batch { FIRST_LOOK } else { usize::MAX };
    loop {
        match body.next().await {
            Ok(None) => break,
            Ok(Some(piece)) => intake.push(piece)?,
            Err(Unread::Damaged) => intake.damaged(),
            Err(Unread::Refused(refused)) => return Err(refused),
        }
        if intake.is_malformed() {
            body.stop_unpacking();
        }
        if intake.length() >= look {
            match opening(calls, head, &intake, look).await {
                Opening::Known => look = usize::MAX,
                Opening::Unclear(_) if look < LAST_LOOK => look *= 4,
                Opening::Unclear(pending) | Opening::Refused(pending) => {
                    return Ok(Received::Answered(pending.settled().await));
                }
            }
        }
    }
    let text = if intake.length() <= INLINE {
        intake.finish()
    } else {
        block(|| intake.finish()).await.ok_or(Refused::INCOMPLETE)?
    };
    Ok(text.map_or_else(Received::Malformed, |(text, share)| Received::Text(text, share)))
}

/// Asks who sends the batch with this beginning.
async fn opening<G: Gateway>(calls: &Calls<G>, head: &Head, intake: &Intake, bytes: usize) -> Opening {
    let &Head { service, version, request, .. } = head;
    let body = match intake.beginning(bytes) {
        Ok(body) => body,
        Err(malformed) => return Opening::Unclear(Pending::Ready(calls.malformed(service, version, malformed))),
    };
    let (peer, pass) = (Arc::clone(&head.peer), head.pass.clone());
    let exchange = Exchange { service, version, body, peer, may_block: false, pass, _share: None };
    let until = Instant::now() + patience(bytes);
    let asked = calls.asked_in_turn(exchange, until, |gateway, exchange| gateway.opening(exchange), Opening::turn);
    let opening = calls.in_time(request, bytes, asked).await.flatten();
    // The rest of the body may be slow.
    head.pass.rest();
    opening.unwrap_or_else(|| Opening::Refused(Pending::Ready(calls.failed(service, version))))
}
