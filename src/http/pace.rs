//! How long a body may take. The HTTP library bounds no time.

use std::time::Duration;

use actix_web::rt::time::Instant;

use crate::config::Limits;

/// `patience`, and a second more for every `rate` bytes that have come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    patience: Duration,
    rate: u64,
}

impl Pace {
    pub(super) fn of(limits: &Limits) -> Self {
        Self { patience: limits.body_timeout, rate: limits.minimum_rate.max(1) }
    }

    pub(super) fn deadline(&self, started: Instant, received: usize) -> Instant {
        let earned = u64::try_from(received).unwrap_or(u64::MAX).saturating_mul(1000) / self.rate;
        started + self.patience + Duration::from_millis(earned)
    }
}
