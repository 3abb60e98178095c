//! Achievements: learning events that awarding organisations maintain, with the columns that only
//! they need.

pub mod steps;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::dialect::on_either;
use super::events::{NewRow, Row};
use super::schema::{achievement_steps, learning_events};
use super::values::StoredDate;
use super::{AnyConnection, StoreError};
use crate::model::{Achievement, SubmissionType, Ukprn, Uln};

/// Rows per statement, below the databases' limits on bound values.
#[cfg(feature = "postgres")]
const ROWS_AT_ONCE: usize = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = learning_events)]
struct OwnRow {
    withdrawn_from: Option<String>,
    submitted_provider_ukprn: Option<String>,
    mis_identifier: Option<String>,
    action_date: Option<NaiveDate>,
    action_reason: Option<String>,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = learning_events, treat_none_as_default_value = false, treat_none_as_null = true)]
struct NewOwnRow<'a> {
    withdrawn_from: Option<&'a str>,
    submitted_provider_ukprn: &'a str,
    mis_identifier: Option<&'a str>,
    action_date: Option<StoredDate>,
    action_reason: Option<&'a str>,
}

impl<'a> From<&'a Achievement> for NewOwnRow<'a> {
    fn from(achievement: &'a Achievement) -> Self {
        let Achievement { event: _, withdrawn_from, provider_ukprn, mis_identifier, action_date, action_reason } =
            achievement;
        Self {
            withdrawn_from: withdrawn_from.map(SubmissionType::code),
            submitted_provider_ukprn: provider_ukprn,
            mis_identifier: mis_identifier.as_deref(),
            action_date: action_date.map(StoredDate),
            action_reason: action_reason.as_deref(),
        }
    }
}

fn achievement((event, own): (Row, OwnRow)) -> Result<Achievement, StoreError> {
    let withdrawn_from = own.withdrawn_from.map(|code| code.parse()).transpose();
    Ok(Achievement {
        event: event.into(),
        withdrawn_from: withdrawn_from.map_err(|_| StoreError::Corrupt("learning_events.withdrawn_from"))?,
        provider_ukprn: own.submitted_provider_ukprn.unwrap_or_default(),
        mis_identifier: own.mis_identifier,
        action_date: own.action_date,
        action_reason: own.action_reason,
    })
}

/// The events of learners that the awarding organisation maintains. By its name alone, SQLite would
/// read all achievements of the organisation to find those of one learner, because it guesses that
/// both indexes find as many; no index has the expression, so a learner's events are read.
macro_rules! awarded_to {
    ($learner:expr, $awarded_by:expr) => {
        learning_events::table
            .filter($learner)
            .filter(learning_events::awarding_organisation_ukprn.concat("").eq($awarded_by.as_str()))
            .select((Row::as_select(), OwnRow::as_select()))
    };
}

/// The learners' achievements that the awarding organisation maintains, including withdrawn ones,
/// oldest first. On SQLite one query per learner, because that statement stays prepared; preparing
/// one for many learners takes longer than running it.
pub fn of(connection: &mut AnyConnection, ulns: &[Uln], awarded_by: Ukprn) -> Result<Vec<Achievement>, StoreError> {
    let rows: Vec<(Row, OwnRow)> = match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            let mut rows = Vec::new();
            for uln in ulns {
                for row in awarded_to!(learning_events::uln.eq(uln.as_str()), awarded_by).load_iter(c)? {
                    rows.push(row?);
                }
            }
            rows
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            awarded_to!(learning_events::uln.eq_any(ulns.iter().map(Uln::as_str)), awarded_by).load(c)?
        }
    };
    let mut found = rows.into_iter().map(achievement).collect::<Result<Vec<_>, _>>()?;
    found.retain(|achievement| achievement.event.source.is_awarded());
    found.sort_unstable_by_key(|achievement| achievement.event.id);
    Ok(found)
}

