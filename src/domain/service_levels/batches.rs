//! How long jobs took, by kind and size. Pure: it is given the jobs and the time.

use chrono::TimeDelta;

use crate::domain::jobs::{DUE_AFTER, Job, JobKind, JobState};
use crate::model::Timestamp;

/// The largest number of records of each size of job that is told apart (our choice; 200 and 10,000
/// are the largest batches of the charter, rules.md 9, row 12).
const SIZES: [i32; 4] = [10, 200, 1_000, 10_000];

/// How long jobs of a kind took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchTimes {
    /// The kind.
    pub kind: JobKind,
    /// Jobs done in the month.
    pub finished: usize,
    /// Jobs that failed or were cancelled in the month.
    pub unsuccessful: usize,
    /// The median of those done.
    pub median: TimeDelta,
    /// The longest.
    pub longest: TimeDelta,
    /// Jobs that took over 48 hours: done in the month, or still open.
    pub late: usize,
    /// Those done, by size, the smallest first; sizes without a job are left out.
    pub by_size: Vec<SizeTimes>,
}

/// How long jobs of a kind and size took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeTimes {
    /// The smallest number of records.
    pub from: i32,
    /// The largest number of records.
    pub to: i32,
    /// Jobs done in the month.
    pub finished: usize,
    /// Their median.
    pub median: TimeDelta,
    /// The longest.
    pub longest: TimeDelta,
}

impl BatchTimes {
    /// From the jobs that ended in the month, and those that are open now.
    pub(super) fn of(kind: JobKind, ended: &[Job], open: &[Job], now: Timestamp) -> Self {
        let of_kind = || ended.iter().filter(|job| job.kind == kind);
        let mut done: Vec<(TimeDelta, i32)> = of_kind()
            .filter(|job| job.state == JobState::Successful)
            .filter_map(|job| Some((job.finished_at?.signed_duration_since(job.submitted_at), job.records)))
            .collect();
        done.sort_unstable();
        let took: Vec<TimeDelta> = done.iter().map(|(took, _)| *took).collect();
        let waits_too_long = |job: &&Job| job.kind == kind && now.signed_duration_since(job.submitted_at) > DUE_AFTER;
        Self {
            kind,
            finished: took.len(),
            unsuccessful: of_kind().count() - took.len(),
            median: median(&took),
            longest: took.last().copied().unwrap_or_default(),
            late: took.iter().filter(|took| **took > DUE_AFTER).count() + open.iter().filter(waits_too_long).count(),
            by_size: by_size(&done),
        }
    }
}

/// The times are sorted.
fn by_size(done: &[(TimeDelta, i32)]) -> Vec<SizeTimes> {
    let starts = std::iter::once(0).chain(SIZES).map(|below| below + 1);
    let sizes = starts.zip(SIZES);
    sizes
        .filter_map(|(from, to)| {
            let of_size = done.iter().filter(|(_, records)| (from..=to).contains(records));
            let took: Vec<TimeDelta> = of_size.map(|(took, _)| *took).collect();
            let longest = took.last().copied()?;
            Some(SizeTimes { from, to, finished: took.len(), median: median(&took), longest })
        })
        .collect()
}

/// The lower one of the two in the middle if their number is even; zero if there is none.
fn median(sorted: &[TimeDelta]) -> TimeDelta {
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_told_apart_by_size() {
        let seconds = TimeDelta::seconds;
        let done = [(seconds(1), 1), (seconds(2), 10), (seconds(3), 10), (seconds(4), 11), (seconds(9), 10_000)];
        let sizes = by_size(&done);
        let found: Vec<_> = sizes.iter().map(|size| (size.from, size.to, size.finished, size.median)).collect();
        assert_eq!(found, [(1, 10, 3, seconds(2)), (11, 200, 1, seconds(4)), (1_001, 10_000, 1, seconds(9)),]);
        assert_eq!(sizes.iter().map(|size| size.longest).collect::<Vec<_>>(), [seconds(3), seconds(4), seconds(9)]);
        assert_eq!(by_size(&[]), []);
    }
}
