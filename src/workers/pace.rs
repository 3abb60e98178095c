//! How many records a chunk has: as many as the database does in a few milliseconds, because a call that comes in meanwhile waits for it.

use std::time::Duration;

/// How long the database should be busy with a chunk: little beside what a call takes anyway, much beside what a commit takes.
const AIM: Duration = Duration::from_millis(4);
/// The first chunk of a job, whose records may be of any weight.
const FIRST: usize = 16;
/// The largest chunk: what a crash makes a worker do again at most.
const LARGEST: usize = 200;

/// The size of the next chunk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace(usize);

impl Default for Pace {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Pace {
    /// Records of the next chunk.
    pub(super) const fn next(self) -> usize {
        self.0
    }

    /// Learns from a chunk: halfway towards what would have met the aim, at most twice as many as before.
    pub(super) fn learn(&mut self, records: usize, took: Duration) {
        let records = u128::try_from(records.max(1)).unwrap_or(1);
        let fitting = usize::try_from(records * AIM.as_nanos() / took.as_nanos().max(1)).unwrap_or(LARGEST);
        let next = self.0.midpoint(fitting.min(self.0.saturating_mul(3)));
        self.0 = next.clamp(1, LARGEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_job_grows_and_a_slow_one_shrinks() {
        let mut pace = Pace::default();
        for _ in 0..20 {
            let records = pace.next();
            pace.learn(records, Duration::from_micros(10) * u32::try_from(records).unwrap_or(1));
        }
        assert_eq!(pace.next(), LARGEST);
        for _ in 0..20 {
            let records = pace.next();
            pace.learn(records, Duration::from_millis(2) * u32::try_from(records).unwrap_or(1));
        }
        assert!((1..=3).contains(&pace.next()), "{pace:?}");
        pace.learn(1, Duration::from_secs(9));
        assert!(pace.next() >= 1);
    }
}