/// Adds achievements, numbers them, and returns the numbers. On SQLite row by row, because that
/// statement stays prepared, which beats preparing one for each number of rows. On PostgreSQL the
/// round trip dominates, so the rows travel together.
pub fn insert(connection: &mut AnyConnection, achievements: &[&Achievement]) -> Result<Vec<i32>, StoreError> {
    let mut numbers = Vec::with_capacity(achievements.len());
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            for achievement in achievements {
                let row = (NewRow::from(&achievement.event), NewOwnRow::from(*achievement));
                let added = diesel::insert_into(learning_events::table).values(row).returning(learning_events::id);
                numbers.push(added.get_result::<i32>(c)?);
            }
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            for achievements in achievements.chunks(ROWS_AT_ONCE) {
                let rows: Vec<_> =
                    achievements.iter().map(|each| (NewRow::from(&each.event), NewOwnRow::from(*each))).collect();
                let added = diesel::insert_into(learning_events::table).values(&rows).returning(learning_events::id);
                numbers.extend(added.get_results::<i32>(c)?);
            }
        }
    }
    Ok(numbers)
}

/// Replaces an achievement.
pub fn replace(connection: &mut AnyConnection, achievement: &Achievement) -> Result<(), StoreError> {
    on_either!(connection, c => {
        diesel::update(learning_events::table.find(achievement.event.id))
            .filter(learning_events::uln.eq(achievement.event.uln.as_str()))
            .set((NewRow::from(&achievement.event), NewOwnRow::from(achievement)))
            .execute(c)
    })?;
    Ok(())
}

/// An achievement that the awarding organisation maintains, by the number of its event.
pub fn by_id(connection: &mut AnyConnection, id: i32, awarded_by: Ukprn) -> Result<Option<Achievement>, StoreError> {
    let row: Option<(Row, OwnRow)> = on_either!(connection, c => {
        learning_events::table
            .find(id)
            .filter(learning_events::awarding_organisation_ukprn.eq(awarded_by.as_str()))
            .select((Row::as_select(), OwnRow::as_select()))
            .first(c)
            .optional()
    })?;
    let found = row.map(achievement).transpose()?;
    Ok(found.filter(|achievement| achievement.event.source.is_awarded()))
}

/// The entries of the awarding organisation that wait for a result, those that are expected first
/// at the beginning.
pub fn waiting(connection: &mut AnyConnection, awarded_by: Ukprn, limit: i64) -> Result<Vec<Achievement>, StoreError> {
    let rows: Vec<(Row, OwnRow)> = on_either!(connection, c => {
        learning_events::table
            .filter(learning_events::awarding_organisation_ukprn.eq(awarded_by.as_str()))
            // As the index has it: a bound value would not find it.
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("status = 'P' AND grade IS NULL"))
            .order((learning_events::achievement_award_date, learning_events::id))
            .limit(limit)
            .select((Row::as_select(), OwnRow::as_select()))
            .load(c)
    })?;
    awarded(rows)
}

/// What began as an entry of the awarding organisation and has a result now, the newest entry
/// first.
pub fn completed(
    connection: &mut AnyConnection,
    awarded_by: Ukprn,
    limit: i64,
) -> Result<Vec<Achievement>, StoreError> {
    let rows: Vec<(Row, OwnRow)> = on_either!(connection, c => {
        let began = achievement_steps::table
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("number = 0 AND achievement_steps.grade IS NULL"))
            .select(achievement_steps::event_id);
        learning_events::table
            .filter(learning_events::awarding_organisation_ukprn.eq(awarded_by.as_str()))
            .filter(learning_events::id.eq_any(began))
            .filter(learning_events::grade.is_not_null())
            .order(learning_events::id.desc())
            .limit(limit)
            .select((Row::as_select(), OwnRow::as_select()))
            .load(c)
    })?;
    awarded(rows)
}

fn awarded(rows: Vec<(Row, OwnRow)>) -> Result<Vec<Achievement>, StoreError> {
    let mut found = rows.into_iter().map(achievement).collect::<Result<Vec<_>, _>>()?;
    found.retain(|achievement| achievement.event.source.is_awarded());
    Ok(found)
}

/// The achievements that the awarding organisation maintains, the newest first, from below this
/// number on.
pub fn newest(
    connection: &mut AnyConnection,
    awarded_by: Ukprn,
    before: Option<i32>,
    limit: i64,
) -> Result<Vec<Achievement>, StoreError> {
    let rows: Vec<(Row, OwnRow)> = on_either!(connection, c => {
        learning_events::table
            .filter(learning_events::awarding_organisation_ukprn.eq(awarded_by.as_str()))
            .filter(learning_events::id.lt(before.unwrap_or(i32::MAX)))
            .order(learning_events::id.desc())
            .limit(limit)
            .select((Row::as_select(), OwnRow::as_select()))
            .load(c)
    })?;
    awarded(rows)
}
