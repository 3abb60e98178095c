//! Accounts of people, and the organisations that each belongs to. What else hangs on an account
//! stands beside: sessions, links and recovery codes, and the users of an organisation.

pub mod links;
pub mod passkeys;
pub mod sessions;
pub mod users;

use diesel::prelude::*;

use super::schema::{account_passwords, accounts, memberships};
use super::{AnyConnection, StoreError};
use crate::model::Timestamp;

/// An account as it is stored.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct StoredAccount {
    /// The internal number.
    pub id: i32,
    /// E-mail address, as it was typed.
    pub email: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Telephone number.
    pub telephone: Option<String>,
    /// The argon2id hash of the password in PHC form; without one nobody can sign in.
    pub password_hash: Option<String>,
    /// When the password was set (UTC).
    pub password_set_at: Option<Timestamp>,
    /// The secret of the second factor in base32.
    pub totp_secret: Option<String>,
    /// The last time step whose code was used.
    pub totp_step: i64,
    /// Consecutive wrong codes.
    pub wrong_codes: i32,
    /// When it was locked (UTC).
    pub locked_at: Option<Timestamp>,
    /// When the user agreement was accepted (UTC).
    pub agreed_at: Option<Timestamp>,
    /// The last sign-in (UTC), or a later reinstatement.
    pub active_at: Timestamp,
}

impl StoredAccount {
    /// Given and family name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }
}

/// An account to add.
#[derive(Clone, Insertable)]
#[diesel(table_name = accounts)]
pub struct NewRow {
    /// E-mail address, as it was typed.
    pub email: String,
    /// The address in lower case.
    pub email_key: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Telephone number.
    pub telephone: Option<String>,
    /// The hash of the password.
    pub password_hash: Option<String>,
    /// When the password was set (UTC).
    pub password_set_at: Option<Timestamp>,
    /// The secret of the second factor in base32.
    pub totp_secret: Option<String>,
    /// When the user agreement was accepted (UTC).
    pub agreed_at: Option<Timestamp>,
    /// The time of creation (UTC), from which inactivity is counted.
    pub active_at: Timestamp,
    /// The time of creation (UTC).
    pub created_at: Timestamp,
}

/// What an account may do in an organisation.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = memberships)]
pub struct MembershipRow {
    /// The account.
    pub account_id: i32,
    /// The organisation.
    pub organisation_id: i32,
    /// The names of the roles.
    pub roles: String,
    /// Whether access is denied for the time being.
    pub suspended: bool,
    /// The organisation's own number for the person.
    pub staff_reference: Option<String>,
    /// How the person's identity was checked.
    pub identity_check: String,
    /// When the account joined the organisation (UTC).
    pub created_at: Timestamp,
}

/// The account with this address, given in lower case.
pub fn by_email(connection: &mut AnyConnection, key: &str) -> Result<Option<StoredAccount>, StoreError> {
    let found = accounts::table
        .filter(accounts::email_key.eq(key))
        .select(StoredAccount::as_select())
        .first(connection)
        .optional()?;
    Ok(found)
}

/// The account with this number.
pub fn by_id(connection: &mut AnyConnection, id: i32) -> Result<Option<StoredAccount>, StoreError> {
    Ok(accounts::table.find(id).select(StoredAccount::as_select()).first(connection).optional()?)
}

/// Adds an account and returns its internal number. Fails as a duplicate if the address is taken.
pub fn insert(connection: &mut AnyConnection, new: &NewRow) -> Result<i32, StoreError> {
    Ok(diesel::insert_into(accounts::table).values(new).returning(accounts::id).get_result(connection)?)
}

/// Adds an account to an organisation. Fails as a duplicate if it is there already.
pub fn join(connection: &mut AnyConnection, membership: &MembershipRow) -> Result<(), StoreError> {
    diesel::insert_into(memberships::table).values(membership).execute(connection)?;
    Ok(())
}

/// The organisations that an account belongs to.
pub fn memberships_of(connection: &mut AnyConnection, account_id: i32) -> Result<Vec<MembershipRow>, StoreError> {
    Ok(memberships::table
        .filter(memberships::account_id.eq(account_id))
        .order(memberships::organisation_id)
        .select(MembershipRow::as_select())
        .load(connection)?)
}

