//! Organisations and the certificates that may act for them. Every change increments the registry's
//! change number, by which other nodes notice it.

use diesel::prelude::*;

use super::dialect::on_either;
use super::schema::{certificate_organisations, certificates, organisations, registry_changes};
use super::{AnyConnection, StoreError};
use crate::model::{Fingerprint, Organisation, Peer, Permissions, Timestamp};

#[derive(Queryable, Selectable)]
#[diesel(table_name = organisations)]
struct OrganisationRow {
    id: i32,
    ukprn: String,
    org_ref: String,
    name: String,
    learner_registration_body: bool,
    awarding_organisation: bool,
    active: bool,
    permissions: String,
    password_hash: Option<String>,
}

impl TryFrom<OrganisationRow> for Organisation {
    type Error = StoreError;

    fn try_from(row: OrganisationRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            ukprn: row.ukprn.parse().map_err(|_| StoreError::Corrupt("organisations.ukprn"))?,
            org_ref: row.org_ref.parse().map_err(|_| StoreError::Corrupt("organisations.org_ref"))?,
            name: row.name,
            learner_registration_body: row.learner_registration_body,
            awarding_organisation: row.awarding_organisation,
            active: row.active,
            permissions: row.permissions.parse().map_err(|_| StoreError::Corrupt("organisations.permissions"))?,
            password_hash: row.password_hash,
        })
    }
}

/// A registered client certificate.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// SHA-256 of its DER form.
    pub fingerprint: Fingerprint,
    /// Its subject, for display.
    pub subject: String,
    /// When it expires (UTC).
    pub not_after: Timestamp,
    /// When it was registered (UTC).
    pub registered_at: Timestamp,
    /// When it was revoked here (UTC).
    pub revoked_at: Option<Timestamp>,
    /// How many days ahead of its end its organisations were told last.
    pub warned_days: Option<i32>,
    /// The internal numbers of the organisations that it may act for.
    pub organisations: Vec<i32>,
}

/// The number of changes of organisations and certificates so far.
pub fn change_number(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    Ok(on_either!(connection, c => registry_changes::table.find(1).select(registry_changes::number).get_result(c))?)
}

/// Counts a change of organisations or certificates, so that every node reloads them.
pub(super) fn count_change(connection: &mut AnyConnection) -> Result<(), StoreError> {
    diesel::update(registry_changes::table.find(1))
        .set(registry_changes::number.eq(registry_changes::number + 1))
        .execute(connection)?;
    Ok(())
}

/// All organisations, by UKPRN.
pub fn all(connection: &mut AnyConnection) -> Result<Vec<Organisation>, StoreError> {
    let rows = organisations::table
        .order(organisations::ukprn)
        .select((
            organisations::id,
            organisations::ukprn,
            organisations::org_ref,
            organisations::name,
            organisations::learner_registration_body,
            organisations::awarding_organisation,
            organisations::active,
            organisations::permissions,
            organisations::password_hash,
        ))
        .load::<OrganisationRow>(connection)?;
    rows.into_iter().map(Organisation::try_from).collect()
}

/// All certificates with their organisations, by time of registration.
pub fn all_certificates(connection: &mut AnyConnection) -> Result<Vec<Certificate>, StoreError> {
    let pairs: Vec<(String, i32)> = certificate_organisations::table
        .order((certificate_organisations::fingerprint, certificate_organisations::organisation_id))
        .load(connection)?;
    type Row = (String, String, Timestamp, Timestamp, Option<Timestamp>, Option<i32>);
    let rows: Vec<Row> = certificates::table
        .order((certificates::registered_at, certificates::fingerprint))
        .select((
            certificates::fingerprint,
            certificates::subject,
            certificates::not_after,
            certificates::registered_at,
            certificates::revoked_at,
            certificates::warned_days,
        ))
        .load(connection)?;
    rows.into_iter()
        .map(|(fingerprint, subject, not_after, registered_at, revoked_at, warned_days)| {
            let first = pairs.partition_point(|(other, _)| *other < fingerprint);
            let organisations =
                pairs.iter().skip(first).take_while(|(other, _)| *other == fingerprint).map(|(_, id)| *id).collect();
            let fingerprint = fingerprint.parse().map_err(|_| StoreError::Corrupt("certificates.fingerprint"))?;
            Ok(Certificate { fingerprint, subject, not_after, registered_at, revoked_at, warned_days, organisations })
        })
        .collect()
}

