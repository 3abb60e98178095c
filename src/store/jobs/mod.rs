//! The queue of jobs and their records: receiving, claiming, getting on, ending, and reading.

mod intake;
mod lease;
mod retention;
mod row;

use diesel::prelude::*;

pub use intake::{NewJob, begin, forget, forget_unfinished, insert_records, submit};
pub use lease::{Lease, advance, cancel, claim, finish, has_claimable, release, save_results};
pub use retention::{delete_records, with_records_until};
use row::Row;

use super::dialect::on_either;
use super::schema::{job_records, job_results, jobs};
use super::{AnyConnection, StoreError};
use crate::model::{Job, JobId, JobRecord, JobState, Timestamp};

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
    /// Of this organisation alone.
    pub organisation_id: Option<i32>,
    /// In these states alone.
    pub states: Option<&'a [JobState]>,
}

/// The newest jobs that the filter lets through, newest first.
pub fn newest(connection: &mut AnyConnection, filter: JobFilter<'_>, limit: i64) -> Result<Vec<Job>, StoreError> {
    let rows: Vec<Row> = on_either!(connection, c => {
        let mut query = jobs::table
            .filter(jobs::state.ne(RECEIVING))
            .order(jobs::id.desc())
            .limit(limit)
            .select(Row::as_select())
            .into_boxed();
        if let Some(id) = filter.organisation_id {
            query = query.filter(jobs::organisation_id.eq(id));
        }
        if let Some(states) = filter.states {
            query = query.filter(jobs::state.eq_any(states.iter().map(|state| state.code())));
        }
        query.load(c)
    })?;
    rows.into_iter().map(Job::try_from).collect()
}

/// Records with what they came to, if they came to something.
macro_rules! with_results {
    () => {
        job_records::table.left_join(
            job_results::table
                .on(job_results::job_id.eq(job_records::job_id).and(job_results::number.eq(job_records::number))),
        )
    };
}

/// Records of a job in the order of the batch, from the one after `after` on, at most `limit`.
pub fn records(
    connection: &mut AnyConnection,
    id: JobId,
    after: i32,
    limit: i64,
) -> Result<Vec<JobRecord>, StoreError> {
    let rows: Vec<(i32, String, Option<String>, Option<String>)> = on_either!(connection, c => {
        with_results!()
            .filter(job_records::job_id.eq(id.0))
            .filter(job_records::number.gt(after))
            .order(job_records::number)
            .limit(limit)
            .select((job_records::number, job_records::input, job_results::code.nullable(), job_results::output.nullable()))
            .load(c)
    })?;
    Ok(rows.into_iter().map(|(number, input, code, output)| JobRecord { number, input, code, output }).collect())
}

/// Records of a job that came to any of the codes, in the order of the batch, from the one after `after` on, at most `limit`.
pub fn records_of(
    connection: &mut AnyConnection,
    id: JobId,
    codes: &[&str],
    after: i32,
    limit: i64,
) -> Result<Vec<JobRecord>, StoreError> {
    let rows: Vec<(i32, String, Option<String>, Option<String>)> = on_either!(connection, c => {
        with_results!()
            .filter(job_records::job_id.eq(id.0))
            .filter(job_records::number.gt(after))
            .filter(job_results::code.eq_any(codes))
            .order(job_records::number)
            .limit(limit)
            .select((job_records::number, job_records::input, job_results::code.nullable(), job_results::output.nullable()))
            .load(c)
    })?;
    Ok(rows.into_iter().map(|(number, input, code, output)| JobRecord { number, input, code, output }).collect())
}

/// How many records of a job came to which code, in the order of the codes; records that are not done are left out.
pub fn count_codes(connection: &mut AnyConnection, id: JobId) -> Result<Vec<(String, i64)>, StoreError> {
    Ok(on_either!(connection, c => {
        job_results::table
            .filter(job_results::job_id.eq(id.0))
            .group_by(job_results::code)
            .select((job_results::code, diesel::dsl::count_star()))
            .order(job_results::code)
            .load(c)
    })?)
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