/// Counts a wrong password, and returns how many there were in a row.
pub fn count_wrong_password(connection: &mut AnyConnection, id: i32) -> Result<i32, StoreError> {
    Ok(diesel::update(accounts::table.find(id))
        .set(accounts::wrong_passwords.eq(accounts::wrong_passwords + 1))
        .returning(accounts::wrong_passwords)
        .get_result(connection)?)
}

/// Starts the count of wrong passwords again.
pub fn forget_wrong_passwords(connection: &mut AnyConnection, id: i32) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(id)).set(accounts::wrong_passwords.eq(0)).execute(connection)?;
    Ok(())
}

/// Counts a wrong code, and returns how many there were in a row.
pub fn count_wrong_code(connection: &mut AnyConnection, id: i32) -> Result<i32, StoreError> {
    Ok(diesel::update(accounts::table.find(id))
        .set(accounts::wrong_codes.eq(accounts::wrong_codes + 1))
        .returning(accounts::wrong_codes)
        .get_result(connection)?)
}

/// Takes the code of a time step. `false` if this one or a later one was taken before, on whichever
/// node.
pub fn take_totp_step(connection: &mut AnyConnection, id: i32, step: i64) -> Result<bool, StoreError> {
    let taken = diesel::update(accounts::table.find(id).filter(accounts::totp_step.lt(step)))
        .set((accounts::totp_step.eq(step), accounts::wrong_codes.eq(0)))
        .execute(connection)?;
    Ok(taken > 0)
}

/// Notes a sign-in.
pub fn note_active(connection: &mut AnyConnection, id: i32, at: Timestamp) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(id)).set(accounts::active_at.eq(at)).execute(connection)?;
    Ok(())
}

/// Locks an account. `false` if it was locked before.
pub fn lock(connection: &mut AnyConnection, id: i32, at: Timestamp) -> Result<bool, StoreError> {
    let locked = diesel::update(accounts::table.find(id).filter(accounts::locked_at.is_null()))
        .set(accounts::locked_at.eq(at))
        .execute(connection)?;
    Ok(locked > 0)
}

/// Sets the password of an account, and unlocks nothing. The earlier one is remembered, with as
/// many more as make `remembered` together.
pub fn set_password(
    connection: &mut AnyConnection,
    id: i32,
    hash: &str,
    at: Timestamp,
    remembered: i64,
) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(id))
        .set((accounts::password_hash.eq(hash), accounts::password_set_at.eq(at), accounts::wrong_passwords.eq(0)))
        .execute(connection)?;
    diesel::insert_into(account_passwords::table)
        .values((
            account_passwords::account_id.eq(id),
            account_passwords::set_at.eq(at),
            account_passwords::password_hash.eq(hash),
        ))
        .execute(connection)?;
    let oldest: Option<Timestamp> = account_passwords::table
        .filter(account_passwords::account_id.eq(id))
        .order(account_passwords::set_at.desc())
        .offset(remembered)
        .select(account_passwords::set_at)
        .first(connection)
        .optional()?;
    if let Some(oldest) = oldest {
        let forgotten = account_passwords::table
            .filter(account_passwords::account_id.eq(id))
            .filter(account_passwords::set_at.le(oldest));
        diesel::delete(forgotten).execute(connection)?;
    }
    Ok(())
}

/// The hashes of the last passwords of an account, the present one among them.
pub fn last_passwords(connection: &mut AnyConnection, id: i32, count: i64) -> Result<Vec<String>, StoreError> {
    Ok(account_passwords::table
        .filter(account_passwords::account_id.eq(id))
        .order(account_passwords::set_at.desc())
        .limit(count)
        .select(account_passwords::password_hash)
        .load(connection)?)
}

/// Sets the second factor of an account, whose code of this time step was used to prove it.
pub fn set_factor(connection: &mut AnyConnection, id: i32, secret: &str, step: i64) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(id))
        .set((accounts::totp_secret.eq(secret), accounts::totp_step.eq(step), accounts::wrong_codes.eq(0)))
        .execute(connection)?;
    Ok(())
}

/// Notes that the user agreement was accepted.
pub fn note_agreement(connection: &mut AnyConnection, id: i32, at: Timestamp) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(id)).set(accounts::agreed_at.eq(at)).execute(connection)?;
    Ok(())
}
