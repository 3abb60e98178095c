//! Sessions, and sign-ins that wait for their second factor: both by the hash of a token, and never
//! the token.

use diesel::prelude::*;

use super::super::schema::{pending_sign_ins, sessions};
use super::super::{AnyConnection, StoreError};
use crate::model::Timestamp;

/// A session as it is stored.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct StoredSession {
    /// The internal number.
    pub id: i32,
    /// Whose it is.
    pub account_id: i32,
    /// The organisation that the user chose.
    pub organisation_id: Option<i32>,
    /// When it began (UTC).
    pub created_at: Timestamp,
    /// When the user was last there (UTC).
    pub seen_at: Timestamp,
    /// When the user last gave the second factor (UTC).
    pub second_factor_at: Timestamp,
}

/// A session to add; it begins now.
#[derive(Clone, Insertable)]
#[diesel(table_name = sessions)]
pub struct NewSession {
    /// The hash of its token.
    pub token_hash: String,
    /// Whose it is.
    pub account_id: i32,
    /// The organisation, if there is only one.
    pub organisation_id: Option<i32>,
    /// Now (UTC).
    pub created_at: Timestamp,
    /// Now (UTC).
    pub seen_at: Timestamp,
    /// Now (UTC).
    pub second_factor_at: Timestamp,
}

/// A sign-in that waits for its second factor.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = pending_sign_ins)]
pub struct PendingRow {
    /// The hash of its token.
    pub token_hash: String,
    /// Whose it is.
    pub account_id: i32,
    /// Wrong codes so far.
    pub wrong_codes: i32,
    /// When it ends (UTC).
    pub expires_at: Timestamp,
}

/// The session with this hash, however old.
pub fn by_token(connection: &mut AnyConnection, hash: &str) -> Result<Option<StoredSession>, StoreError> {
    Ok(sessions::table
        .filter(sessions::token_hash.eq(hash))
        .select(StoredSession::as_select())
        .first(connection)
        .optional()?)
}

/// Adds a session.
pub fn insert(connection: &mut AnyConnection, new: &NewSession) -> Result<(), StoreError> {
    diesel::insert_into(sessions::table).values(new).execute(connection)?;
    Ok(())
}

/// Notes that the user was there. A session that has ended meanwhile stays ended.
pub fn note_seen(connection: &mut AnyConnection, id: i32, at: Timestamp) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(id)).set(sessions::seen_at.eq(at)).execute(connection)?;
    Ok(())
}

/// Notes that the user gave the second factor again.
pub fn note_second_factor(connection: &mut AnyConnection, id: i32, at: Timestamp) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(id)).set(sessions::second_factor_at.eq(at)).execute(connection)?;
    Ok(())
}

/// Sets the organisation for which the user works.
pub fn choose(connection: &mut AnyConnection, id: i32, organisation_id: i32) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(id)).set(sessions::organisation_id.eq(organisation_id)).execute(connection)?;
    Ok(())
}

/// Ends a session.
pub fn end(connection: &mut AnyConnection, id: i32) -> Result<(), StoreError> {
    diesel::delete(sessions::table.find(id)).execute(connection)?;
    Ok(())
}

/// Ends all sessions of an account, and its sign-ins that wait for a second factor.
pub fn end_all(connection: &mut AnyConnection, account_id: i32) -> Result<usize, StoreError> {
    diesel::delete(pending_sign_ins::table.filter(pending_sign_ins::account_id.eq(account_id))).execute(connection)?;
    Ok(diesel::delete(sessions::table.filter(sessions::account_id.eq(account_id))).execute(connection)?)
}

/// Deletes sessions that nobody has used since `idle` or that began before `begun`, and sign-ins
/// that ended before `now`.
pub fn sweep(
    connection: &mut AnyConnection,
    idle: Timestamp,
    begun: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let is_over = sessions::seen_at.lt(idle).or(sessions::created_at.lt(begun));
    diesel::delete(sessions::table.filter(is_over)).execute(connection)?;
    diesel::delete(pending_sign_ins::table.filter(pending_sign_ins::expires_at.lt(now))).execute(connection)?;
    Ok(())
}

/// Adds a sign-in that waits for its second factor.
pub fn insert_pending(connection: &mut AnyConnection, pending: &PendingRow) -> Result<(), StoreError> {
    diesel::insert_into(pending_sign_ins::table).values(pending).execute(connection)?;
    Ok(())
}

/// The waiting sign-in with this hash, however old.
pub fn pending(connection: &mut AnyConnection, hash: &str) -> Result<Option<PendingRow>, StoreError> {
    Ok(pending_sign_ins::table.find(hash).select(PendingRow::as_select()).first(connection).optional()?)
}

/// Counts a wrong code of a waiting sign-in.
pub fn count_wrong_code(connection: &mut AnyConnection, hash: &str) -> Result<(), StoreError> {
    diesel::update(pending_sign_ins::table.find(hash))
        .set(pending_sign_ins::wrong_codes.eq(pending_sign_ins::wrong_codes + 1))
        .execute(connection)?;
    Ok(())
}

/// Ends a waiting sign-in. `false` if somebody else did.
pub fn end_pending(connection: &mut AnyConnection, hash: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(pending_sign_ins::table.find(hash)).execute(connection)? > 0)
}
