//! What all requests of one listener share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::budget::Budget;
use super::pace::Pace;
use super::stalls::Stalls;
use crate::config::Limits;
use crate::ops::{Operations, RequestId};
use crate::tls::Trust;

pub(super) struct Edge {
    pub(super) pace: Pace,
    pub(super) budget: Budget,
    pub(super) trust: Trust,
    pub(super) stalls: Stalls,
    pub(super) health: Arc<Operations>,
    next_request: AtomicU64,
}

impl Edge {
    pub(super) fn new(limits: &Limits, trust: Trust, stalls: Stalls, health: Arc<Operations>) -> Self {
        Self {
            pace: Pace::of(limits),
            budget: Budget::of(limits),
            trust,
            stalls,
            health,
            // Names of requests do not begin again with the process.
            next_request: AtomicU64::new(rand::random()),
        }
    }

    pub(super) fn name_request(&self) -> RequestId {
        RequestId(self.next_request.fetch_add(1, Ordering::Relaxed))
    }
}
