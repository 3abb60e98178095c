//! Claims and leases: one worker at a time processes a job, and renews its lease with every step.
//! In the transaction of the step it checks that it still holds the lease, and rolls back if not,
//! so that nothing is done twice.

use std::borrow::Cow;

use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Timestamp as TimestampSql};

use super::row::Row;
use super::{RecordResult, is_open};
use crate::model::{Job, JobId, JobState, Timestamp};
use crate::store::dialect::on_either;
use crate::store::schema::{job_results, job_turns, jobs};
use crate::store::{AnyConnection, StoreError};

/// Identifies a worker, and limits its time between steps.
#[derive(Debug, Clone)]
pub struct Lease {
    /// The worker's unique name.
    pub owner: String,
    /// When others may claim the job.
    pub until: Timestamp,
}

/// Jobs that are open and not leased. A lease beyond `$latest` came from a clock that was fast, and
/// is ignored.
macro_rules! claimable {
    ($table:expr, $now:expr, $latest:expr) => {
        $table
            .filter(is_open())
            .filter(jobs::lease_until.is_null().or(jobs::lease_until.le($now)).or(jobs::lease_until.gt($latest)))
    };
}

/// Whether there is a job to claim; cheaper than trying. A lease beyond `latest` is ignored.
pub fn has_claimable(connection: &mut AnyConnection, now: Timestamp, latest: Timestamp) -> Result<bool, StoreError> {
    let found: Option<i64> = on_either!(connection, c => {
        claimable!(jobs::table, now, latest).select(jobs::id).first(c).optional()
    })?;
    Ok(found.is_some())
}

/// Claims a job for the organisation whose last turn was longest ago, so that many batches of one
/// organisation do not delay another's. Among its jobs the one with the fewest turns goes first,
/// then the oldest, so that a large job does not delay small ones. If the previous worker's lease
/// has expired, that counts as a failed attempt. A lease beyond `latest` is ignored.
///
/// When two PostgreSQL nodes claim at once, the second may get nothing although there is another
/// job; it retries soon.
pub fn claim(
    connection: &mut AnyConnection,
    lease: &Lease,
    now: Timestamp,
    latest: Timestamp,
) -> Result<Option<Job>, StoreError> {
    let others = diesel::alias!(jobs as others);
    let row: Option<Row> = on_either!(connection, c => {
        let next = others
            .filter(is_open())
            .filter(
                others.field(jobs::lease_until).is_null()
                    .or(others.field(jobs::lease_until).le(now))
                    .or(others.field(jobs::lease_until).gt(latest)),
            )
            .left_join(job_turns::table.on(job_turns::organisation_id.eq(others.field(jobs::organisation_id))))
            .order((
                // The databases sort NULL differently.
                job_turns::turn.nullable().is_not_null(),
                job_turns::turn.nullable(),
                others.field(jobs::turns),
                others.field(jobs::id),
            ))
            .select(others.field(jobs::id))
            .limit(1)
            .single_value();
        diesel::update(claimable!(jobs::table.filter(jobs::id.nullable().eq(next)), now, latest))
            .set((
                jobs::state.eq(JobState::InProgress.code()),
                jobs::attempts.eq(jobs::attempts + case_when(jobs::lease_owner.is_not_null(), 1.into_sql::<Integer>()).otherwise(0.into_sql::<Integer>())),
                jobs::turns.eq(jobs::turns + 1),
                jobs::lease_owner.eq(&lease.owner),
                jobs::lease_until.eq(lease.until),
                jobs::started_at.eq(case_when(jobs::started_at.is_null(), Some(now).into_sql::<Nullable<TimestampSql>>()).otherwise(jobs::started_at)),
            ))
            .returning(Row::as_returning())
            .get_result(c)
            .optional()
    })?;
    let job = row.map(Job::try_from).transpose()?;
    if let Some(job) = &job {
        note_turn(connection, job.organisation_id)?;
    }
    Ok(job)
}

/// Moves an organisation to the end of the order. If two nodes do so at once, both may get the same
/// turn, which does no harm.
fn note_turn(connection: &mut AnyConnection, organisation_id: i32) -> Result<(), StoreError> {
    let last: Option<i64> = job_turns::table.select(diesel::dsl::max(job_turns::turn)).first(connection)?;
    let turn = last.unwrap_or_default().saturating_add(1);
    on_either!(connection, c => {
        diesel::insert_into(job_turns::table)
            .values((job_turns::organisation_id.eq(organisation_id), job_turns::turn.eq(turn)))
            .on_conflict(job_turns::organisation_id)
            .do_update()
            .set(job_turns::turn.eq(turn))
            .execute(c)
    })?;
    Ok(())
}

