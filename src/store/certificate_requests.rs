//! The certificates that organisations ask for, until they are signed and after.

use diesel::prelude::*;

use super::dialect::on_either;
use super::schema::{certificate_requests, certificates};
use super::{AnyConnection, StoreError};
use crate::model::{Fingerprint, Timestamp};

/// A request as it is stored.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = certificate_requests)]
pub struct RequestRow {
    /// Its number.
    pub id: i32,
    /// Whose it is.
    pub organisation_id: i32,
    /// The SHA-256 of its public key.
    pub key_hash: String,
    /// The kind of its key, for display.
    pub key_kind: String,
    /// The request, as PEM.
    pub request: String,
    /// When it came (UTC).
    pub asked_at: Timestamp,
    /// The fingerprint of its certificate, once it is signed.
    pub fingerprint: Option<String>,
    /// Its certificate, as PEM.
    pub certificate: Option<String>,
}

/// A new request.
#[derive(Clone, Insertable)]
#[diesel(table_name = certificate_requests)]
pub struct NewRequestRow {
    /// Whose it is.
    pub organisation_id: i32,
    /// The SHA-256 of its public key.
    pub key_hash: String,
    /// The kind of its key, for display.
    pub key_kind: String,
    /// The request, as PEM.
    pub request: String,
    /// Now (UTC).
    pub asked_at: Timestamp,
}

/// All requests that wait for a signature, oldest first.
pub fn waiting(connection: &mut AnyConnection) -> Result<Vec<RequestRow>, StoreError> {
    Ok(certificate_requests::table
        .filter(certificate_requests::fingerprint.is_null())
        .order(certificate_requests::id)
        .select(RequestRow::as_select())
        .load(connection)?)
}

/// All requests of an organisation, oldest first.
pub fn of_organisation(connection: &mut AnyConnection, organisation_id: i32) -> Result<Vec<RequestRow>, StoreError> {
    Ok(certificate_requests::table
        .filter(certificate_requests::organisation_id.eq(organisation_id))
        .order(certificate_requests::id)
        .select(RequestRow::as_select())
        .load(connection)?)
}

/// Whether a key is a certificate's, or another request's.
pub fn is_key_known(connection: &mut AnyConnection, key: Fingerprint) -> Result<bool, StoreError> {
    let key = key.to_string();
    let of_certificates: i64 =
        certificates::table.filter(certificates::key_hash.eq(&key)).count().get_result(connection)?;
    let of_requests: i64 =
        certificate_requests::table.filter(certificate_requests::key_hash.eq(&key)).count().get_result(connection)?;
    Ok(of_certificates + of_requests > 0)
}

/// Adds a request. `false` if its key was asked for in the meantime.
pub fn insert(connection: &mut AnyConnection, new: &NewRequestRow) -> Result<bool, StoreError> {
    let added = on_either!(connection, c => {
        diesel::insert_into(certificate_requests::table).values(new).on_conflict_do_nothing().execute(c)?
    });
    Ok(added > 0)
}

/// Deletes what an organisation asked for and was not signed. `false` if there is none.
pub fn withdraw(connection: &mut AnyConnection, organisation_id: i32) -> Result<bool, StoreError> {
    let waiting = certificate_requests::table
        .filter(certificate_requests::organisation_id.eq(organisation_id))
        .filter(certificate_requests::fingerprint.is_null());
    Ok(diesel::delete(waiting).execute(connection)? > 0)
}

/// Notes the certificate of a request that waits for it; `false` if it waits no longer.
pub fn sign(
    connection: &mut AnyConnection,
    id: i32,
    fingerprint: Fingerprint,
    certificate: &str,
) -> Result<bool, StoreError> {
    let waiting = certificate_requests::table.find(id).filter(certificate_requests::fingerprint.is_null());
    let signed = diesel::update(waiting)
        .set((
            certificate_requests::fingerprint.eq(fingerprint.to_string()),
            certificate_requests::certificate.eq(certificate),
        ))
        .execute(connection)?;
    Ok(signed > 0)
}
