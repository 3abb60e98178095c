//! The number of records in a chunk: as many as the database processes in a few milliseconds,
//! because calls wait meanwhile.

use std::time::Duration;

/// How long an embedded database should be busy with a chunk: little for a person, much compared
/// with a commit. Calls that write wait meanwhile, and so do other processes.
const AIM: Duration = Duration::from_millis(8);
/// How long a database server should be busy with a chunk. Only those wait who change the same
/// rows, and each chunk costs ten round trips, whatever its size: if these alone took longer than
/// the aim, chunks would have one record.
const AIM_OF_SERVERS: Duration = Duration::from_millis(40);
/// The first chunk of a job, whose records may be of any size.
const FIRST: usize = 16;
/// The largest chunk: the maximum that must be repeated after a crash.
const LARGEST: usize = 200;

/// The size of the next chunk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    next: usize,
    aim: Duration,
}

impl Pace {
    /// For a new job, on a database inside this process or on a server.
    pub(super) const fn new(embedded: bool) -> Self {
        Self { next: FIRST, aim: if embedded { AIM } else { AIM_OF_SERVERS } }
    }

    /// Records of the next chunk.
    pub(super) const fn next(self) -> usize {
        self.next
    }

    /// Learns from a chunk: moves halfway towards the size that would have met the aim, at most
    /// doubling.
    pub(super) fn learn(&mut self, records: usize, took: Duration) {
        let records = u128::try_from(records.max(1)).unwrap_or(1);
        let fitting = usize::try_from(records * self.aim.as_nanos() / took.as_nanos().max(1)).unwrap_or(LARGEST);
        let next = self.next.midpoint(fitting.min(self.next.saturating_mul(3)));
        self.next = next.clamp(1, LARGEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_job_grows_and_a_slow_one_shrinks() {
        let mut pace = Pace::new(true);
        for _ in 0..20 {
            let records = pace.next();
            pace.learn(records, Duration::from_micros(10) * u32::try_from(records).unwrap_or(1));
        }
        assert_eq!(pace.next(), LARGEST);
        for _ in 0..20 {
            let records = pace.next();
            pace.learn(records, Duration::from_millis(4) * u32::try_from(records).unwrap_or(1));
        }
        assert!((1..=3).contains(&pace.next()), "{pace:?}");
        pace.learn(1, Duration::from_secs(9));
        assert!(pace.next() >= 1);
    }

    #[test]
    fn a_distant_server_is_not_given_one_record_at_a_time() {
        let mut pace = Pace::new(false);
        for _ in 0..20 {
            let records = pace.next();
            let round_trips = Duration::from_millis(20);
            pace.learn(records, round_trips + Duration::from_micros(100) * u32::try_from(records).unwrap_or(1));
        }
        assert!(pace.next() >= 100, "{pace:?}");
    }
}
