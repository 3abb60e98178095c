//! Uploaded files: receiving, checking, findings, ending, and listing.

mod check;
mod ending;
mod findings;
mod intake;
mod row;

use diesel::prelude::*;

pub use check::{CheckResult, claim, claimable, finish, release, renew};
pub use ending::{cancel, delete, due, submitted};
pub use findings::{finding_kinds, findings, insert_findings};
pub use intake::{NewUpload, begin, forget, forget_unfinished, insert_piece, received};
use row::Row;

use super::dialect::on_either;
use super::schema::{upload_pieces, uploads};
use super::{AnyConnection, StoreError};
use crate::model::{JobId, Upload, UploadId, UploadState};

/// The state of an upload during intake, when it is invisible.
const RECEIVING: &str = "Receiving";

/// The upload with this number, of any organisation.
pub fn by_id(connection: &mut AnyConnection, id: UploadId) -> Result<Option<Upload>, StoreError> {
    let row: Option<Row> = on_either!(connection, c => {
        uploads::table.find(id.0).filter(uploads::state.ne(RECEIVING)).select(Row::as_select()).first(c).optional()
    })?;
    row.map(Upload::try_from).transpose()
}

/// The upload that was submitted as this job.
pub fn by_job(connection: &mut AnyConnection, id: JobId) -> Result<Option<Upload>, StoreError> {
    let row: Option<Row> = on_either!(connection, c => {
        uploads::table.filter(uploads::job_id.eq(id.0)).select(Row::as_select()).first(c).optional()
    })?;
    row.map(Upload::try_from).transpose()
}

/// An organisation's newest uploads, newest first; those submitted as jobs are left out.
pub fn newest(
    connection: &mut AnyConnection,
    organisation_id: i32,
    before: Option<UploadId>,
    limit: i64,
) -> Result<Vec<Upload>, StoreError> {
    let rows: Vec<Row> = on_either!(connection, c => {
        uploads::table
            .filter(uploads::organisation_id.eq(organisation_id))
            .filter(uploads::state.ne(RECEIVING).and(uploads::state.ne(UploadState::Submitted.code())))
            .filter(uploads::id.lt(before.map_or(i64::MAX, |before| before.0)))
            .order(uploads::id.desc())
            .limit(limit)
            .select(Row::as_select())
            .load(c)?
    });
    rows.into_iter().map(Upload::try_from).collect()
}

/// The number of an organisation's uploads that are being received or checked, or wait for a
/// decision.
pub fn open_uploads(connection: &mut AnyConnection, organisation_id: i32) -> Result<i64, StoreError> {
    const OPEN: [&str; 4] =
        [RECEIVING, UploadState::Received.code(), UploadState::Checking.code(), UploadState::Ready.code()];
    Ok(on_either!(connection, c => {
        uploads::table
            .filter(uploads::organisation_id.eq(organisation_id))
            .filter(uploads::state.eq_any(OPEN))
            .count()
            .get_result(c)
    })?)
}

/// The whole file.
pub fn file(connection: &mut AnyConnection, id: UploadId) -> Result<Vec<u8>, StoreError> {
    let count: i64 = on_either!(connection, c => {
        upload_pieces::table.filter(upload_pieces::upload_id.eq(id.0)).count().get_result(c)?
    });
    // Piece by piece, so that the file is in memory only once.
    let mut file = Vec::new();
    for piece in 0..i32::try_from(count).unwrap_or(i32::MAX) {
        let bytes: Vec<u8> = on_either!(connection, c => {
            upload_pieces::table.find((id.0, piece)).select(upload_pieces::bytes).first(c)?
        });
        file.extend_from_slice(&bytes);
    }
    Ok(file)
}
