//! What was done to achievements: steps are added and read, never changed.

use diesel::prelude::*;

#[cfg(feature = "postgres")]
use super::ROWS_AT_ONCE;
use crate::model::AchievementStep;
use crate::store::dialect::on_either;
use crate::store::schema::{achievement_steps, event_versions};
use crate::store::values::{StoredDate, StoredTime};
use crate::store::{AnyConnection, StoreError};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = achievement_steps, treat_none_as_default_value = false)]
struct StepRow {
    event_id: i32,
    number: i32,
    at: StoredTime,
    door: String,
    user_name: String,
    done: String,
    standing: String,
    award_date: Option<StoredDate>,
    grade: Option<String>,
    language: Option<String>,
    action_date: Option<StoredDate>,
    action_reason: Option<String>,
}

impl StepRow {
    fn new(event_id: i32, number: i32, step: &AchievementStep) -> Self {
        let AchievementStep {
            at,
            door,
            user_name,
            done,
            standing,
            award_date,
            grade,
            language,
            action_date,
            action_reason,
        } = step.clone();
        let (door, done, standing) = (door.code().into(), done.code().into(), standing.code().into());
        Self {
            event_id,
            number,
            at: StoredTime(at),
            door,
            user_name,
            done,
            standing,
            award_date: award_date.map(StoredDate),
            grade,
            language,
            action_date: action_date.map(StoredDate),
            action_reason,
        }
    }
}

impl TryFrom<StepRow> for AchievementStep {
    type Error = StoreError;

    fn try_from(row: StepRow) -> Result<Self, StoreError> {
        Ok(Self {
            at: row.at.0,
            door: row.door.parse().map_err(|_| StoreError::Corrupt("achievement_steps.door"))?,
            user_name: row.user_name,
            done: row.done.parse().map_err(|_| StoreError::Corrupt("achievement_steps.done"))?,
            standing: row.standing.parse().map_err(|_| StoreError::Corrupt("achievement_steps.standing"))?,
            award_date: row.award_date.map(|date| date.0),
            grade: row.grade,
            language: row.language,
            action_date: row.action_date.map(|date| date.0),
            action_reason: row.action_reason,
        })
    }
}

/// Adds what was done to achievements: the number of each event, how many steps it has already, and
/// the further ones.
pub fn add<'s>(
    connection: &mut AnyConnection,
    of_events: impl Iterator<Item = (i32, i32, &'s [AchievementStep])>,
) -> Result<(), StoreError> {
    let rows: Vec<StepRow> = of_events
        .flat_map(|(event, before, steps)| (before..).zip(steps).map(move |(number, step)| (event, number, step)))
        .map(|(event, number, step)| StepRow::new(event, number, step))
        .collect();
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            for row in rows {
                diesel::insert_into(achievement_steps::table).values(row).execute(c)?;
            }
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            for rows in rows.chunks(ROWS_AT_ONCE) {
                diesel::insert_into(achievement_steps::table).values(rows).execute(c)?;
            }
        }
    }
    Ok(())
}

/// What was done to an achievement, in order.
pub fn of(connection: &mut AnyConnection, event: i32) -> Result<Vec<AchievementStep>, StoreError> {
    let rows: Vec<StepRow> = on_either!(connection, c => {
        achievement_steps::table
            .filter(achievement_steps::event_id.eq(event))
            .order(achievement_steps::number)
            .select(StepRow::as_select())
            .load(c)
    })?;
    rows.into_iter().map(AchievementStep::try_from).collect()
}

/// How many steps an achievement has.
pub fn count(connection: &mut AnyConnection, event: i32) -> Result<i32, StoreError> {
    let counted: i64 =
        achievement_steps::table.filter(achievement_steps::event_id.eq(event)).count().get_result(connection)?;
    Ok(i32::try_from(counted).unwrap_or(i32::MAX))
}

/// Counts the changes of an achievement, those by decisions about challenges too: who changes it
/// says which count they have seen.
pub fn version(connection: &mut AnyConnection, event: i32) -> Result<i32, StoreError> {
    let corrected: i64 =
        event_versions::table.filter(event_versions::event_id.eq(event)).count().get_result(connection)?;
    Ok(count(connection, event)?.saturating_add(i32::try_from(corrected).unwrap_or(i32::MAX)))
}
