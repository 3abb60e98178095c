//! The pace of calls: so many a second, some at once after a pause.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many seconds' worth of calls may come at once after a pause (our choice).
const SECONDS_AT_ONCE: u64 = 2;

/// A number of calls per second; times are in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    each: u64,
    at_once: u64,
}

impl Rate {
    /// Nothing if there is no limit.
    pub(super) fn per_second(calls: u32) -> Option<Self> {
        let each = 1_000_000_000_u64.checked_div(u64::from(calls))?;
        // The first call of a burst takes its place in it, too.
        let at_once = SECONDS_AT_ONCE.saturating_mul(1_000_000_000).saturating_sub(each);
        Some(Self { each, at_once })
    }
}

/// What has been spent: the time at which all of it will be regained, since the start.
#[derive(Debug, Default)]
pub(super) struct Bucket(AtomicU64);

impl Bucket {
    /// Takes a call's share, and says how long the call has to wait for it.
    ///
    /// # Errors
    /// How long it would have to wait, if that is too long. Nothing is taken then.
    pub(super) fn take(&self, rate: Rate, now: Duration, longest: Duration) -> Result<Duration, Duration> {
        let now = nanoseconds(now);
        let longest = nanoseconds(longest);
        let wait = |regained: u64| regained.max(now).saturating_sub(now.saturating_add(rate.at_once));
        let taken = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |regained| {
            (wait(regained) <= longest).then(|| regained.max(now).saturating_add(rate.each))
        });
        match taken {
            Ok(regained) => Ok(Duration::from_nanos(wait(regained))),
            Err(regained) => Err(Duration::from_nanos(wait(regained))),
        }
    }

    /// Gives a call's share back.
    pub(super) fn give_back(&self, rate: Rate) {
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |regained| Some(regained.saturating_sub(rate.each)));
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const LONGEST: Duration = Duration::from_millis(1500);

    #[test]
    fn calls_within_the_pace_never_wait_and_others_wait_evenly() {
        let (bucket, rate) = (Bucket::default(), Rate::per_second(10).unwrap());
        let at = Duration::from_millis;
        for call in 0..100 {
            assert_eq!(bucket.take(rate, at(100 * call), LONGEST), Ok(at(0)));
        }
        let waits: Vec<_> = (0..40).map(|_| bucket.take(rate, at(60_000), LONGEST)).collect();
        assert!(waits.iter().take(20).all(|wait| *wait == Ok(at(0))));
        assert_eq!(waits.get(20..35).unwrap(), (1..=15).map(|n| Ok(at(100 * n))).collect::<Vec<_>>());
        assert!(waits.iter().skip(35).all(|wait| *wait == Err(at(1600))), "{waits:?}");
        assert_eq!(bucket.take(rate, at(60_100), LONGEST), Ok(LONGEST), "one is regained after its time");
        assert_eq!(bucket.take(rate, at(70_000), LONGEST), Ok(at(0)));
    }

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let (bucket, rate) = (Bucket::default(), Rate::per_second(1).unwrap());
        let take = || bucket.take(rate, Duration::ZERO, Duration::ZERO).is_ok();
        assert!(take() && take() && !take());
        bucket.give_back(rate);
        assert!(take() && !take());
    }

    #[test]
    fn no_rate_is_no_limit() {
        assert!(Rate::per_second(0).is_none());
    }
}
