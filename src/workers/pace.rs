//! The number of records in a chunk: as many as the database processes in a few milliseconds,
//! because calls wait meanwhile.

use std::time::Duration;

/// How long the database should be busy with a chunk: little compared with a call, much compared
/// with a commit.
const AIM: Duration = Duration::from_millis(4);
/// The smallest chunk. Each costs some statements and a commit, whatever its size: if these alone
/// take longer than the aim, as on a distant database, smaller chunks would only be more.
const LEAST: usize = 8;
/// The first chunk of a job, whose records may be of any size.
const FIRST: usize = 16;
/// The largest chunk: the maximum that must be repeated after a crash.
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

    /// Learns from a chunk: moves halfway towards the size that would have met the aim, at most
    /// doubling.
    pub(super) fn learn(&mut self, records: usize, took: Duration) {
        let records = u128::try_from(records.max(1)).unwrap_or(1);
        let fitting = usize::try_from(records * AIM.as_nanos() / took.as_nanos().max(1)).unwrap_or(LARGEST);
        let next = self.0.midpoint(fitting.min(self.0.saturating_mul(3)));
        self.0 = next.clamp(LEAST, LARGEST);
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
        assert_eq!(pace.next(), LEAST);
    }
}
