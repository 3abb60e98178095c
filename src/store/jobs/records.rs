//! The records of a job with their results, in the order of the batch.

use diesel::prelude::*;

use crate::model::{JobId, JobRecord};
use crate::store::dialect::on_either;
use crate::store::schema::{job_records, job_results};
use crate::store::{AnyConnection, StoreError};

type Columns = (i32, String, Option<String>, Option<String>);

/// Records with their results, if processed: at most `limit` records after `after`.
macro_rules! with_results {
    ($id:expr, $after:expr, $limit:expr) => {
        job_records::table
            .left_join(
                job_results::table
                    .on(job_results::job_id.eq(job_records::job_id).and(job_results::number.eq(job_records::number))),
            )
            .filter(job_records::job_id.eq($id.0))
            .filter(job_records::number.gt($after))
            .order(job_records::number)
            .limit($limit)
            .select((
                job_records::number,
                job_records::input,
                job_results::code.nullable(),
                job_results::output.nullable(),
            ))
    };
}

fn record((number, input, code, output): Columns) -> JobRecord {
    JobRecord { number, input, code, output }
}

/// Records from the one after `after` on, at most `limit`.
pub fn records(
    connection: &mut AnyConnection,
    id: JobId,
    after: i32,
    limit: i64,
) -> Result<Vec<JobRecord>, StoreError> {
    let rows: Vec<Columns> = on_either!(connection, c => with_results!(id, after, limit).load(c)?);
    Ok(rows.into_iter().map(record).collect())
}

/// Like [`records`], but only those with one of the codes.
pub fn records_of(
    connection: &mut AnyConnection,
    id: JobId,
    codes: &[&str],
    after: i32,
    limit: i64,
) -> Result<Vec<JobRecord>, StoreError> {
    let rows: Vec<Columns> = on_either!(connection, c => {
        with_results!(id, after, limit).filter(job_results::code.eq_any(codes)).load(c)?
    });
    Ok(rows.into_iter().map(record).collect())
}

/// The number of records of a job for each code, in the order of codes; records not yet done are
/// not counted.
pub fn count_codes(connection: &mut AnyConnection, id: JobId) -> Result<Vec<(String, i64)>, StoreError> {
    Ok(on_either!(connection, c => {
        job_results::table
            .filter(job_results::job_id.eq(id.0))
            .group_by(job_results::code)
            .select((job_results::code, diesel::dsl::count_star()))
            .order(job_results::code)
            .load(c)
    })?)
}
