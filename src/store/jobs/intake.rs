//! The intake of a job: records are stored as they arrive, and the job becomes visible only once
//! submitted.

use diesel::prelude::*;

use super::{RECEIVING, file};
use crate::model::{Door, Fingerprint, JobId, JobKind, JobState, Timestamp};
use crate::store::dialect::on_either;
use crate::store::schema::{job_records, jobs};
use crate::store::{AnyConnection, StoreError};

/// Rows per statement: below SQLite's limit of 32,766 bound values, and enough for PostgreSQL.
const ROWS_AT_ONCE: usize = 500;

/// A job about to be created.
#[derive(Clone)]
pub struct NewJob {
    /// The kind of its records.
    pub kind: JobKind,
    /// The submitter.
    pub organisation_id: i32,
    /// The user, as named by the submitter.
    pub user_name: String,
    /// The client certificate.
    pub certificate: Option<Fingerprint>,
    /// How it was submitted.
    pub door: Door,
    /// The name of the file that it comes in.
    pub file_name: Option<String>,
    /// Settings specific to the kind, as JSON.
    pub settings: String,
}

/// Creates a job that stays invisible until it is submitted.
pub fn begin(connection: &mut AnyConnection, new: &NewJob, now: Timestamp) -> Result<JobId, StoreError> {
    let NewJob { kind, organisation_id, user_name, certificate, door, file_name, settings } = new;
    let certificate = certificate.map(|fingerprint| fingerprint.to_string());
    let id = on_either!(connection, c => {
        diesel::insert_into(jobs::table)
            .values((
                jobs::kind.eq(kind.code()),
                jobs::organisation_id.eq(organisation_id),
                jobs::user_name.eq(user_name),
                jobs::certificate.eq(certificate),
                jobs::door.eq(door.code()),
                jobs::submitted_at.eq(now),
                jobs::state.eq(RECEIVING),
                jobs::attempts.eq(0),
                jobs::turns.eq(0),
                jobs::records.eq(0),
                jobs::records_done.eq(0),
                jobs::file_name.eq(file_name),
                jobs::settings.eq(settings),
            ))
            .returning(jobs::id)
            .get_result(c)?
    });
    Ok(JobId(id))
}

#[derive(Insertable)]
#[diesel(table_name = job_records, treat_none_as_default_value = false)]
struct RecordRow<'a> {
    job_id: i64,
    number: i32,
    input: &'a str,
}

/// Adds records, numbered from `first`.
pub fn insert_records(
    connection: &mut AnyConnection,
    id: JobId,
    first: i32,
    inputs: &[String],
) -> Result<(), StoreError> {
    let mut number = first;
    for inputs in inputs.chunks(ROWS_AT_ONCE) {
        let rows: Vec<RecordRow<'_>> =
            inputs.iter().zip(number..).map(|(input, number)| RecordRow { job_id: id.0, number, input }).collect();
        number = number.saturating_add(i32::try_from(rows.len()).unwrap_or(i32::MAX));
        on_either!(connection, c => diesel::insert_into(job_records::table).values(&rows).execute(c))?;
    }
    Ok(())
}

/// Makes the job visible and claimable; `records` is the total number of its records.
pub fn submit(connection: &mut AnyConnection, id: JobId, records: i32, now: Timestamp) -> Result<(), StoreError> {
    let submitted = diesel::update(jobs::table.find(id.0).filter(jobs::state.eq(RECEIVING)))
        .set((jobs::state.eq(JobState::Waiting.code()), jobs::records.eq(records), jobs::submitted_at.eq(now)))
        .execute(connection)?;
    // The job was removed as abandoned.
    if submitted == 1 { Ok(()) } else { Err(StoreError::Overtaken) }
}

/// Deletes jobs begun before this time whose intake was never completed.
pub fn forget_unfinished(connection: &mut AnyConnection, before: Timestamp) -> Result<usize, StoreError> {
    let forgotten: Vec<i64> = jobs::table
        .filter(jobs::state.eq(RECEIVING))
        .filter(jobs::submitted_at.lt(before))
        .select(jobs::id)
        .load(connection)?;
    for id in &forgotten {
        forget(connection, JobId(*id))?;
    }
    Ok(forgotten.len())
}

/// Deletes a job that was not submitted.
pub fn forget(connection: &mut AnyConnection, id: JobId) -> Result<(), StoreError> {
    let removed = diesel::delete(jobs::table.find(id.0).filter(jobs::state.eq(RECEIVING))).execute(connection)?;
    if removed == 1 {
        // It was never processed, so it has no results.
        diesel::delete(job_records::table.filter(job_records::job_id.eq(id.0))).execute(connection)?;
        file::delete(connection, id)?;
    }
    Ok(())
}
