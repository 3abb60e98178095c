//! Values that the pages of a session keep between two requests.

use diesel::prelude::*;

use super::schema::kept_values;
use super::{AnyConnection, StoreError};
use crate::model::Timestamp;

/// A value to keep.
#[derive(Clone, Insertable)]
#[diesel(table_name = kept_values)]
pub struct KeptValue {
    /// The random handle by which it is found again.
    pub handle: String,
    /// The session that it belongs to.
    pub session_id: i32,
    /// What it is.
    pub kind: String,
    /// The value, as JSON.
    pub value: String,
    /// When it was kept (UTC).
    pub kept_at: Timestamp,
}

/// Keeps a value, and deletes the oldest of the session beyond `most`.
pub fn keep(connection: &mut AnyConnection, value: &KeptValue, most: i64) -> Result<(), StoreError> {
    diesel::insert_into(kept_values::table).values(value).execute(connection)?;
    let old: Vec<String> = kept_values::table
        .filter(kept_values::session_id.eq(value.session_id))
        .order((kept_values::kept_at.desc(), kept_values::handle))
        .offset(most)
        .limit(most)
        .select(kept_values::handle)
        .load(connection)?;
    diesel::delete(kept_values::table.filter(kept_values::handle.eq_any(old))).execute(connection)?;
    Ok(())
}

/// The value of a session with this handle, if it is of this kind.
pub fn find(
    connection: &mut AnyConnection,
    session_id: i32,
    handle: &str,
    kind: &str,
) -> Result<Option<String>, StoreError> {
    Ok(kept_values::table
        .find(handle)
        .filter(kept_values::session_id.eq(session_id))
        .filter(kept_values::kind.eq(kind))
        .select(kept_values::value)
        .first(connection)
        .optional()?)
}

/// Replaces the value of a session with this handle, if it is still there.
pub fn replace(
    connection: &mut AnyConnection,
    session_id: i32,
    handle: &str,
    kind: &str,
    value: &str,
) -> Result<bool, StoreError> {
    let found = kept_values::table
        .find(handle)
        .filter(kept_values::session_id.eq(session_id))
        .filter(kept_values::kind.eq(kind));
    Ok(diesel::update(found).set(kept_values::value.eq(value)).execute(connection)? > 0)
}