/// Records that the organisations of a certificate are told so many days ahead of its end; `false`
/// if they were told, or it was revoked.
pub fn note_warning(connection: &mut AnyConnection, certificate: Fingerprint, days: i32) -> Result<bool, StoreError> {
    let untold = certificates::warned_days.is_null().or(certificates::warned_days.gt(days));
    let noted = diesel::update(certificates::table)
        .filter(certificates::fingerprint.eq(certificate.to_string()))
        .filter(certificates::revoked_at.is_null())
        .filter(untold)
        .set(certificates::warned_days.eq(days))
        .execute(connection)?;
    Ok(noted > 0)
}

/// Adds an organisation and returns its internal number. Fails as a duplicate if UKPRN or reference
/// is taken.
pub fn insert(connection: &mut AnyConnection, new: &Organisation, at: Timestamp) -> Result<i32, StoreError> {
    let id = diesel::insert_into(organisations::table)
        .values((
            organisations::ukprn.eq(new.ukprn.as_str()),
            organisations::org_ref.eq(new.org_ref.as_str()),
            organisations::name.eq(&new.name),
            organisations::learner_registration_body.eq(new.learner_registration_body),
            organisations::awarding_organisation.eq(new.awarding_organisation),
            organisations::active.eq(new.active),
            organisations::permissions.eq(new.permissions.to_string()),
            organisations::password_hash.eq(new.password_hash.as_deref()),
            organisations::created_at.eq(at),
            organisations::updated_at.eq(at),
        ))
        .returning(organisations::id)
        .get_result(connection)?;
    count_change(connection)?;
    Ok(id)
}

/// Sets the hash of an organisation's password.
pub fn set_password_hash(connection: &mut AnyConnection, id: i32, hash: &str, at: Timestamp) -> Result<(), StoreError> {
    diesel::update(organisations::table.find(id))
        .set((organisations::password_hash.eq(hash), organisations::updated_at.eq(at)))
        .execute(connection)?;
    count_change(connection)
}

/// Sets an organisation's permissions, and whether it may call at all.
pub fn set_rights(
    connection: &mut AnyConnection,
    id: i32,
    permissions: Permissions,
    active: bool,
    at: Timestamp,
) -> Result<(), StoreError> {
    diesel::update(organisations::table.find(id))
        .set((
            organisations::permissions.eq(permissions.to_string()),
            organisations::active.eq(active),
            organisations::updated_at.eq(at),
        ))
        .execute(connection)?;
    count_change(connection)
}

/// Registers a certificate for an organisation, in addition to others that it may act for. A
/// revoked one stays revoked. Returns whether the pair is new.
pub fn register_certificate(
    connection: &mut AnyConnection,
    certificate: &Peer,
    organisation_id: i32,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let fingerprint = certificate.fingerprint.to_string();
    let added = on_either!(connection, c => {
        diesel::insert_into(certificates::table)
            .values((
                certificates::fingerprint.eq(&fingerprint),
                certificates::subject.eq(&certificate.subject),
                certificates::not_after.eq(certificate.not_after),
                certificates::registered_at.eq(at),
                certificates::key_hash.eq(certificate.key.to_string()),
            ))
            .on_conflict_do_nothing()
            .execute(c)?;
        diesel::insert_into(certificate_organisations::table)
            .values((
                certificate_organisations::fingerprint.eq(&fingerprint),
                certificate_organisations::organisation_id.eq(organisation_id),
            ))
            .on_conflict_do_nothing()
            .execute(c)?
    });
    count_change(connection)?;
    Ok(added > 0)
}

/// Takes a certificate away from an organisation; it keeps acting for others.
pub fn withdraw_certificate(
    connection: &mut AnyConnection,
    fingerprint: Fingerprint,
    organisation_id: i32,
) -> Result<(), StoreError> {
    diesel::delete(certificate_organisations::table.find((fingerprint.to_string(), organisation_id)))
        .execute(connection)?;
    count_change(connection)
}

/// Revokes a certificate permanently; `false` if it is unknown or already revoked.
pub fn revoke_certificate(
    connection: &mut AnyConnection,
    fingerprint: Fingerprint,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let revoked = diesel::update(certificates::table.find(fingerprint.to_string()))
        .filter(certificates::revoked_at.is_null())
        .set(certificates::revoked_at.eq(at))
        .execute(connection)?;
    count_change(connection)?;
    Ok(revoked > 0)
}
