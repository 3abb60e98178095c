//! Messages to users that are to be sent. Nodes take them one by one, and a message is deleted once
//! it is sent.

use diesel::prelude::*;

use super::schema::outbox;
use super::{AnyConnection, StoreError};
use crate::model::Timestamp;

/// A message to add.
#[derive(Clone, Insertable)]
#[diesel(table_name = outbox)]
pub struct NewMessage {
    /// The e-mail address to which it goes.
    pub recipient: String,
    /// The name of the user.
    pub name: String,
    /// What is told.
    pub kind: String,
    /// The name of the organisation that it is about.
    pub organisation: Option<String>,
    /// The token of the link in it.
    pub token: Option<String>,
    /// When it may be sent (UTC).
    pub due_at: Timestamp,
    /// When it was written (UTC).
    pub created_at: Timestamp,
}

/// A message as it is stored.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct StoredMessage {
    /// The internal number.
    pub id: i32,
    /// The e-mail address to which it goes.
    pub recipient: String,
    /// The name of the user.
    pub name: String,
    /// What is told.
    pub kind: String,
    /// The name of the organisation that it is about.
    pub organisation: Option<String>,
    /// The token of the link in it.
    pub token: Option<String>,
    /// Attempts to send it, this one included.
    pub attempts: i32,
    /// When it was written (UTC).
    pub created_at: Timestamp,
}

/// Adds a message.
pub fn insert(connection: &mut AnyConnection, new: &NewMessage) -> Result<(), StoreError> {
    diesel::insert_into(outbox::table).values(new).execute(connection)?;
    Ok(())
}

/// Whether a message is due.
pub fn is_any_due(connection: &mut AnyConnection, now: Timestamp) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(outbox::table.filter(outbox::due_at.le(now)))).get_result(connection)?)
}

/// Takes the message that has been due longest, for an attempt to send it: until `until` nobody
/// else takes it.
pub fn take(
    connection: &mut AnyConnection,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<StoredMessage>, StoreError> {
    loop {
        let due: Option<i32> = outbox::table
            .filter(outbox::due_at.le(now))
            .order((outbox::due_at, outbox::id))
            .select(outbox::id)
            .first(connection)
            .optional()?;
        let Some(id) = due else { return Ok(None) };
        let taken = diesel::update(outbox::table.find(id).filter(outbox::due_at.le(now)))
            .set((outbox::due_at.eq(until), outbox::attempts.eq(outbox::attempts + 1)))
            .execute(connection)?;
        // Another node may have been quicker.
        if taken > 0 {
            return Ok(Some(outbox::table.find(id).select(StoredMessage::as_select()).first(connection)?));
        }
    }
}

/// Puts off the next attempt to send a message.
pub fn postpone(connection: &mut AnyConnection, id: i32, until: Timestamp) -> Result<(), StoreError> {
    diesel::update(outbox::table.find(id)).set(outbox::due_at.eq(until)).execute(connection)?;
    Ok(())
}

/// Deletes a message.
pub fn delete(connection: &mut AnyConnection, id: i32) -> Result<(), StoreError> {
    diesel::delete(outbox::table.find(id)).execute(connection)?;
    Ok(())
}

/// The number of messages that are not sent yet.
pub fn count(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    Ok(outbox::table.count().get_result(connection)?)
}
