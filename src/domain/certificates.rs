//! The certificates of an organisation, as its super users see and revoke them. Those of other
//! organisations are never seen.

use std::sync::Arc;

use chrono::TimeDelta;

use super::caller::Party;
use super::{Caller, Error, Role, Service, registry};
use crate::model::{Fingerprint, Organisation, Timestamp};
use crate::store::{audit, organisations as rows};

/// The outcomes in the trail.
const DONE: &str = "Done";
const WITHDRAWN: &str = "Withdrawn";
const UNKNOWN: &str = "Unknown certificate";

/// So long before its end a certificate is said to end soon (our choice).
const SOON: TimeDelta = TimeDelta::days(30);

/// The certificates of one organisation, on behalf of one of its super users.
pub struct Certificates<'c> {
    pub(super) service: &'c Service,
    pub(super) caller: &'c Caller<'c>,
    pub(super) organisation: Arc<Organisation>,
}

/// A certificate with which programs call for the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCertificate {
    /// SHA-256 of its DER form.
    pub fingerprint: Fingerprint,
    /// Its subject, for display.
    pub subject: String,
    /// When it ends (UTC).
    pub not_after: Timestamp,
    /// Whether it can be used.
    pub validity: Validity,
    /// Whether it acts for other organisations too.
    pub is_shared: bool,
}

/// Whether a certificate can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// It can, for more than 30 days.
    Valid,
    /// It can, for so many whole days.
    EndsSoon(i64),
    /// Its time is over.
    Ended,
    /// It was revoked at this time (UTC).
    Revoked(Timestamp),
}

/// What came of revoking a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// It is revoked, permanently.
    Done,
    /// It acts for other organisations too, so it only stopped acting for this one.
    Withdrawn,
    /// The organisation has no such certificate, or it is revoked already.
    Unknown,
}

impl Service {
    /// The certificates of the caller's organisation, for its super users.
    ///
    /// # Errors
    /// [`Error::InsufficientAccess`] for anybody else, with an audit line.
    pub fn certificates<'c>(&'c self, caller: &'c Caller<'c>) -> Result<Certificates<'c>, Error> {
        caller.call.must_be_able_to_block()?;
        match &caller.party {
            Party::User { organisation, roles, .. } if roles.contains(Role::SuperUser) => {
                Ok(Certificates { service: self, caller, organisation: Arc::clone(organisation) })
            }
            _ => Err(caller.refuse()),
        }
    }
}

impl Certificates<'_> {
    /// All of them, the latest first ([`Action::ViewCertificates`](super::Action)).
    ///
    /// # Errors
    /// Errors of the store.
    pub fn all(&self) -> Result<Vec<OwnCertificate>, Error> {
        let (inner, id) = (&self.service.inner, self.organisation.id);
        let (now, rows) = (inner.clock.now(), inner.store.read(rows::all_certificates)?);
        self.caller.trail([None], DONE);
        let own = rows.into_iter().rev().filter(|row| row.organisations.contains(&id));
        Ok(own.map(|row| OwnCertificate::of(row, now)).collect())
    }

    /// Revokes a certificate ([`Action::RevokeCertificate`](super::Action)). One that acts for
    /// other organisations, too, stops acting for this one alone (our choice). When this returns,
    /// every node refuses it.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn revoke(&self, fingerprint: Fingerprint) -> Result<Revoked, Error> {
        let (inner, id) = (&self.service.inner, self.organisation.id);
        let entry = self.caller.entry(inner.clock.now(), None, DONE);
        let revoked = inner.store.write(move |store| {
            let own = rows::all_certificates(store)?.into_iter().find(|row| {
                row.fingerprint == fingerprint && row.revoked_at.is_none() && row.organisations.contains(&id)
            });
            let (revoked, outcome) = match own {
                None => (Revoked::Unknown, UNKNOWN),
                Some(row) if row.organisations.len() > 1 => {
                    rows::withdraw_certificate(store, fingerprint, id)?;
                    (Revoked::Withdrawn, WITHDRAWN)
                }
                Some(_) => {
                    rows::revoke_certificate(store, fingerprint, entry.at)?;
                    (Revoked::Done, DONE)
                }
            };
            let mut entry = entry.clone();
            outcome.clone_into(&mut entry.outcome);
            audit::insert(store, std::iter::once(&entry))?;
            Ok(revoked)
        })?;
        if revoked != Revoked::Unknown {
            inner.registry.forget();
            std::thread::sleep(registry::EVERYWHERE);
        }
        Ok(revoked)
    }
}

impl OwnCertificate {
    fn of(row: rows::Certificate, now: Timestamp) -> Self {
        let left = row.not_after.signed_duration_since(now);
        let validity = match row.revoked_at {
            Some(at) => Validity::Revoked(at),
            None if left <= TimeDelta::zero() => Validity::Ended,
            None if left <= SOON => Validity::EndsSoon(left.num_days()),
            None => Validity::Valid,
        };
        Self {
            fingerprint: row.fingerprint,
            subject: row.subject,
            not_after: row.not_after,
            validity,
            is_shared: row.organisations.len() > 1,
        }
    }
}
