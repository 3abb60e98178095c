//! The client of one connection, and whether it may still call.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::DateTime;
use rustls::CertificateError;
use rustls::pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use super::Trust;
use crate::model::{Fingerprint, Peer, Timestamp};

/// Why a client certificate is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It stands in a revocation list.
    Revoked,
    /// Its time is over, or has not begun.
    Expired,
    /// None of the trusted authorities issued it for this purpose.
    Untrusted,
    /// There is none, or it is not a certificate.
    Unreadable,
}

impl Refusal {
    /// One word, for the metrics and the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Revoked => "certificate_revoked",
            Self::Expired => "certificate_expired",
            Self::Untrusted => "certificate_untrusted",
            Self::Unreadable => "certificate_unreadable",
        }
    }

    pub(super) fn of(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(reason) => match reason {
                CertificateError::Revoked => Self::Revoked,
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. } => Self::Expired,
                CertificateError::BadEncoding => Self::Unreadable,
                _ => Self::Untrusted,
            },
            _ => Self::Untrusted,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Revoked => "the client certificate is revoked",
            Self::Expired => "the client certificate is not valid at this time",
            Self::Untrusted => "the client certificate is not from a trusted authority",
            Self::Unreadable => "there is no readable client certificate",
        })
    }
}

/// The client at the other end of a connection, with the chain that proved it.
#[derive(Debug)]
pub struct Client {
    peer: Arc<Peer>,
    chain: Vec<CertificateDer<'static>>,
    /// The generation of the files that this chain passed last; 0 for none.
    verified: AtomicU64,
}

impl Client {
    pub(super) fn new(chain: &[CertificateDer<'_>], verified: u64) -> Result<Self, Refusal> {
        let peer = Arc::new(chain.first().and_then(|own| peer_of(own)).ok_or(Refusal::Unreadable)?);
        let chain = chain.iter().map(|certificate| certificate.clone().into_owned()).collect();
        Ok(Self { peer, chain, verified: AtomicU64::new(verified) })
    }

    /// Who it is.
    pub fn peer(&self) -> &Arc<Peer> {
        &self.peer
    }

    /// Whether the certificate is still good. To be asked before every request: costs two comparisons, and a verification of the chain
    /// after the files have changed.
    ///
    /// # Errors
    /// Why it is not.
    pub fn admit(&self, trust: &Trust, now: Timestamp) -> Result<(), Refusal> {
        if self.peer.not_after < now {
            return Err(Refusal::Expired);
        }
        let verified = self.verified.load(Ordering::Relaxed);
        let passed = trust.verify(&self.chain, verified)?;
        if passed != verified {
            self.verified.store(passed, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Fingerprint, common name (or the whole subject where there is none) and end of validity.
pub(super) fn peer_of(der: &[u8]) -> Option<Peer> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let subject = certificate.subject();
    let name = subject.iter_common_name().next().and_then(|name| name.as_str().ok());
    Some(Peer {
        fingerprint: Fingerprint::of_der(der),
        subject: name.map_or_else(|| subject.to_string(), str::to_owned),
        not_after: DateTime::from_timestamp(certificate.validity().not_after.timestamp(), 0)?.naive_utc(),
    })
}
