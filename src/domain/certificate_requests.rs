//! Requests for certificates: a super user asks at the portal, an operator signs, and the
//! organisation downloads the certificate. The service never has the authority's key.

use super::administration::DONE;
use super::certificates::Certificates;
use super::{Action, Administration, AdministrationError, Error};
use crate::model::{Fingerprint, Peer, Timestamp, Ukprn};
use crate::store::certificate_requests::{self as rows, NewRequestRow, RequestRow};
use crate::store::{AnyConnection, StoreError, Transaction, audit, organisations};

/// The most certificates that an organisation has at once through requests (domain.md 8): the one
/// in use, and the one that takes over.
pub const MOST_CERTIFICATES: usize = 2;

/// The other outcomes in the trail.
const WITHDRAWN: &str = "Withdrawn";
const TOO_MANY: &str = "Too many certificates";
const WAITING: &str = "Another request waits";
const KNOWN_KEY: &str = "Known key";
const NOTHING: &str = "Nothing waits";

/// A request for a certificate, whose signature proves that the asker has the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCertificateRequest {
    /// The SHA-256 of its public key.
    pub key: Fingerprint,
    /// The kind of its key, for display.
    pub key_kind: String,
    /// The request, as PEM.
    pub pem: String,
}

/// A request that waits for its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRequest {
    /// Its number.
    pub number: i32,
    /// The internal number of the organisation.
    pub organisation: i32,
    /// The SHA-256 of its public key.
    pub key: Fingerprint,
    /// The kind of its key, for display.
    pub key_kind: String,
    /// The request, as PEM.
    pub pem: String,
    /// When it came (UTC).
    pub asked_at: Timestamp,
}

/// What came of asking for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The request waits for its signature.
    Done,
    /// The organisation has two certificates that can be used: one must be revoked first.
    TooMany,
    /// A request of the organisation waits already.
    Waiting,
    /// The key has a certificate already, or was asked for, whoever's it is. A new certificate has
    /// a new key (our choice).
    KnownKey,
}

impl Certificates<'_> {
    /// Asks for a certificate ([`Action::RequestCertificate`]).
    ///
    /// # Errors
    /// Errors of the store.
    pub fn ask(&self, new: &NewCertificateRequest) -> Result<Asked, Error> {
        let (inner, id) = (&self.service.inner, self.organisation.id);
        let (entry, new) = (self.caller.entry(inner.clock.now(), None, DONE), new.clone());
        Ok(inner.store.write(move |store| {
            let (asked, outcome) = if usable(store, id, entry.at)? >= MOST_CERTIFICATES {
                (Asked::TooMany, TOO_MANY)
            } else if waits(store, id)? {
                (Asked::Waiting, WAITING)
            } else if rows::is_key_known(store, new.key)? {
                (Asked::KnownKey, KNOWN_KEY)
            } else {
                let row = NewRequestRow {
                    organisation_id: id,
                    key_hash: new.key.to_string(),
                    key_kind: new.key_kind.clone(),
                    request: new.pem.clone(),
                    asked_at: entry.at,
                };
                // Of two at the same moment, the other one waits.
                if rows::insert(store, &row)? { (Asked::Done, DONE) } else { (Asked::Waiting, WAITING) }
            };
            let mut entry = entry.clone();
            outcome.clone_into(&mut entry.outcome);
            audit::insert(store, std::iter::once(&entry))?;
            Ok(asked)
        })?)
    }

    /// Withdraws the request that waits ([`Action::WithdrawCertificateRequest`]). `false` if none
    /// does.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn withdraw(&self) -> Result<bool, Error> {
        let (inner, id) = (&self.service.inner, self.organisation.id);
        let entry = self.caller.entry(inner.clock.now(), None, WITHDRAWN);
        Ok(inner.store.write(move |store| {
            let withdrawn = rows::withdraw(store, id)?;
            let mut entry = entry.clone();
            if !withdrawn {
                NOTHING.clone_into(&mut entry.outcome);
            }
            audit::insert(store, std::iter::once(&entry))?;
            Ok(withdrawn)
        })?)
    }

    /// The request that waits for its signature, and the fingerprints of those that were signed.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn requests(&self) -> Result<(Option<WaitingRequest>, Vec<Fingerprint>), Error> {
        let id = self.organisation.id;
        let rows = self.service.inner.store.read(|store| rows::of_organisation(store, id))?;
        let signed = rows.iter().filter_map(|row| row.fingerprint.as_deref()?.parse().ok()).collect();
        let waiting = rows.into_iter().find(|row| row.fingerprint.is_none());
        Ok((waiting.map(WaitingRequest::of).transpose()?, signed))
    }

    /// The certificate that was signed for a request, as PEM
    /// ([`Action::ViewCertificates`](super::Action)). `None` if the organisation has not asked for
    /// it.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn file(&self, fingerprint: Fingerprint) -> Result<Option<String>, Error> {
        let (id, wanted) = (self.organisation.id, fingerprint.to_string());
        let rows = self.service.inner.store.read(|store| rows::of_organisation(store, id))?;
        self.caller.trail([None], DONE);
        let row = rows.into_iter().find(|row| row.fingerprint.as_deref() == Some(&*wanted));
        Ok(row.and_then(|row| row.certificate))
    }
}

