//! The file stored with a job: in pieces, so that a large one does not delay other writers.

use diesel::prelude::*;

use crate::model::JobId;
use crate::store::dialect::on_either;
use crate::store::schema::job_files;
use crate::store::{AnyConnection, StoreError};

/// Adds a piece. The first has number 0.
pub fn insert_piece(connection: &mut AnyConnection, id: JobId, piece: i32, bytes: &[u8]) -> Result<(), StoreError> {
    on_either!(connection, c => {
        diesel::insert_into(job_files::table)
            .values((job_files::job_id.eq(id.0), job_files::piece.eq(piece), job_files::bytes.eq(bytes)))
            .execute(c)
    })?;
    Ok(())
}

/// The whole file; `None` if the job has no file.
pub fn read(connection: &mut AnyConnection, id: JobId) -> Result<Option<Vec<u8>>, StoreError> {
    let pieces: Vec<Vec<u8>> = on_either!(connection, c => {
        job_files::table
            .filter(job_files::job_id.eq(id.0))
            .order(job_files::piece)
            .select(job_files::bytes)
            .load(c)?
    });
    Ok(Some(pieces.concat()).filter(|bytes| !bytes.is_empty()))
}

/// Deletes the file, if there is one.
pub(super) fn delete(connection: &mut AnyConnection, id: JobId) -> Result<(), StoreError> {
    diesel::delete(job_files::table.filter(job_files::job_id.eq(id.0))).execute(connection)?;
    Ok(())
}
