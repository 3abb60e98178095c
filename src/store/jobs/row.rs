//! Converts jobs to rows and rows to jobs.

use diesel::prelude::*;

use crate::model::{Fingerprint, Job, JobId, Timestamp};
use crate::store::StoreError;
use crate::store::schema::jobs;

#[derive(Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub(super) struct Row {
    id: i64,
    kind: String,
    organisation_id: i32,
    user_name: String,
    certificate: Option<String>,
    door: String,
    submitted_at: Timestamp,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    state: String,
    attempts: i32,
    records: i32,
    records_done: i32,
    settings: String,
    rejection_reason: Option<String>,
    counters: Option<String>,
    records_deleted_at: Option<Timestamp>,
    file_name: Option<String>,
}

impl TryFrom<Row> for Job {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let certificate = row.certificate.map(|text| text.parse::<Fingerprint>()).transpose();
        Ok(Self {
            id: JobId(row.id),
            kind: row.kind.parse().map_err(|_| StoreError::Corrupt("jobs.kind"))?,
            organisation_id: row.organisation_id,
            user_name: row.user_name,
            certificate: certificate.map_err(|_| StoreError::Corrupt("jobs.certificate"))?,
            door: row.door.parse().map_err(|_| StoreError::Corrupt("jobs.door"))?,
            submitted_at: row.submitted_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
            state: row.state.parse().map_err(|_| StoreError::Corrupt("jobs.state"))?,
            attempts: row.attempts,
            records: row.records,
            records_done: row.records_done,
            settings: row.settings,
            rejection_reason: row.rejection_reason,
            counters: row.counters,
            records_deleted_at: row.records_deleted_at,
            file_name: row.file_name,
        })
    }
}
