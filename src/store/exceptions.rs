//! Records of registration jobs that need attention, and those that were worked.

use diesel::prelude::*;

use super::dialect::on_either;
use super::schema::{job_records, job_results, jobs, worked_exceptions};
use super::{AnyConnection, StoreError};
use crate::model::{Exception, ExceptionId, JobId, JobKind, Timestamp, WorkedException};

/// Selects exceptions of an organisation.
#[derive(Debug, Clone, Copy)]
pub struct ExceptionFilter<'a> {
    /// The organisation.
    pub organisation_id: i32,
    /// Only jobs with these settings.
    pub settings: &'a str,
    /// Only of this job.
    pub job: Option<JobId>,
    /// With one of these codes.
    pub codes: &'a [&'a str],
    /// Only of jobs that ended before this time.
    pub before: Option<Timestamp>,
    /// Worked ones or open ones.
    pub worked: bool,
    /// Only after this one.
    pub after: Option<ExceptionId>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = worked_exceptions)]
struct WorkedRow {
    worked_at: Timestamp,
    user_name: String,
    way: String,
    code: String,
    uln: Option<String>,
    reason: String,
    input: String,
}

type Columns = (i64, i32, Option<String>, Option<Timestamp>, String, String, Option<WorkedRow>);

/// Results of ended jobs with their records, and what was worked of them.
macro_rules! with_worked {
    ($organisation:expr) => {
        job_results::table
            .inner_join(jobs::table.on(jobs::id.eq(job_results::job_id)))
            .inner_join(
                job_records::table
                    .on(job_records::job_id.eq(job_results::job_id).and(job_records::number.eq(job_results::number))),
            )
            .left_join(
                worked_exceptions::table.on(worked_exceptions::job_id
                    .eq(job_results::job_id)
                    .and(worked_exceptions::number.eq(job_results::number))),
            )
            .filter(jobs::organisation_id.eq($organisation))
            .filter(jobs::kind.eq(JobKind::Registration.code()))
            .filter(jobs::finished_at.is_not_null())
            .filter(jobs::records_deleted_at.is_null())
    };
}

/// The columns of [`Columns`].
macro_rules! columns {
    () => {
        (
            job_results::job_id,
            job_results::number,
            jobs::file_name,
            jobs::finished_at,
            job_records::input,
            job_results::code,
            Option::<WorkedRow>::as_select(),
        )
    };
}

/// The exceptions that match the filter, in the order of jobs and records, at most `limit`.
pub fn list(
    connection: &mut AnyConnection,
    filter: ExceptionFilter<'_>,
    limit: i64,
) -> Result<Vec<Exception>, StoreError> {
    let ExceptionFilter { organisation_id, settings, job, codes, before, worked, after } = filter;
    let rows: Vec<Columns> = on_either!(connection, c => {
        let mut query = with_worked!(organisation_id)
            .filter(jobs::settings.eq(settings))
            .filter(job_results::code.eq_any(codes))
            .order((job_results::job_id, job_results::number))
            .limit(limit)
            .select(columns!())
            .into_boxed();
        query = if worked {
            query.filter(worked_exceptions::job_id.is_not_null())
        } else {
            query.filter(worked_exceptions::job_id.is_null())
        };
        if let Some(job) = job {
            query = query.filter(jobs::id.eq(job.0));
        }
        if let Some(before) = before {
            query = query.filter(jobs::finished_at.lt(before));
        }
        if let Some(ExceptionId { job, number }) = after {
            let later = job_results::job_id
                .gt(job.0)
                .or(job_results::job_id.eq(job.0).and(job_results::number.gt(number)));
            query = query.filter(later);
        }
        query.load(c)?
    });
    rows.into_iter().map(exception).collect()
}

/// One exception of the organisation, whatever its code.
pub fn by_id(
    connection: &mut AnyConnection,
    organisation_id: i32,
    id: ExceptionId,
) -> Result<Option<Exception>, StoreError> {
    let row: Option<Columns> = on_either!(connection, c => {
        with_worked!(organisation_id)
            .filter(job_results::job_id.eq(id.job.0))
            .filter(job_results::number.eq(id.number))
            .select(columns!())
            .first(c)
            .optional()?
    });
    row.map(exception).transpose()
}

/// The number of open exceptions for each of these codes.
pub fn count_open(
    connection: &mut AnyConnection,
    organisation_id: i32,
    settings: &str,
    codes: &[&str],
) -> Result<Vec<(String, i64)>, StoreError> {
    Ok(on_either!(connection, c => {
        with_worked!(organisation_id)
            .filter(jobs::settings.eq(settings))
            .filter(job_results::code.eq_any(codes))
            .filter(worked_exceptions::job_id.is_null())
            .group_by(job_results::code)
            .select((job_results::code, diesel::dsl::count_star()))
            .order(job_results::code)
            .load(c)?
    }))
}

/// Notes that an exception is worked; `false` if it was before. Another transaction that notes the
/// same waits for this one.
pub fn note_worked(
    connection: &mut AnyConnection,
    organisation_id: i32,
    id: ExceptionId,
    worked: &WorkedException,
) -> Result<bool, StoreError> {
    let WorkedException { at, user_name, way, code, uln, reason, input } = worked;
    let rows = on_either!(connection, c => {
        diesel::insert_into(worked_exceptions::table)
            .values((
                worked_exceptions::job_id.eq(id.job.0),
                worked_exceptions::number.eq(id.number),
                worked_exceptions::organisation_id.eq(organisation_id),
                worked_exceptions::worked_at.eq(at),
                worked_exceptions::user_name.eq(user_name),
                worked_exceptions::way.eq(way.code()),
                worked_exceptions::code.eq(code),
                worked_exceptions::uln.eq(uln.map(|uln| uln.to_string())),
                worked_exceptions::reason.eq(reason),
                worked_exceptions::input.eq(input),
            ))
            .on_conflict_do_nothing()
            .execute(c)?
    });
    Ok(rows == 1)
}

/// Changes what was noted in the same transaction to what came of it.
pub fn settle_worked(
    connection: &mut AnyConnection,
    id: ExceptionId,
    code: &str,
    uln: Option<&str>,
) -> Result<(), StoreError> {
    diesel::update(worked_exceptions::table.find((id.job.0, id.number)))
        .set((worked_exceptions::code.eq(code), worked_exceptions::uln.eq(uln)))
        .execute(connection)?;
    Ok(())
}

/// Takes back what was noted in the same transaction.
pub fn unnote_worked(connection: &mut AnyConnection, id: ExceptionId) -> Result<(), StoreError> {
    diesel::delete(worked_exceptions::table.find((id.job.0, id.number))).execute(connection)?;
    Ok(())
}

fn exception((job, number, file_name, since, input, code, worked): Columns) -> Result<Exception, StoreError> {
    let corrupt = StoreError::Corrupt;
    let worked = worked.map(|row| {
        Ok::<_, StoreError>(WorkedException {
            at: row.worked_at,
            user_name: row.user_name,
            way: row.way.parse().map_err(|_| corrupt("worked_exceptions.way"))?,
            code: row.code,
            uln: row.uln.map(|uln| uln.parse()).transpose().map_err(|_| corrupt("worked_exceptions.uln"))?,
            reason: row.reason,
            input: row.input,
        })
    });
    Ok(Exception {
        id: ExceptionId { job: JobId(job), number },
        file_name,
        since: since.ok_or(corrupt("jobs.finished_at"))?,
        input,
        code,
        worked: worked.transpose()?,
    })
}
