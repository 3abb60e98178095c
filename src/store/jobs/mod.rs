//! The queue of jobs and their records: receiving, claiming, getting on, ending, and listing.

mod file;
mod intake;
mod lease;
mod records;
mod retention;
mod row;

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

pub use file::{insert_piece, read as file};
pub use intake::{NewJob, begin, forget, forget_unfinished, insert_records, submit};
pub use lease::{Lease, advance, cancel, claim, finish, has_claimable, release, save_results};
pub use records::{count_codes, records, records_of};
pub use retention::{delete_records, with_records_until};
use row::Row;

use super::dialect::on_either;
use super::schema::jobs;
use super::{AnyConnection, StoreError};
use crate::model::{Fingerprint, Job, JobId, JobKind, JobState, Timestamp};

/// The state of a job during intake, when it is invisible.
const RECEIVING: &str = "Receiving";

/// The result of a record.
pub struct RecordResult {
    /// The record's position in the batch.
    pub number: i32,
    /// The code.
    pub code: std::borrow::Cow<'static, str>,
    /// The rest of the result, as JSON.
    pub output: Option<String>,
}

/// The job of this number, of any organisation.
pub fn by_id(connection: &mut AnyConnection, id: JobId) -> Result<Option<Job>, StoreError> {
    let row: Option<Row> = on_either!(connection, c => {
        jobs::table.find(id.0).filter(jobs::state.ne(RECEIVING)).select(Row::as_select()).first(c).optional()
    })?;
    row.map(Job::try_from).transpose()
}

/// Selects jobs.
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

/// The newest jobs that match the filter, newest first.
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

/// Jobs that wait or are in progress, in the words of the indexes of open jobs: SQLite does not
/// find them by these indexes if the states are bound values.
fn is_open() -> SqlLiteral<Bool> {
    sql("state IN ('Waiting', 'InProgress')")
}

/// The number of open jobs of an organisation, not counting those in intake.
pub fn open_jobs(connection: &mut AnyConnection, organisation_id: i32) -> Result<i64, StoreError> {
    Ok(on_either!(connection, c => {
        jobs::table
            .filter(jobs::organisation_id.eq(organisation_id))
            .filter(is_open())
            .count()
            .get_result(c)
    })?)
}

/// The number of open jobs that were submitted with a certificate, not counting those in intake.
pub fn open_jobs_of_certificate(connection: &mut AnyConnection, certificate: Fingerprint) -> Result<i64, StoreError> {
    Ok(on_either!(connection, c => {
        jobs::table
            .filter(jobs::certificate.eq(certificate.to_string()))
            .filter(is_open())
            .count()
            .get_result(c)
    })?)
}

/// The length of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Depth {
    /// Jobs not yet started.
    pub waiting: i64,
    /// Jobs in progress.
    pub in_progress: i64,
    /// When the oldest open job was submitted.
    pub oldest: Option<Timestamp>,
    /// Open jobs submitted before the given time.
    pub late: i64,
}

/// The length of the queue; jobs submitted before `late` count as late.
pub fn depth(connection: &mut AnyConnection, late: Timestamp) -> Result<Depth, StoreError> {
    let open: Vec<(String, Timestamp)> = on_either!(connection, c => {
        jobs::table
            .filter(is_open())
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

/// The jobs that ended within a period, by number: for the service levels.
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
