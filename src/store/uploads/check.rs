//! Checking an upload: one worker at a time holds it by a lease, which every write of findings
//! renews, in the same transaction.

use diesel::dsl::{case_when, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer};

use super::findings::delete_findings;
use super::row::Row;
use crate::model::{JobKind, Timestamp, Upload, UploadId, UploadState};
use crate::store::dialect::on_either;
use crate::store::jobs::Lease;
use crate::store::schema::uploads;
use crate::store::{AnyConnection, StoreError};

/// In the words of the index of uploads to check: SQLite does not find them by it if the states are
/// bound values.
fn is_to_check() -> SqlLiteral<Bool> {
    sql("state IN ('Received', 'Checking')")
}

/// Uploads to be checked that nobody holds. A lease beyond `$latest` came from a clock that was
/// fast, and is ignored.
macro_rules! claimable {
    ($table:expr, $now:expr, $latest:expr) => {
        $table.filter(is_to_check()).filter(
            uploads::lease_until.is_null().or(uploads::lease_until.le($now)).or(uploads::lease_until.gt($latest)),
        )
    };
}

/// The oldest upload to check, if there is one. A lease beyond `latest` is ignored.
pub fn claimable(
    connection: &mut AnyConnection,
    now: Timestamp,
    latest: Timestamp,
) -> Result<Option<UploadId>, StoreError> {
    let found: Option<i64> = on_either!(connection, c => {
        claimable!(uploads::table, now, latest).order(uploads::id).select(uploads::id).first(c).optional()
    })?;
    Ok(found.map(UploadId))
}

/// Claims an upload to check it, and deletes what an earlier check left. If the previous worker's
/// lease has expired, that counts as a failed attempt. `None` if another worker was faster.
pub fn claim(
    connection: &mut AnyConnection,
    id: UploadId,
    lease: &Lease,
    now: Timestamp,
    latest: Timestamp,
) -> Result<Option<Upload>, StoreError> {
    let row: Option<Row> = on_either!(connection, c => {
        diesel::update(claimable!(uploads::table.filter(uploads::id.eq(id.0)), now, latest))
            .set((
                uploads::state.eq(UploadState::Checking.code()),
                uploads::attempts.eq(uploads::attempts
                    + case_when(uploads::lease_owner.is_not_null(), 1.into_sql::<Integer>())
                        .otherwise(0.into_sql::<Integer>())),
                uploads::lease_owner.eq(&lease.owner),
                uploads::lease_until.eq(lease.until),
            ))
            .returning(Row::as_returning())
            .get_result(c)
            .optional()?
    });
    if row.is_some() {
        delete_findings(connection, id)?;
    }
    row.map(Upload::try_from).transpose()
}

/// Renews the lease; `false` if the worker no longer holds the upload.
pub fn renew(connection: &mut AnyConnection, id: UploadId, lease: &Lease) -> Result<bool, StoreError> {
    let rows = diesel::update(
        uploads::table
            .find(id.0)
            .filter(uploads::state.eq(UploadState::Checking.code()))
            .filter(uploads::lease_owner.eq(&lease.owner)),
    )
    .set(uploads::lease_until.eq(lease.until))
    .execute(connection)?;
    Ok(rows == 1)
}

/// What a check came to.
#[derive(Clone)]
pub struct CheckResult {
    /// The kind of the records, if it was recognised.
    pub kind: Option<JobKind>,
    /// [`UploadState::Ready`] or [`UploadState::Refused`].
    pub state: UploadState,
    /// The rest, as JSON.
    pub summary: String,
}

/// Ends the check as its holder; `false` if the worker no longer holds the upload.
pub fn finish(
    connection: &mut AnyConnection,
    id: UploadId,
    owner: &str,
    result: &CheckResult,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let rows = diesel::update(
        uploads::table
            .find(id.0)
            .filter(uploads::state.eq(UploadState::Checking.code()))
            .filter(uploads::lease_owner.eq(owner)),
    )
    .set((
        uploads::state.eq(result.state.code()),
        uploads::kind.eq(result.kind.map(JobKind::code)),
        uploads::summary.eq(Some(&result.summary)),
        uploads::checked_at.eq(Some(now)),
        uploads::lease_owner.eq(None::<String>),
        uploads::lease_until.eq(None::<Timestamp>),
    ))
    .execute(connection)?;
    Ok(rows == 1)
}

/// Releases the upload. Nobody may claim it before `not_before`; `attempts` is the number of failed
/// attempts.
pub fn release(
    connection: &mut AnyConnection,
    id: UploadId,
    owner: &str,
    attempts: i32,
    not_before: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let rows = diesel::update(
        uploads::table
            .find(id.0)
            .filter(uploads::state.eq(UploadState::Checking.code()))
            .filter(uploads::lease_owner.eq(owner)),
    )
    .set((uploads::lease_owner.eq(None::<String>), uploads::lease_until.eq(not_before), uploads::attempts.eq(attempts)))
    .execute(connection)?;
    Ok(rows == 1)
}
