//! The queue of jobs and their records: receiving, claiming, getting on, ending, and listing.

mod file;
mod intake;
mod lease;
mod records;
mod retention;
mod row;

use diesel::prelude::*;

pub use file::{insert_piece, read as file};
pub use intake::{NewJob, begin, forget, forget_unfinished, insert_records, submit};
pub use lease::{Lease, advance, cancel, claim, finish, has_claimable, release, save_results};
pub use records::{count_codes, records, records_of};
pub use retention::{delete_records, with_records_until};
use row::Row;

use super::dialect::on_either;
use super::schema::jobs;
use super::{AnyConnection, StoreError};
use crate::model::{Job, JobId, JobKind, JobState, Timestamp};

/// The state of a job whose records are still coming in: nobody sees it.
const RECEIVING: &str = "Receiving";

/// What a record came to.
pub struct RecordResult {
    /// The record's place in the batch.
    pub number: i32,
    /// The code.
    pub code: std::borrow::Cow<'static, str>,
    /// What the answer holds beside input and code, as JSON.
    pub output: Option<String>,
}

/// A job by its number, whoever submitted it.
pub fn by_id(connection: &mut AnyConnection, id: JobId) -> Result<Option<Job>, StoreError> {
    let row: Option<Row> = on_either!(connection, c => {
        jobs::table.find(id.0).filter(jobs::state.ne(RECEIVING)).select(Row::as_select()).first(c).optional()
    })?;
    row.map(Job::try_from).transpose()
}

/// Which jobs are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct JobFilter<'a> {
    /// Of this organisation alone, and only while their records are kept.
    pub organisation_id: Option<i32>,
    /// Of these kinds alone; none given is any.
    pub kinds: &'a [JobKind],
    /// In these states alone; none given is any.
    pub states: &'a [JobState],
    /// Older than this one alone.
    pub before: Option<JobId>,
}

/// The newest jobs that the filter lets through, newest first.
pub fn newest(connection: &mut AnyConnection, filter: JobFilter<'_>, limit: i64) -> Result<Vec<Job>, StoreError> {
    let JobFilter { organisation_id, kinds, states, before } = filter;
    let rows: Vec<Row> = on_either!(connection, c => {
        let mut query = jobs::table
            .filter(jobs::state.ne(RECEIVING))
            .order(jobs::id.desc())
            .limit(limit)
            .select(Row::as_select())
            .into_boxed();
        if let Some(id) = organisation_id {
            query = query.filter(jobs::organisation_id.eq(id)).filter(jobs::records_deleted_at.is_null());
        }
        if !kinds.is_empty() {
            query = query.filter(jobs::kind.eq_any(kinds.iter().map(|kind| kind.code())));
        }
        if !states.is_empty() {
            query = query.filter(jobs::state.eq_any(states.iter().map(|state| state.code())));
        }
        if let Some(JobId(id)) = before {
            query = query.filter(jobs::id.lt(id));
        }
        query.load(c)
    })?;
    rows.into_iter().map(Job::try_from).collect()
}

/// How many jobs of an organisation are not over, those whose records are still coming in left out.
pub fn open_jobs(connection: &mut AnyConnection, organisation_id: i32) -> Result<i64, StoreError> {
    Ok(on_either!(connection, c => {
        jobs::table
            .filter(jobs::organisation_id.eq(organisation_id))
            .filter(jobs::state.eq(JobState::Waiting.code()).or(jobs::state.eq(JobState::InProgress.code())))
            .count()
            .get_result(c)
    })?)
}

/// How the queue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Depth {
    /// Jobs that nobody has begun.
    pub waiting: i64,
    /// Jobs that are being done.
    pub in_progress: i64,
    /// When the oldest job that is not over was submitted.
    pub oldest: Option<Timestamp>,
    /// Jobs that are not over and were submitted before the given moment.
    pub late: i64,
}

/// How the queue stands; jobs from before `late` count as late.
pub fn depth(connection: &mut AnyConnection, late: Timestamp) -> Result<Depth, StoreError> {
    // A handful of rows by an index that holds the open jobs alone.
    let open: Vec<(String, Timestamp)> = on_either!(connection, c => {
        jobs::table
            .filter(jobs::state.eq(JobState::Waiting.code()).or(jobs::state.eq(JobState::InProgress.code())))
            .select((jobs::state, jobs::submitted_at))
            .load(c)
    })?;
    let count = |state: JobState| open.iter().filter(|(code, _)| code == state.code()).count();
    let as_count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    Ok(Depth {
        waiting: as_count(count(JobState::Waiting)),
        in_progress: as_count(count(JobState::InProgress)),
        oldest: open.iter().map(|(_, submitted_at)| *submitted_at).min(),
        late: as_count(open.iter().filter(|(_, submitted_at)| *submitted_at < late).count()),
    })
}

/// The jobs that were over in a span of time, by number: for the service levels.
pub fn finished_between(
    connection: &mut AnyConnection,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Job>, StoreError> {
    let rows: Vec<Row> = on_either!(connection, c => {
        jobs::table
            .filter(jobs::finished_at.ge(from))
            .filter(jobs::finished_at.lt(until))
            .order(jobs::id)
            .select(Row::as_select())
            .load(c)
    })?;
    rows.into_iter().map(Job::try_from).collect()
}