impl Administration<'_> {
    /// The requests of all organisations that wait for a signature, oldest first.
    pub fn certificate_requests(&self) -> Result<Vec<WaitingRequest>, AdministrationError> {
        let rows = self.service.inner.store.read(rows::waiting).map_err(Error::from)?;
        Ok(rows.into_iter().map(WaitingRequest::of).collect::<Result<_, _>>()?)
    }

    /// Registers the certificate that was signed for a request, given as PEM too, and offers it to
    /// the organisation.
    ///
    /// # Errors
    /// No such request waits, the certificate has another key, or the organisation has two
    /// certificates already.
    pub fn answer_certificate_request(
        &self,
        number: i32,
        certificate: &Peer,
        pem: &str,
    ) -> Result<Ukprn, AdministrationError> {
        let waiting = self.certificate_requests()?.into_iter().find(|request| request.number == number);
        let request = waiting.ok_or(AdministrationError::UnknownRequest(number))?;
        if certificate.key != request.key {
            return Err(AdministrationError::OtherKey(number));
        }
        let (id, peer, pem) = (request.organisation, certificate.clone(), pem.to_owned());
        let ukprn = self.organisations()?.into_iter().find(|each| each.id == id).map(|each| each.ukprn);
        let ukprn = ukprn.ok_or(AdministrationError::UnknownRequest(number))?;
        let now = self.service.inner.clock.now();
        if self.service.inner.store.read(|store| usable(store, id, now)).map_err(Error::from)? >= MOST_CERTIFICATES {
            return Err(AdministrationError::TooManyCertificates(ukprn));
        }
        self.write(Action::SignCertificate, move |store, now| {
            organisations::register_certificate(store, &peer, id, now)?;
            if rows::sign(store, number, peer.fingerprint, &pem)? { Ok(()) } else { Err(StoreError::Overtaken) }
        })?;
        Ok(ukprn)
    }
}

impl WaitingRequest {
    fn of(row: RequestRow) -> Result<Self, Error> {
        let key = row.key_hash.parse().map_err(|_| StoreError::Corrupt("certificate_requests.key_hash"))?;
        let RequestRow { id, organisation_id, key_kind, request, asked_at, .. } = row;
        Ok(Self { number: id, organisation: organisation_id, key, key_kind, pem: request, asked_at })
    }
}

/// How many certificates of the organisation can be used.
fn usable(store: &mut AnyConnection, id: i32, now: Timestamp) -> Result<usize, StoreError> {
    let all = organisations::all_certificates(store)?;
    let usable = |row: &&organisations::Certificate| {
        row.revoked_at.is_none() && now < row.not_after && row.organisations.contains(&id)
    };
    Ok(all.iter().filter(usable).count())
}

fn waits(store: &mut Transaction<'_>, id: i32) -> Result<bool, StoreError> {
    Ok(rows::of_organisation(store, id)?.iter().any(|row| row.fingerprint.is_none()))
}
