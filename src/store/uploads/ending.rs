//! How an upload ends: submitted as a job, cancelled, deleted.

use diesel::prelude::*;

use super::RECEIVING;
use super::findings::delete_findings;
use crate::model::{JobId, Timestamp, UploadId, UploadState};
use crate::store::dialect::on_either;
use crate::store::schema::{jobs, upload_pieces, uploads};
use crate::store::{AnyConnection, StoreError};

/// Notes that the upload was submitted as this job; `false` if it cannot be submitted, or was
/// already.
pub fn submitted(connection: &mut AnyConnection, id: UploadId, job: JobId, now: Timestamp) -> Result<bool, StoreError> {
    let rows = diesel::update(
        uploads::table
            .find(id.0)
            .filter(uploads::state.eq(UploadState::Ready.code()))
            .filter(uploads::check_only.eq(false)),
    )
    .set((
        uploads::state.eq(UploadState::Submitted.code()),
        uploads::job_id.eq(Some(job.0)),
        uploads::ended_at.eq(Some(now)),
    ))
    .execute(connection)?;
    Ok(rows == 1)
}

/// Cancels an upload that was not submitted, and deletes its bytes and findings. `false` if it had
/// ended.
pub fn cancel(connection: &mut AnyConnection, id: UploadId, now: Timestamp) -> Result<bool, StoreError> {
    const CANCELLABLE: [&str; 4] = [
        UploadState::Received.code(),
        UploadState::Checking.code(),
        UploadState::Ready.code(),
        UploadState::Refused.code(),
    ];
    let rows = on_either!(connection, c => {
        diesel::update(uploads::table.find(id.0).filter(uploads::state.eq_any(CANCELLABLE)))
            .set((
                uploads::state.eq(UploadState::Cancelled.code()),
                uploads::ended_at.eq(Some(now)),
                uploads::lease_owner.eq(None::<String>),
                uploads::lease_until.eq(None::<Timestamp>),
            ))
            .execute(c)?
    });
    if rows == 1 {
        delete_content(connection, id)?;
    }
    Ok(rows == 1)
}

/// An upload to delete: one received before this time and not submitted, or one whose job's records
/// were deleted.
pub fn due(connection: &mut AnyConnection, before: Timestamp) -> Result<Option<UploadId>, StoreError> {
    let old: Option<i64> = on_either!(connection, c => {
        uploads::table
            .filter(uploads::state.ne(RECEIVING).and(uploads::state.ne(UploadState::Submitted.code())))
            .filter(uploads::received_at.lt(before))
            .select(uploads::id)
            .first(c)
            .optional()?
    });
    let of_old_job = |connection: &mut AnyConnection| -> Result<Option<i64>, StoreError> {
        Ok(on_either!(connection, c => {
            uploads::table
                .inner_join(jobs::table.on(jobs::id.nullable().eq(uploads::job_id)))
                .filter(jobs::records_deleted_at.is_not_null())
                .select(uploads::id)
                .first(c)
                .optional()?
        }))
    };
    let found = match old {
        Some(id) => Some(id),
        None => of_old_job(connection)?,
    };
    Ok(found.map(UploadId))
}

/// Deletes an upload with everything that belongs to it.
pub fn delete(connection: &mut AnyConnection, id: UploadId) -> Result<(), StoreError> {
    delete_content(connection, id)?;
    diesel::delete(uploads::table.find(id.0)).execute(connection)?;
    Ok(())
}

fn delete_content(connection: &mut AnyConnection, id: UploadId) -> Result<(), StoreError> {
    diesel::delete(upload_pieces::table.filter(upload_pieces::upload_id.eq(id.0))).execute(connection)?;
    delete_findings(connection, id)
}
