//! A request's body as it comes in, piece by piece: unpacked on the way, within its limit, at a
//! pace that must be kept.
//!
//! **Warning: the yield in `advance` is delicate.** A packed body is unpacked on a server thread,
//! which also serves other connections. gzip packs at most about 1,032 to one, so a turn of 1 KiB
//! gives at most about 1 MiB; then the task yields (`yield_now` of tokio) to the thread's other
//! tasks.
//!
//! ```text
//!  received ──► take 1 KiB ──► unpack ──► given to the handler ──next──► yield ──┐
//!                   ▲                                                            │
//!                   └────────────────────────────────────────────────────────────┘
//! ```
//!
//! * The yield comes before the next turn, after the handler has had the last one's bytes.
//! * `is_others_turn` is set by a turn and cleared by the yield: one yield for each turn.
//! * A body that is not packed never yields here; waiting for the network does that.
//!
//! When you change it, run `tests/integration/bodies.rs` and `tests/integration/hostile.rs`, then
//! `make fairness`, and `make bench` for `refusals`.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_LENGTH, HeaderMap};
use actix_web::rt::time::{Instant, Sleep, sleep_until};
use actix_web::web::Bytes;
use futures_util::Stream;
use tokio::task::yield_now;

use super::budget::Share;
use super::coding::{self, Coding};
use super::gzip::{Inflate, Unpacker};
use super::pace::Pace;
use super::refused::Refused;

/// How much of a compressed body to process before others get a turn.
const TURN: usize = 1024;

/// A body. Nothing of it is read before [`Body::admit`].
pub struct Body<'b> {
    payload: &'b mut Payload,
    headers: &'b HeaderMap,
    /// Rings when the pace may not have been kept.
    alarm: Pin<&'b mut Option<Sleep>>,
    pace: Pace,
    started: Instant,
    /// The reservation of memory for bodies, until the body's keeper takes it.
    share: Option<Share>,
    limit: usize,
    received: usize,
    /// The latest piece; of a packed body, the part not yet unpacked.
    piece: Bytes,
    unpacker: Option<Box<Unpacker>>,
    /// Whether a turn was used up, so that other tasks go next.
    is_others_turn: bool,
    is_read: bool,
}

/// Why there is no next piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// The request is refused.
    Refused(Refused),
    /// The body is not gzip, or only partly. The rest is counted and returned as received.
    Damaged,
}

/// Where the next piece is.
enum Next {
    Plain,
    Unpacked,
    End,
}

impl<'b> Body<'b> {
    pub(super) fn new(
        payload: &'b mut Payload,
        headers: &'b HeaderMap,
        alarm: Pin<&'b mut Option<Sleep>>,
        pace: Pace,
        share: Share,
    ) -> Self {
        Self {
            payload,
            headers,
            alarm,
            pace,
            started: Instant::now(),
            share: Some(share),
            limit: 0,
            received: 0,
            piece: Bytes::new(),
            unpacker: None,
            is_others_turn: false,
            is_read: false,
        }
    }

    /// The body's content coding.
    ///
    /// # Errors
    /// The coding is not supported.
    pub fn coding(&self) -> Result<Coding, Refused> {
        coding::of_request(self.headers)
    }

    /// The Content-Length, if given.
    pub fn declared(&self) -> Option<usize> {
        self.headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
    }

    /// Admits a body of at most `limit` bytes, both packed and unpacked, and starts its clock.
    ///
    /// # Errors
    /// The Content-Length exceeds the limit.
    pub fn admit(&mut self, coding: Coding, limit: usize) -> Result<(), Refused> {
        if self.declared().is_some_and(|length| length > limit) {
            return Err(Refused::TOO_LARGE);
        }
        self.limit = limit;
        self.unpacker = (coding == Coding::Gzip).then(|| Box::new(Unpacker::new(limit)));
        self.started = Instant::now();
        self.alarm.set(Some(sleep_until(self.pace.deadline(self.started, 0))));
        Ok(())
    }

