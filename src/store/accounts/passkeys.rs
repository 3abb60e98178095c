//! Passkeys of accounts, and the questions for them that wait for an answer.

use diesel::prelude::*;

use super::super::dialect::on_either;
use super::super::schema::{passkeys, pending_sign_ins, sessions};
use super::super::{AnyConnection, StoreError};
use crate::model::Timestamp;

/// A passkey as it is stored.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = passkeys)]
pub struct PasskeyRow {
    /// The internal number.
    pub id: i32,
    /// What the user calls it.
    pub name: String,
    /// The name that the authenticator gave it.
    pub credential: String,
    /// Its public key.
    pub fixed: String,
    /// What changes with its use.
    pub counted: String,
    /// When it was added (UTC).
    pub added_at: Timestamp,
    /// When it was last used (UTC).
    pub used_at: Option<Timestamp>,
}

/// A new passkey.
#[derive(Clone, Insertable)]
#[diesel(table_name = passkeys)]
pub struct NewPasskey {
    /// Whose it is.
    pub account_id: i32,
    /// What the user calls it.
    pub name: String,
    /// The name that the authenticator gave it.
    pub credential: String,
    /// Its public key.
    pub fixed: String,
    /// What changes with its use.
    pub counted: String,
    /// Now (UTC).
    pub added_at: Timestamp,
}

/// The passkeys of an account, oldest first.
pub fn of_account(connection: &mut AnyConnection, account_id: i32) -> Result<Vec<PasskeyRow>, StoreError> {
    Ok(passkeys::table
        .filter(passkeys::account_id.eq(account_id))
        .order(passkeys::id)
        .select(PasskeyRow::as_select())
        .load(connection)?)
}

/// Adds a passkey. `false` if an account has it already.
pub fn insert(connection: &mut AnyConnection, new: &NewPasskey) -> Result<bool, StoreError> {
    let added = on_either!(connection, c => {
        diesel::insert_into(passkeys::table).values(new).on_conflict_do_nothing().execute(c)?
    });
    Ok(added > 0)
}

/// Notes that a passkey was used.
pub fn note_use(connection: &mut AnyConnection, id: i32, counted: &str, at: Timestamp) -> Result<(), StoreError> {
    diesel::update(passkeys::table.find(id))
        .set((passkeys::counted.eq(counted), passkeys::used_at.eq(at)))
        .execute(connection)?;
    Ok(())
}

/// Removes a passkey of an account. `false` if it has none with this number.
pub fn remove(connection: &mut AnyConnection, account_id: i32, id: i32) -> Result<bool, StoreError> {
    let found = passkeys::table.find(id).filter(passkeys::account_id.eq(account_id));
    Ok(diesel::delete(found).execute(connection)? > 0)
}

/// Removes all passkeys of an account.
pub fn remove_all(connection: &mut AnyConnection, account_id: i32) -> Result<(), StoreError> {
    diesel::delete(passkeys::table.filter(passkeys::account_id.eq(account_id))).execute(connection)?;
    Ok(())
}

/// Keeps the question that a session was asked, in place of an earlier one.
pub fn ask_session(connection: &mut AnyConnection, id: i32, question: &str) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(id)).set(sessions::passkey_question.eq(question)).execute(connection)?;
    Ok(())
}

/// Takes the question that a session was asked: nobody gets it a second time.
pub fn take_of_session(connection: &mut AnyConnection, id: i32) -> Result<Option<String>, StoreError> {
    let asked: Option<Option<String>> =
        sessions::table.find(id).select(sessions::passkey_question).first(connection).optional()?;
    let Some(question) = asked.flatten() else { return Ok(None) };
    let none: Option<String> = None;
    let still = sessions::table.find(id).filter(sessions::passkey_question.eq(&question));
    let taken = diesel::update(still).set(sessions::passkey_question.eq(none)).execute(connection)?;
    Ok((taken > 0).then_some(question))
}

/// Keeps the question that a waiting sign-in was asked, in place of an earlier one.
pub fn ask_pending(connection: &mut AnyConnection, hash: &str, question: &str) -> Result<(), StoreError> {
    diesel::update(pending_sign_ins::table.find(hash))
        .set(pending_sign_ins::passkey_question.eq(question))
        .execute(connection)?;
    Ok(())
}

/// Takes the question that a waiting sign-in was asked: nobody gets it a second time.
pub fn take_of_pending(connection: &mut AnyConnection, hash: &str) -> Result<Option<String>, StoreError> {
    let asked: Option<Option<String>> =
        pending_sign_ins::table.find(hash).select(pending_sign_ins::passkey_question).first(connection).optional()?;
    let Some(question) = asked.flatten() else { return Ok(None) };
    let none: Option<String> = None;
    let still = pending_sign_ins::table.find(hash).filter(pending_sign_ins::passkey_question.eq(&question));
    let taken = diesel::update(still).set(pending_sign_ins::passkey_question.eq(none)).execute(connection)?;
    Ok((taken > 0).then_some(question))
}
