//! Reading what a batch came to: by the organisation that submitted it alone, in the order of the batch (rules.md 2.8, 2.10).

use std::collections::BTreeMap;

use super::{Job, JobId, JobKind, JobRecord, JobState, MOST_LEARNERS};
use crate::domain::{Caller, Error, Service};
use crate::model::{AuditEntry, Permission};
use crate::store::{Record, StoreError, jobs};

/// A job with how many of its records came to which code so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobReport {
    /// The job.
    pub job: Job,
    /// Records by code.
    pub counts: BTreeMap<String, i64>,
}

impl JobReport {
    /// How many records came to a code that the condition holds for.
    pub fn count(&self, condition: impl Fn(&str) -> bool) -> i64 {
        self.counts.iter().filter(|(code, _)| condition(code)).map(|(_, count)| count).sum()
    }
}

/// What the submitter of a batch gets to see of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchOutput<R> {
    /// No such job of this kind and organisation (WSRC0018).
    Unknown,
    /// It is not over (WSRC0008, WSRC0026).
    Unfinished(Job),
    /// It failed or was cancelled (WSRC0010, WSRC0028).
    Failed(Job),
    /// It is done, with all its rows in the order of the batch (WSRC0009, WSRC0027).
    Finished(JobReport, Vec<R>),
}

impl<R> BatchOutput<R> {
    /// The response code: the first of four for an unknown job, then for one that is not over, failed, and done.
    pub(in crate::domain) const fn code(&self, codes: [&'static str; 4]) -> &'static str {
        let [unknown, unfinished, failed, finished] = codes;
        match self {
            Self::Unknown => unknown,
            Self::Unfinished(_) => unfinished,
            Self::Failed(_) => failed,
            Self::Finished(..) => finished,
        }
    }

    /// The job, if it is known.
    pub const fn job(&self) -> Option<&Job> {
        match self {
            Self::Unknown => None,
            Self::Unfinished(job) | Self::Failed(job) => Some(job),
            Self::Finished(report, _) => Some(&report.job),
        }
    }
}

impl Service {
    /// A job of the caller's organisation, if it is of this kind and still has its records.
    pub(in crate::domain) fn own_job(
        &self,
        caller: &Caller<'_>,
        id: JobId,
        kind: JobKind,
    ) -> Result<Option<Job>, Error> {
        caller.require(Permission::SubmitBatches)?;
        let organisation_id = caller.organisation()?.id;
        let job = self.inner.store.read(|store| jobs::by_id(store, id))?;
        Ok(job.filter(|job| {
            job.organisation_id == organisation_id && job.kind == kind && job.records_deleted_at.is_none()
        }))
    }

    /// A job with its counts: as kept with it when it was done, else counted now.
    pub(in crate::domain) fn report(&self, job: Job) -> Result<JobReport, Error> {
        let counts = match &job.counters {
            Some(kept) => serde_json::from_str(kept).map_err(|_| StoreError::Corrupt("jobs.counters"))?,
            None => self.inner.store.read(|store| jobs::count_codes(store, job.id))?.into_iter().collect(),
        };
        Ok(JobReport { job, counts })
    }

    /// What a batch of learners came to, for its submitter.
    pub(in crate::domain) fn batch_output<R>(
        &self,
        caller: &Caller<'_>,
        id: JobId,
        kind: JobKind,
        read: impl Fn(&JobRecord) -> Result<R, StoreError>,
    ) -> Result<BatchOutput<R>, Error> {
        let Some(job) = self.own_job(caller, id, kind)? else { return Ok(BatchOutput::Unknown) };
        Ok(match job.state {
            JobState::Waiting | JobState::InProgress => BatchOutput::Unfinished(job),
            JobState::Failed | JobState::Cancelled => BatchOutput::Failed(job),
            JobState::Successful => {
                let limit = i64::try_from(MOST_LEARNERS).unwrap_or(i64::MAX);
                let records = self.inner.store.read(|store| jobs::records(store, id, 0, limit))?;
                let rows = records.iter().map(read).collect::<Result<Vec<_>, _>>()?;
                BatchOutput::Finished(self.report(job)?, rows)
            }
        })
    }

    /// A line for every number that is disclosed, with what its record came to; one line where there is none.
    pub(in crate::domain) fn trail_output<R>(
        &self,
        caller: &Caller<'_>,
        code: &str,
        output: &BatchOutput<R>,
        disclosed: impl Fn(&R) -> (Option<&str>, &String),
    ) {
        let now = self.inner.clock.now();
        let rows = if let BatchOutput::Finished(_, rows) = output { rows.as_slice() } else { &[] };
        let mut entries: Vec<AuditEntry> = rows
            .iter()
            .map(disclosed)
            .filter_map(|(uln, code)| Some(caller.entry(now, Some(uln?.parse().ok()?), code)))
            .collect();
        if entries.is_empty() {
            entries.push(caller.entry(now, None, code));
        }
        caller.record(Record { entries, ..Record::default() });
    }
}
