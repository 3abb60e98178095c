//! The users of an organisation: those whose accounts belong to it.

use diesel::prelude::*;

use super::super::schema::{accounts, audit, memberships};
use super::super::{AnyConnection, StoreError};
use super::{MembershipRow, StoredAccount};
use crate::model::Timestamp;

/// The name that stands in [`MembershipRow::roles`] for a super user.
const SUPER_USER: &str = "super-user";

/// The users of an organisation, by family name.
pub fn of_organisation(
    connection: &mut AnyConnection,
    organisation_id: i32,
) -> Result<Vec<(StoredAccount, MembershipRow)>, StoreError> {
    Ok(accounts::table
        .inner_join(memberships::table.on(memberships::account_id.eq(accounts::id)))
        .filter(memberships::organisation_id.eq(organisation_id))
        .order((accounts::family_name, accounts::given_name, accounts::id))
        .select((StoredAccount::as_select(), MembershipRow::as_select()))
        .load(connection)?)
}

/// A user of an organisation.
pub fn user(
    connection: &mut AnyConnection,
    organisation_id: i32,
    account_id: i32,
) -> Result<Option<(StoredAccount, MembershipRow)>, StoreError> {
    Ok(accounts::table
        .inner_join(memberships::table.on(memberships::account_id.eq(accounts::id)))
        .filter(memberships::organisation_id.eq(organisation_id))
        .filter(accounts::id.eq(account_id))
        .select((StoredAccount::as_select(), MembershipRow::as_select()))
        .first(connection)
        .optional()?)
}

/// The number of super users of an organisation who can sign in, without this one.
pub fn other_super_users(
    connection: &mut AnyConnection,
    organisation_id: i32,
    account_id: i32,
) -> Result<i64, StoreError> {
    let roles: Vec<String> = memberships::table
        .inner_join(accounts::table.on(memberships::account_id.eq(accounts::id)))
        .filter(memberships::organisation_id.eq(organisation_id))
        .filter(memberships::account_id.ne(account_id))
        .filter(memberships::suspended.eq(false))
        .filter(accounts::password_hash.is_not_null())
        .filter(accounts::locked_at.is_null())
        .select(memberships::roles)
        .load(connection)?;
    let count = roles.iter().filter(|roles| roles.split(',').any(|role| role == SUPER_USER)).count();
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Sets the roles of a user in an organisation.
pub fn set_roles(
    connection: &mut AnyConnection,
    organisation_id: i32,
    account_id: i32,
    roles: &str,
) -> Result<(), StoreError> {
    diesel::update(memberships::table.find((account_id, organisation_id)))
        .set(memberships::roles.eq(roles))
        .execute(connection)?;
    Ok(())
}

/// Suspends or reinstates a user in an organisation.
pub fn set_suspended(
    connection: &mut AnyConnection,
    organisation_id: i32,
    account_id: i32,
    suspended: bool,
) -> Result<(), StoreError> {
    diesel::update(memberships::table.find((account_id, organisation_id)))
        .set(memberships::suspended.eq(suspended))
        .execute(connection)?;
    Ok(())
}

/// Sets the organisation's own number for a user.
pub fn set_staff_reference(
    connection: &mut AnyConnection,
    organisation_id: i32,
    account_id: i32,
    reference: Option<&str>,
) -> Result<(), StoreError> {
    diesel::update(memberships::table.find((account_id, organisation_id)))
        .set(memberships::staff_reference.eq(reference))
        .execute(connection)?;
    Ok(())
}

/// Removes a user from an organisation.
pub fn leave(connection: &mut AnyConnection, organisation_id: i32, account_id: i32) -> Result<(), StoreError> {
    diesel::delete(memberships::table.find((account_id, organisation_id))).execute(connection)?;
    Ok(())
}

/// Sets the names and the telephone number of an account.
pub fn set_details(
    connection: &mut AnyConnection,
    account_id: i32,
    given_name: &str,
    family_name: &str,
    telephone: Option<&str>,
) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(account_id))
        .set((
            accounts::given_name.eq(given_name),
            accounts::family_name.eq(family_name),
            accounts::telephone.eq(telephone),
        ))
        .execute(connection)?;
    Ok(())
}

/// Takes the password away, so that only a link leads back.
pub fn forget_password(connection: &mut AnyConnection, account_id: i32) -> Result<(), StoreError> {
    let none: Option<String> = None;
    diesel::update(accounts::table.find(account_id)).set(accounts::password_hash.eq(none)).execute(connection)?;
    Ok(())
}

/// Takes the second factor away, and the passkeys.
pub fn forget_factor(connection: &mut AnyConnection, account_id: i32) -> Result<(), StoreError> {
    super::passkeys::remove_all(connection, account_id)?;
    let none: Option<String> = None;
    diesel::update(accounts::table.find(account_id)).set(accounts::totp_secret.eq(none)).execute(connection)?;
    Ok(())
}

/// Unlocks an account, and starts its counts again.
pub fn unlock(connection: &mut AnyConnection, account_id: i32) -> Result<(), StoreError> {
    let none: Option<Timestamp> = None;
    diesel::update(accounts::table.find(account_id))
        .set((accounts::locked_at.eq(none), accounts::wrong_passwords.eq(0), accounts::wrong_codes.eq(0)))
        .execute(connection)?;
    Ok(())
}

/// An audit line about a user: what was done by the user for the organisation, and what was done
/// with the account.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Activity {
    /// When (UTC).
    pub at: Timestamp,
    /// The action, as stored in the trail.
    pub action: String,
    /// The outcome.
    pub outcome: String,
    /// Who did it.
    pub user_name: String,
    /// The account that did it; another one, or none for an operator, did it to this account.
    pub account_id: Option<i32>,
}

/// The number of lines about a user since `since`, and a page of them, newest first. Lines of the
/// user's work for other organisations are left out.
pub fn activity(
    connection: &mut AnyConnection,
    organisation_id: i32,
    account_id: i32,
    since: Timestamp,
    offset: i64,
    limit: i64,
) -> Result<(i64, Vec<Activity>), StoreError> {
    let of_organisation = || audit::organisation_id.eq(organisation_id).or(audit::organisation_id.is_null());
    let by_or_about = || audit::account_id.eq(account_id).or(audit::about_account_id.eq(account_id));
    let total = audit::table
        .filter(by_or_about())
        .filter(of_organisation())
        .filter(audit::at.ge(since))
        .count()
        .get_result(connection)?;
    let lines = audit::table
        .filter(by_or_about())
        .filter(of_organisation())
        .filter(audit::at.ge(since))
        .order((audit::at.desc(), audit::id.desc()))
        .offset(offset)
        .limit(limit)
        .select((audit::at, audit::action, audit::outcome, audit::user_name, audit::account_id))
        .load(connection)?;
    Ok((total, lines))
}
