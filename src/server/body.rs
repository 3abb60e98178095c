//! Reads a request's body: bounded in size, and in time by a pace that must be kept. The HTTP library bounds neither.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::rt::time::{Instant, sleep_until};
use actix_web::web::Bytes;
use futures_util::Stream;

use super::respond::Refused;
use crate::config::Limits;

/// Memory set aside for a body on its word alone.
const TRUSTED_LENGTH: usize = 64 * 1024;

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

/// The whole body, of at most `limit` bytes. `declared` is the Content-Length, if there is one.
pub(super) async fn read(
    payload: &mut Payload,
    declared: Option<usize>,
    limit: usize,
    pace: Pace,
) -> Result<Vec<u8>, Refused> {
    if declared.is_some_and(|length| length > limit) {
        return Err(Refused::TOO_LARGE);
    }
    let mut body = Vec::with_capacity(declared.unwrap_or(0).min(TRUSTED_LENGTH));
    let started = Instant::now();
    let mut deadline = pin!(sleep_until(pace.deadline(started, 0)));
    loop {
        let piece = poll_fn(|context| {
            if let Poll::Ready(piece) = Pin::new(&mut *payload).poll_next(context) {
                return Poll::Ready(Ok(piece));
            }
            // The alarm is set for the time that was earned when it was set last; only when it rings is the time earned since looked at.
            while deadline.as_mut().poll(context).is_ready() {
                let later = pace.deadline(started, body.len());
                if later <= Instant::now() {
                    return Poll::Ready(Err(Refused::TOO_SLOW));
                }
                deadline.as_mut().reset(later);
            }
            Poll::Pending
        });
        match piece.await? {
            None => return Ok(body),
            Some(Ok(piece)) => append(&mut body, &piece, declared, limit)?,
            Some(Err(PayloadError::Overflow)) => return Err(Refused::TOO_LARGE),
            Some(Err(_)) => return Err(Refused::INCOMPLETE),
        }
    }
}

fn append(body: &mut Vec<u8>, piece: &Bytes, declared: Option<usize>, limit: usize) -> Result<(), Refused> {
    if piece.len() > limit - body.len().min(limit) {
        return Err(Refused::TOO_LARGE);
    }
    if body.capacity() - body.len() < piece.len() {
        // The start has come: now the whole of it is believed in. Memory that nothing is written to costs nothing.
        body.reserve_exact(
            declared.map_or(body.len(), |declared| declared.saturating_sub(body.len())).max(piece.len()),
        );
    }
    body.extend_from_slice(piece);
    Ok(())
}
