//! The intake of an upload: its pieces are stored as they arrive, and it becomes visible only once
//! all are there.

use diesel::prelude::*;

use super::RECEIVING;
use crate::model::{Door, JobKind, Timestamp, UploadId, UploadState};
use crate::store::dialect::on_either;
use crate::store::schema::{upload_pieces, uploads};
use crate::store::{AnyConnection, StoreError};

/// An upload about to be received.
#[derive(Clone)]
pub struct NewUpload {
    /// The organisation that it belongs to.
    pub organisation_id: i32,
    /// The user.
    pub user_name: String,
    /// How it comes in.
    pub door: Door,
    /// The name of the file.
    pub file_name: String,
    /// The kind of its records, if the user said it.
    pub kind: Option<JobKind>,
    /// Whether it may only be checked.
    pub check_only: bool,
}

/// Creates an upload that stays invisible until it is received.
pub fn begin(connection: &mut AnyConnection, new: &NewUpload, now: Timestamp) -> Result<UploadId, StoreError> {
    let NewUpload { organisation_id, user_name, door, file_name, kind, check_only } = new;
    let id = on_either!(connection, c => {
        diesel::insert_into(uploads::table)
            .values((
                uploads::organisation_id.eq(organisation_id),
                uploads::user_name.eq(user_name),
                uploads::door.eq(door.code()),
                uploads::file_name.eq(file_name),
                uploads::kind.eq(kind.map(JobKind::code)),
                uploads::check_only.eq(check_only),
                uploads::size.eq(0_i64),
                uploads::state.eq(RECEIVING),
                uploads::received_at.eq(now),
                uploads::attempts.eq(0),
            ))
            .returning(uploads::id)
            .get_result(c)?
    });
    Ok(UploadId(id))
}

/// Adds a piece. The first has number 0.
pub fn insert_piece(connection: &mut AnyConnection, id: UploadId, piece: i32, bytes: &[u8]) -> Result<(), StoreError> {
    on_either!(connection, c => {
        diesel::insert_into(upload_pieces::table)
            .values((upload_pieces::upload_id.eq(id.0), upload_pieces::piece.eq(piece), upload_pieces::bytes.eq(bytes)))
            .execute(c)
    })?;
    Ok(())
}

/// Makes the upload visible, to be checked. `false` if it was removed as abandoned.
pub fn received(connection: &mut AnyConnection, id: UploadId, size: i64, now: Timestamp) -> Result<bool, StoreError> {
    let rows = diesel::update(uploads::table.find(id.0).filter(uploads::state.eq(RECEIVING)))
        .set((uploads::state.eq(UploadState::Received.code()), uploads::size.eq(size), uploads::received_at.eq(now)))
        .execute(connection)?;
    Ok(rows == 1)
}

/// Deletes uploads begun before this time that were never completed.
pub fn forget_unfinished(connection: &mut AnyConnection, before: Timestamp) -> Result<usize, StoreError> {
    let forgotten: Vec<i64> = on_either!(connection, c => {
        uploads::table
            .filter(uploads::state.eq(RECEIVING))
            .filter(uploads::received_at.lt(before))
            .select(uploads::id)
            .load(c)?
    });
    for id in &forgotten {
        forget(connection, UploadId(*id))?;
    }
    Ok(forgotten.len())
}

/// Deletes an upload that was not completed.
pub fn forget(connection: &mut AnyConnection, id: UploadId) -> Result<(), StoreError> {
    let removed = diesel::delete(uploads::table.find(id.0).filter(uploads::state.eq(RECEIVING))).execute(connection)?;
    if removed == 1 {
        diesel::delete(upload_pieces::table.filter(upload_pieces::upload_id.eq(id.0))).execute(connection)?;
    }
    Ok(())
}
