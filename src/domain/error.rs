//! Why the domain refuses a call. Business outcomes are not errors: each function has an enum for
//! them.

use std::time::Duration;

use crate::store::StoreError;

/// Why a call must wait, and how long. It responds to one caller's load; it is not a failure of the
/// service and does not affect other callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{why} Try again in {} s.", self.seconds())]
pub struct Busy {
    /// A sentence for the caller, with its full stop.
    pub why: &'static str,
    /// The earliest time after which the same call may succeed.
    pub retry_after: Duration,
}

impl Busy {
    /// [`Busy::retry_after`] in whole seconds, rounded up, at least 1: the header `Retry-After`.
    pub const fn seconds(&self) -> u64 {
        let whole = self.retry_after.as_secs();
        let seconds = if self.retry_after.subsec_nanos() > 0 { whole.saturating_add(1) } else { whole };
        if seconds == 0 { 1 } else { seconds }
    }
}

/// A refusal that ends the call with a fault. The texts contain no personal data.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Neither UKPRN nor organisation reference is known, or the certificate may not act for the
    /// organisation (WSEC0003).
    #[error("unknown organisation")]
    UnknownOrganisation,
    /// The organisation password is wrong (WSEC0005).
    #[error("incorrect password")]
    IncorrectPassword,
    /// The organisation lacks the permission (WSEC0006).
    #[error("insufficient access")]
    InsufficientAccess,
    /// The service is closed at this time of day (WSEC0004).
    #[error("out of hours")]
    OutOfHours,
    /// Maintenance began before the request was read (WSEC0004).
    #[error("maintenance")]
    Maintenance,
    /// The caller has too much in progress, or has tried too often; it may retry later (WSEC0999,
    /// with a time).
    #[error("busy: {0}")]
    Busy(#[from] Busy),
    /// The store failed (WSEC0999).
    #[error("the store is unavailable: {0}")]
    Unavailable(#[from] StoreError),
    /// The call needs slow work, but its thread serves others: run it again where it may block.
    /// Clients never see this.
    #[error("the call must run where it may block")]
    MustBlock,
    /// Something that must not happen (WSEC0999).
    #[error("unexpected: {0}")]
    Unexpected(&'static str),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_whole_seconds_and_never_as_none() {
        for (milliseconds, seconds) in [(0, 1), (1, 1), (1000, 1), (1001, 2), (59_000, 59)] {
            let busy = Busy { why: "Too much at once.", retry_after: Duration::from_millis(milliseconds) };
            assert_eq!(busy.seconds(), seconds, "{milliseconds} ms");
        }
        let busy = Busy { why: "Too much at once.", retry_after: Duration::from_secs(3) };
        assert_eq!(busy.to_string(), "Too much at once. Try again in 3 s.");
    }
}
