//! The results of a job: the number of records for each code, and the records page by page.

use std::collections::BTreeMap;

use super::{Job, JobId, JobKind, JobRecord};
use crate::domain::{Error, Service};
use crate::store::{StoreError, jobs};

/// The maximum number of records on a page (our choice).
const MOST_RECORDS: usize = 1_000;

/// A record of one kind of job with its result, as its submitter reads it.
pub trait ResultRow: Sized {
    /// The kind.
    const KIND: JobKind;

    /// Reads the record.
    ///
    /// # Errors
    /// When the stored record or result does not have the format of this kind.
    fn read(record: &JobRecord) -> Result<Self, StoreError>;

    /// The return code.
    fn code(&self) -> &str;

    /// The ULN that the row discloses, for the audit line.
    fn disclosed(&self) -> Option<&str>;
}

/// A job, with the number of its records for each code so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobReport {
    /// The job.
    pub job: Job,
    /// The number of records for each code.
    pub counts: BTreeMap<String, i64>,
}

/// Which records of a job are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct ResultQuery<'a> {
    /// Only records with one of these codes; empty means all.
    pub codes: &'a [&'a str],
    /// Only records after this number.
    pub after: i32,
    /// The maximum number of records, from 1 to 1,000.
    pub limit: usize,
}

/// Processed records of a job, in the order of the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultPage<R> {
    /// The records, each with its number in the batch, from 1.
    pub rows: Vec<(i32, R)>,
    /// The [`ResultQuery::after`] of the next page, if there are more records.
    pub next: Option<i32>,
}

impl JobReport {
    /// The number of records whose code satisfies the condition.
    pub fn count(&self, condition: impl Fn(&str) -> bool) -> i64 {
        self.counts.iter().filter(|(code, _)| condition(code)).map(|(_, count)| count).sum()
    }
}

impl<R> ResultPage<R> {
    /// The rows alone.
    pub fn into_rows(self) -> Vec<R> {
        self.rows.into_iter().map(|(_, row)| row).collect()
    }
}

impl Service {
    /// A job with its counts: those stored when it ended, otherwise counted now.
    pub(in crate::domain) fn report(&self, job: Job) -> Result<JobReport, Error> {
        let counts = match &job.counters {
            Some(kept) => serde_json::from_str(kept).map_err(|_| StoreError::Corrupt("jobs.counters"))?,
            None => self.inner.store.read(|store| jobs::count_codes(store, job.id))?.into_iter().collect(),
        };
        Ok(JobReport { job, counts })
    }

    /// A page of a job's processed records. The calling function checks permissions and writes the
    /// audit lines.
    pub(in crate::domain) fn result_page<R: ResultRow>(
        &self,
        id: JobId,
        query: &ResultQuery<'_>,
    ) -> Result<ResultPage<R>, Error> {
        let ResultQuery { codes, after, limit } = *query;
        let limit = limit.clamp(1, MOST_RECORDS);
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut records = self.inner.store.read(|store| match codes {
            [] => jobs::records(store, id, after, one_more),
            codes => jobs::records_of(store, id, codes, after, one_more),
        })?;
        // Records are processed in order, so the processed ones come first.
        records.retain(|record| record.code.is_some());
        let more = records.len() > limit;
        records.truncate(limit);
        let next = records.last().filter(|_| more).map(|record| record.number);
        let rows = records.iter().map(|record| Ok((record.number, R::read(record)?)));
        Ok(ResultPage { rows: rows.collect::<Result<_, StoreError>>()?, next })
    }
}
