//! Links that work once, by the hash of their token, and recovery codes, by theirs.

use diesel::prelude::*;

use super::super::dialect::on_either;
use super::super::schema::{account_links, recovery_codes};
use super::super::{AnyConnection, StoreError};
use crate::model::Timestamp;

/// A link as it is stored.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = account_links)]
pub struct LinkRow {
    /// The hash of its token.
    pub token_hash: String,
    /// Whose it is.
    pub account_id: i32,
    /// What it is for.
    pub purpose: String,
    /// The hash of the password that was chosen or confirmed on its first page.
    pub password_hash: Option<String>,
    /// The secret of the second factor that its second page offers.
    pub totp_secret: Option<String>,
    /// When it was made (UTC).
    pub created_at: Timestamp,
    /// When it ends (UTC).
    pub expires_at: Timestamp,
}

/// Adds a link, in place of earlier ones for the same purpose.
pub fn insert(connection: &mut AnyConnection, new: &LinkRow) -> Result<(), StoreError> {
    end_purpose(connection, new.account_id, &new.purpose)?;
    diesel::insert_into(account_links::table).values(new).execute(connection)?;
    Ok(())
}

/// The link with this hash, if it has not ended.
pub fn by_token(connection: &mut AnyConnection, hash: &str, now: Timestamp) -> Result<Option<LinkRow>, StoreError> {
    Ok(account_links::table
        .find(hash)
        .filter(account_links::expires_at.gt(now))
        .select(LinkRow::as_select())
        .first(connection)
        .optional()?)
}

/// When the account's last link for this purpose was made, if it has not ended.
pub fn made_at(
    connection: &mut AnyConnection,
    account_id: i32,
    purpose: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    Ok(account_links::table
        .filter(account_links::account_id.eq(account_id))
        .filter(account_links::purpose.eq(purpose))
        .filter(account_links::expires_at.gt(now))
        .select(account_links::created_at)
        .first(connection)
        .optional()?)
}

/// Notes the first page of a link: the password, and the secret that its second page offers.
/// `false` if the link was used up meanwhile.
pub fn note_password(
    connection: &mut AnyConnection,
    hash: &str,
    password_hash: &str,
    totp_secret: &str,
) -> Result<bool, StoreError> {
    let noted = diesel::update(account_links::table.find(hash))
        .set((account_links::password_hash.eq(password_hash), account_links::totp_secret.eq(totp_secret)))
        .execute(connection)?;
    Ok(noted > 0)
}

/// Uses a link up. `false` if somebody else did.
pub fn use_up(connection: &mut AnyConnection, hash: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(account_links::table.find(hash)).execute(connection)? > 0)
}

/// Ends the links of an account for one purpose.
pub fn end_purpose(connection: &mut AnyConnection, account_id: i32, purpose: &str) -> Result<(), StoreError> {
    let of_purpose = account_links::table
        .filter(account_links::account_id.eq(account_id))
        .filter(account_links::purpose.eq(purpose));
    diesel::delete(of_purpose).execute(connection)?;
    Ok(())
}

/// Ends all links of an account.
pub fn end_all(connection: &mut AnyConnection, account_id: i32) -> Result<(), StoreError> {
    diesel::delete(account_links::table.filter(account_links::account_id.eq(account_id))).execute(connection)?;
    Ok(())
}

/// Replaces the recovery codes of an account, given as hashes.
pub fn set_recovery_codes(
    connection: &mut AnyConnection,
    account_id: i32,
    hashes: &[String],
) -> Result<(), StoreError> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(account_id))).execute(connection)?;
    let rows: Vec<_> = hashes
        .iter()
        .map(|hash| (recovery_codes::account_id.eq(account_id), recovery_codes::code_hash.eq(hash)))
        .collect();
    on_either!(connection, c => {
        diesel::insert_into(recovery_codes::table).values(rows).execute(c)?;
    });
    Ok(())
}

/// Uses a recovery code up. `false` if the account has none with this hash.
pub fn use_recovery_code(connection: &mut AnyConnection, account_id: i32, hash: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(recovery_codes::table.find((account_id, hash))).execute(connection)? > 0)
}

/// How many recovery codes an account has left.
pub fn recovery_codes_left(connection: &mut AnyConnection, account_id: i32) -> Result<i64, StoreError> {
    Ok(recovery_codes::table.filter(recovery_codes::account_id.eq(account_id)).count().get_result(connection)?)
}