/// Completes a step: `done` records were done before it, `more` are done by it. Renews the lease
/// and resets the attempts. Returns `Overtaken` if the worker no longer holds the job or the job
/// has ended; the step must then be rolled back.
pub fn advance(
    connection: &mut AnyConnection,
    id: JobId,
    lease: &Lease,
    done: i32,
    more: i32,
) -> Result<bool, StoreError> {
    let rows = diesel::update(
        jobs::table
            .find(id.0)
            .filter(jobs::state.eq(JobState::InProgress.code()))
            .filter(jobs::lease_owner.eq(&lease.owner))
            .filter(jobs::records_done.eq(done)),
    )
    .set((jobs::records_done.eq(done.saturating_add(more)), jobs::lease_until.eq(lease.until), jobs::attempts.eq(0)))
    .execute(connection)?;
    Ok(rows == 1)
}

/// Owns its values: only then does diesel keep a multi-row statement prepared.
#[derive(Insertable)]
#[diesel(table_name = job_results, treat_none_as_default_value = false)]
struct ResultRow {
    job_id: i64,
    number: i32,
    code: Cow<'static, str>,
    output: Option<String>,
}

impl ResultRow {
    fn new(job: JobId, RecordResult { number, code, output }: &RecordResult) -> Self {
        Self { job_id: job.0, number: *number, code: code.clone(), output: output.clone() }
    }
}

/// Rows per statement; a chunk has a few times as many.
const ROWS_AT_ONCE: usize = 16;

/// Stores the results of records.
pub fn save_results(connection: &mut AnyConnection, id: JobId, results: &[RecordResult]) -> Result<(), StoreError> {
    let (whole, rest) = results.as_chunks::<ROWS_AT_ONCE>();
    for results in whole {
        // With a fixed number of rows the statement stays prepared.
        let rows = results.each_ref().map(|result| ResultRow::new(id, result));
        on_either!(connection, c => diesel::insert_into(job_results::table).values(rows).execute(c))?;
    }
    let rest = rest.iter().map(|result| ResultRow::new(id, result));
    match connection {
        // A statement for one row stays prepared, too.
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            for row in rest {
                diesel::insert_into(job_results::table).values(row).execute(c)?;
            }
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            diesel::insert_into(job_results::table).values(rest.collect::<Vec<_>>()).execute(c)?;
        }
    }
    Ok(())
}

/// Releases the job. Nobody may claim it before `not_before`; `attempts` is the number of failed
/// attempts.
pub fn release(
    connection: &mut AnyConnection,
    id: JobId,
    owner: &str,
    attempts: i32,
    not_before: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let rows = diesel::update(
        jobs::table.find(id.0).filter(jobs::state.eq(JobState::InProgress.code())).filter(jobs::lease_owner.eq(owner)),
    )
    .set((jobs::lease_owner.eq(None::<String>), jobs::lease_until.eq(not_before), jobs::attempts.eq(attempts)))
    .execute(connection)?;
    Ok(rows == 1)
}

/// Ends the job as its holder.
pub fn finish(
    connection: &mut AnyConnection,
    id: JobId,
    owner: &str,
    outcome: Result<String, String>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (state, counters, reason) = match outcome {
        Ok(counters) => (JobState::Successful, Some(counters), None),
        Err(reason) => (JobState::Failed, None, Some(reason)),
    };
    let rows = diesel::update(
        jobs::table.find(id.0).filter(jobs::state.eq(JobState::InProgress.code())).filter(jobs::lease_owner.eq(owner)),
    )
    .set((
        jobs::state.eq(state.code()),
        jobs::finished_at.eq(Some(now)),
        jobs::lease_owner.eq(None::<String>),
        jobs::lease_until.eq(None::<Timestamp>),
        jobs::counters.eq(counters),
        jobs::rejection_reason.eq(reason),
    ))
    .execute(connection)?;
    Ok(rows == 1)
}

/// Cancels an open job. If a worker holds it, the worker's next step is rolled back. `false` if the
/// job does not exist or had ended.
pub fn cancel(connection: &mut AnyConnection, id: JobId, reason: &str, now: Timestamp) -> Result<bool, StoreError> {
    let rows = diesel::update(
        jobs::table
            .find(id.0)
            .filter(jobs::state.eq(JobState::Waiting.code()).or(jobs::state.eq(JobState::InProgress.code()))),
    )
    .set((
        jobs::state.eq(JobState::Cancelled.code()),
        jobs::finished_at.eq(Some(now)),
        jobs::lease_owner.eq(None::<String>),
        jobs::lease_until.eq(None::<Timestamp>),
        jobs::rejection_reason.eq(Some(reason)),
    ))
    .execute(connection)?;
    Ok(rows == 1)
}
