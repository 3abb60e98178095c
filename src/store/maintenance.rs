//! Planned maintenance. Every change increments the registry's change number, by which all nodes
//! notice it.

use diesel::prelude::*;

use super::organisations::count_change;
use super::schema::maintenance_windows;
use super::{AnyConnection, StoreError};
use crate::model::{MaintenanceWindow, Timestamp};

#[derive(Queryable, Selectable)]
#[diesel(table_name = maintenance_windows)]
struct WindowRow {
    number: i32,
    starts_at: Timestamp,
    ends_at: Timestamp,
    affects: String,
    explanation: String,
    planned_at: Timestamp,
    cancelled_at: Option<Timestamp>,
}

impl TryFrom<WindowRow> for MaintenanceWindow {
    type Error = StoreError;

    fn try_from(row: WindowRow) -> Result<Self, StoreError> {
        let WindowRow { number, starts_at, ends_at, affects, explanation, planned_at, cancelled_at } = row;
        let affects = affects.parse().map_err(|_| StoreError::Corrupt("maintenance_windows.affects"))?;
        Ok(Self { number, starts_at, ends_at, affects, explanation, planned_at, cancelled_at })
    }
}

/// Begins a change of the plan. Until the transaction ends, no other changes the plan.
pub fn begin(connection: &mut AnyConnection) -> Result<(), StoreError> {
    // The update locks the row of the change number, on PostgreSQL for other nodes, too.
    count_change(connection)
}

/// The windows that end, or would have ended, after this time; by start.
pub fn ending_after(connection: &mut AnyConnection, time: Timestamp) -> Result<Vec<MaintenanceWindow>, StoreError> {
    let rows = maintenance_windows::table
        .filter(maintenance_windows::ends_at.gt(time))
        .order((maintenance_windows::starts_at, maintenance_windows::number))
        .select(WindowRow::as_select())
        .load(connection)?;
    rows.into_iter().map(MaintenanceWindow::try_from).collect()
}

/// The window with this number.
pub fn find(connection: &mut AnyConnection, number: i32) -> Result<Option<MaintenanceWindow>, StoreError> {
    let row = maintenance_windows::table.find(number).select(WindowRow::as_select()).first(connection).optional()?;
    row.map(MaintenanceWindow::try_from).transpose()
}

/// Adds a window and returns its number; the number in it is not used.
pub fn insert(connection: &mut AnyConnection, window: &MaintenanceWindow) -> Result<i32, StoreError> {
    Ok(diesel::insert_into(maintenance_windows::table)
        .values((
            maintenance_windows::starts_at.eq(window.starts_at),
            maintenance_windows::ends_at.eq(window.ends_at),
            maintenance_windows::affects.eq(window.affects.code()),
            maintenance_windows::explanation.eq(&window.explanation),
            maintenance_windows::planned_at.eq(window.planned_at),
        ))
        .returning(maintenance_windows::number)
        .get_result(connection)?)
}

/// Cancels a window.
pub fn cancel(connection: &mut AnyConnection, number: i32, at: Timestamp) -> Result<(), StoreError> {
    diesel::update(maintenance_windows::table.find(number))
        .set(maintenance_windows::cancelled_at.eq(at))
        .execute(connection)?;
    Ok(())
}
