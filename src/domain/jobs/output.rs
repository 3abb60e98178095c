//! Reads the results of a batch: only for the organisation that submitted it, in the order of the
//! batch (rules.md 2.8, 2.10).

use super::{Job, JobId, JobReport, JobState, MOST_LEARNERS, ResultQuery, ResultRow};
use crate::domain::{Caller, Error, Service};
use crate::model::AuditEntry;
use crate::store::Record;

/// What the submitter sees of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchOutput<R> {
    /// The organisation has no such job of this kind (WSRC0018).
    Unknown,
    /// It has not ended (WSRC0008, WSRC0026).
    Unfinished(Job),
    /// It failed or was cancelled (WSRC0010, WSRC0028).
    Failed(Job),
    /// It is done; all rows in the order of the batch (WSRC0009, WSRC0027).
    Finished(JobReport, Vec<R>),
}

impl<R> BatchOutput<R> {
    /// The response code: of `codes`, the first for an unknown job, then for one not ended, failed,
    /// done.
    pub(in crate::domain) const fn code(&self, codes: [&'static str; 4]) -> &'static str {
        let [unknown, unfinished, failed, finished] = codes;
        match self {
            Self::Unknown => unknown,
            Self::Unfinished(_) => unfinished,
            Self::Failed(_) => failed,
            Self::Finished(..) => finished,
        }
    }

    /// All rows in the order of the batch, if it is done.
    pub fn rows(&self) -> &[R] {
        match self {
            Self::Unknown | Self::Unfinished(_) | Self::Failed(_) => &[],
            Self::Finished(_, rows) => rows,
        }
    }

    /// The job, if known.
    pub const fn job(&self) -> Option<&Job> {
        match self {
            Self::Unknown => None,
            Self::Unfinished(job) | Self::Failed(job) => Some(job),
            Self::Finished(report, _) => Some(&report.job),
        }
    }
}

impl Service {
    /// The state and results of a batch of learners, for its submitter. It writes no audit line;
    /// [`Self::trail_rows`] does.
    pub(in crate::domain) fn batch_output<R: ResultRow>(
        &self,
        caller: &Caller<'_>,
        id: JobId,
    ) -> Result<BatchOutput<R>, Error> {
        let Some(job) = self.own_job(caller, id)?.filter(|job| job.kind == R::KIND) else {
            return Ok(BatchOutput::Unknown);
        };
        Ok(match job.state {
            JobState::Waiting | JobState::InProgress => BatchOutput::Unfinished(job),
            JobState::Failed | JobState::Cancelled => BatchOutput::Failed(job),
            JobState::Successful => {
                let rows = self.result_page(id, &ResultQuery { limit: MOST_LEARNERS, ..ResultQuery::default() })?;
                BatchOutput::Finished(self.report(job)?, rows.into_rows())
            }
        })
    }

    /// Writes an audit line for every ULN that the rows disclose, with the code of its record. If
    /// they disclose no ULN, it writes one line with `otherwise`.
    pub(in crate::domain) fn trail_rows<'r, R: ResultRow + 'r>(
        &self,
        caller: &Caller<'_>,
        rows: impl IntoIterator<Item = &'r R>,
        otherwise: &str,
    ) {
        let now = self.inner.clock.now();
        let line = |row: &R| Some(caller.entry(now, Some(row.disclosed()?.parse().ok()?), row.code()));
        let mut entries: Vec<AuditEntry> = rows.into_iter().filter_map(line).collect();
        if entries.is_empty() {
            entries.push(caller.entry(now, None, otherwise));
        }
        caller.record(Record { entries, ..Record::default() });
    }
}
