//! Converts rows to uploads.

use diesel::prelude::*;

use crate::model::{JobId, Timestamp, Upload, UploadId};
use crate::store::StoreError;
use crate::store::schema::uploads;

#[derive(Queryable, Selectable)]
#[diesel(table_name = uploads)]
pub(super) struct Row {
    id: i64,
    organisation_id: i32,
    user_name: String,
    door: String,
    file_name: String,
    kind: Option<String>,
    check_only: bool,
    size: i64,
    state: String,
    received_at: Timestamp,
    checked_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    attempts: i32,
    summary: Option<String>,
    job_id: Option<i64>,
}

impl TryFrom<Row> for Upload {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let kind = row.kind.map(|kind| kind.parse()).transpose();
        Ok(Self {
            id: UploadId(row.id),
            organisation_id: row.organisation_id,
            user_name: row.user_name,
            door: row.door.parse().map_err(|_| StoreError::Corrupt("uploads.door"))?,
            file_name: row.file_name,
            kind: kind.map_err(|_| StoreError::Corrupt("uploads.kind"))?,
            check_only: row.check_only,
            size: row.size,
            state: row.state.parse().map_err(|_| StoreError::Corrupt("uploads.state"))?,
            received_at: row.received_at,
            checked_at: row.checked_at,
            ended_at: row.ended_at,
            attempts: row.attempts,
            summary: row.summary,
            job_id: row.job_id.map(JobId),
        })
    }
}
