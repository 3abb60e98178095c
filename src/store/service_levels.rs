//! What the service measures about its own availability: minutes of uptime, and calls by day and
//! function.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::dialect::on_either;
use super::schema::{service_days, service_minutes};
use super::{AnyConnection, StoreError};
use crate::model::Timestamp;

/// The calls of a function on one day.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = service_days)]
pub struct FunctionDay {
    /// The day (London).
    pub day: NaiveDate,
    /// The operation.
    pub function: String,
    /// Calls that were answered.
    pub answered: i64,
    /// Calls that failed inside the service.
    pub failed: i64,
    /// Minutes in which every call failed.
    pub failed_minutes: i64,
}

/// Records that the service was up in a minute. Several nodes may do so; the minute counts as
/// maintenance only if all of them say so.
pub fn note_minute(connection: &mut AnyConnection, minute: Timestamp, maintenance: bool) -> Result<(), StoreError> {
    let row = (service_minutes::minute.eq(minute), service_minutes::maintenance.eq(maintenance));
    on_either!(connection, c => {
        diesel::insert_into(service_minutes::table).values(row).on_conflict_do_nothing().execute(c)?;
    });
    if !maintenance {
        diesel::update(service_minutes::table.find(minute))
            .set(service_minutes::maintenance.eq(false))
            .execute(connection)?;
    }
    Ok(())
}

/// Adds to the calls of this day and function.
pub fn add_calls(connection: &mut AnyConnection, calls: &FunctionDay) -> Result<(), StoreError> {
    on_either!(connection, c => {
        diesel::insert_into(service_days::table)
            .values(calls)
            .on_conflict((service_days::day, service_days::function))
            .do_update()
            .set((
                service_days::answered.eq(service_days::answered + calls.answered),
                service_days::failed.eq(service_days::failed + calls.failed),
                service_days::failed_minutes.eq(service_days::failed_minutes + calls.failed_minutes),
            ))
            .execute(c)?;
    });
    Ok(())
}

/// The minutes in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minutes {
    /// The first minute ever recorded, up to the end of the period.
    pub first_ever: Option<Timestamp>,
    /// Minutes in which the service was up and not in maintenance.
    pub up: i64,
    /// Minutes of maintenance.
    pub maintenance: i64,
}

/// The minutes in a period, excluding its end.
pub fn minutes(connection: &mut AnyConnection, from: Timestamp, until: Timestamp) -> Result<Minutes, StoreError> {
    let first_ever = service_minutes::table.select(diesel::dsl::min(service_minutes::minute)).get_result(connection)?;
    let mut count = |maintenance: bool| -> Result<i64, StoreError> {
        Ok(service_minutes::table
            .filter(service_minutes::minute.ge(from))
            .filter(service_minutes::minute.lt(until))
            .filter(service_minutes::maintenance.eq(maintenance))
            .count()
            .get_result(connection)?)
    };
    Ok(Minutes { first_ever, up: count(false)?, maintenance: count(true)? })
}

/// The calls in a period, excluding its end, by function and day.
pub fn days(connection: &mut AnyConnection, from: NaiveDate, until: NaiveDate) -> Result<Vec<FunctionDay>, StoreError> {
    Ok(service_days::table
        .filter(service_days::day.ge(from))
        .filter(service_days::day.lt(until))
        .order((service_days::function, service_days::day))
        .select(FunctionDay::as_select())
        .load(connection)?)
}