    /// The body's reservation of memory, still empty. A handler that keeps the body in memory
    /// grows the reservation, and holds it as long as the body. `None` from the second call on.
    pub fn share(&mut self) -> Option<Share> {
        self.share.take()
    }

    /// The next piece, unpacked; nothing at the end.
    ///
    /// # Errors
    /// The body is too long, too slow, incomplete or damaged.
    pub async fn next(&mut self) -> Result<Option<&[u8]>, Unread> {
        Ok(match self.advance().await? {
            Next::Plain => Some(&self.piece),
            Next::Unpacked => self.unpacker.as_ref().map(|unpacker| unpacker.plain()),
            Next::End => None,
        })
    }

    /// Returns later pieces as received, for a handler that only waits for the end.
    pub fn stop_unpacking(&mut self) {
        self.unpacker = None;
    }

    /// The bytes received so far, before unpacking.
    pub const fn received(&self) -> usize {
        self.received
    }

    /// Whether all of it was received.
    pub(super) const fn is_read(&self) -> bool {
        self.is_read
    }

    async fn advance(&mut self) -> Result<Next, Unread> {
        if std::mem::take(&mut self.is_others_turn) {
            yield_now().await;
        }
        loop {
            if self.is_read {
                return Ok(Next::End);
            }
            let Some(unpacker) = &mut self.unpacker else {
                return Ok(if self.receive().await? { Next::Plain } else { Next::End });
            };
            if !self.piece.is_empty() {
                let turn = self.piece.split_to(TURN.min(self.piece.len()));
                self.is_others_turn = true;
                let unpacked = unpacker.push(&turn);
                return self.unpacked(unpacked);
            }
            if !self.receive().await? {
                let unpacked = self.unpacker.as_mut().map_or(Ok(()), |unpacker| unpacker.finish());
                return self.unpacked(unpacked);
            }
        }
    }

    fn unpacked(&mut self, unpacked: Result<(), Inflate>) -> Result<Next, Unread> {
        match unpacked {
            Ok(()) => Ok(Next::Unpacked),
            Err(Inflate::TooLarge) => Err(Unread::Refused(Refused::TOO_LARGE)),
            Err(Inflate::TooDense) => Err(Unread::Refused(Refused::TOO_DENSE)),
            Err(Inflate::Damaged) => {
                self.stop_unpacking();
                Err(Unread::Damaged)
            }
        }
    }

    /// Waits for more, and says whether any came.
    async fn receive(&mut self) -> Result<bool, Refused> {
        let piece = poll_fn(|context| {
            if let Poll::Ready(piece) = Pin::new(&mut *self.payload).poll_next(context) {
                return Poll::Ready(Ok(piece));
            }
            // The timer is set for the time earned when it was last set; only when it expires is
            // the time earned since taken into account.
            while let Some(mut alarm) = self.alarm.as_mut().as_pin_mut()
                && alarm.as_mut().poll(context).is_ready()
            {
                let later = self.pace.deadline(self.started, self.received);
                if later <= Instant::now() {
                    return Poll::Ready(Err(Refused::TOO_SLOW));
                }
                alarm.reset(later);
            }
            Poll::Pending
        });
        match piece.await?.transpose() {
            Ok(Some(piece)) => {
                self.received += piece.len();
                self.piece = piece;
                if self.received > self.limit { Err(Refused::TOO_LARGE) } else { Ok(true) }
            }
            Ok(None) => {
                self.is_read = true;
                Ok(false)
            }
            Err(PayloadError::Overflow) => Err(Refused::TOO_LARGE),
            Err(_) => Err(Refused::INCOMPLETE),
        }
    }
}

impl From<Refused> for Unread {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Unread> for Refused {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Refused(refused) => refused,
            Unread::Damaged => Self::INCOMPLETE,
        }
    }
}
