//! The pieces of a request's body, by a pace that must be kept. The HTTP library bounds no time.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::rt::time::{Instant, Sleep, sleep_until};
use actix_web::web::Bytes;
use futures_util::Stream;

use super::respond::Refused;
use crate::config::Limits;

/// How long a body may take: `patience`, and a second more for every `rate` bytes that have come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    patience: Duration,
    rate: u64,
}

impl Pace {
    pub(super) fn of(limits: &Limits) -> Self {
        Self { patience: limits.body_timeout, rate: limits.minimum_rate.max(1) }
    }

    fn deadline(&self, started: Instant, received: usize) -> Instant {
        let earned = u64::try_from(received).unwrap_or(u64::MAX).saturating_mul(1000) / self.rate;
        started + self.patience + Duration::from_millis(earned)
    }
}

/// A body that comes in pieces.
pub(super) struct Pieces<'p> {
    payload: &'p mut Payload,
    pace: Pace,
    started: Instant,
    received: usize,
}

impl<'p> Pieces<'p> {
    pub(super) fn of(payload: &'p mut Payload, pace: Pace) -> Self {
        Self { payload, pace, started: Instant::now(), received: 0 }
    }

    /// An alarm for [`Pieces::next`].
    pub(super) fn alarm(&self) -> Sleep {
        sleep_until(self.pace.deadline(self.started, 0))
    }

    /// Bytes that have come.
    pub(super) const fn received(&self) -> usize {
        self.received
    }

    /// The next piece, or nothing at the end.
    pub(super) async fn next(&mut self, mut alarm: Pin<&mut Sleep>) -> Result<Option<Bytes>, Refused> {
        let piece = poll_fn(|context| {
            if let Poll::Ready(piece) = Pin::new(&mut *self.payload).poll_next(context) {
                return Poll::Ready(Ok(piece));
            }
            // The alarm is set for the time that was earned when it was set last; only when it rings is the time earned since looked at.
            while alarm.as_mut().poll(context).is_ready() {
                let later = self.pace.deadline(self.started, self.received);
                if later <= Instant::now() {
                    return Poll::Ready(Err(Refused::TOO_SLOW));
                }
                alarm.as_mut().reset(later);
            }
            Poll::Pending
        });
        match piece.await?.transpose() {
            Ok(piece) => {
                self.received += piece.as_ref().map_or(0, Bytes::len);
                Ok(piece)
            }
            Err(PayloadError::Overflow) => Err(Refused::TOO_LARGE),
            Err(_) => Err(Refused::INCOMPLETE),
        }
    }
}
