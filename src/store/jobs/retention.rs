//! What goes when a job has been over for long: its records, their results and its file, which hold
//! personal data. The job itself stays, with its counts, for the service levels.

use diesel::prelude::*;

use super::file;
use super::row::Row;
use crate::model::{Job, JobId, Timestamp};
use crate::store::dialect::on_either;
use crate::store::schema::{job_records, job_results, jobs, worked_exceptions};
use crate::store::{AnyConnection, StoreError};

/// The job that ended first, if that was before this time and it still has its records.
pub fn with_records_until(connection: &mut AnyConnection, before: Timestamp) -> Result<Option<Job>, StoreError> {
    let row: Option<Row> = on_either!(connection, c => {
        jobs::table
            .filter(jobs::finished_at.lt(before))
            .filter(jobs::records_deleted_at.is_null())
            .order(jobs::finished_at)
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    row.map(Job::try_from).transpose()
}

/// Deletes the records of a job, their results, what was worked of them, and its file. `settings`
/// and `counters` are what is kept of it from now on. `false` when somebody else has done so.
pub fn delete_records(
    connection: &mut AnyConnection,
    id: JobId,
    settings: &str,
    counters: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let noted = diesel::update(jobs::table.find(id.0).filter(jobs::records_deleted_at.is_null()))
        .set((jobs::records_deleted_at.eq(Some(now)), jobs::settings.eq(settings), jobs::counters.eq(Some(counters))))
        .execute(connection)?;
    if noted == 1 {
        diesel::delete(job_records::table.filter(job_records::job_id.eq(id.0))).execute(connection)?;
        diesel::delete(job_results::table.filter(job_results::job_id.eq(id.0))).execute(connection)?;
        diesel::delete(worked_exceptions::table.filter(worked_exceptions::job_id.eq(id.0))).execute(connection)?;
        file::delete(connection, id)?;
    }
    Ok(noted == 1)
}
