//! Checks a client's certificate chain: its path to an authority (by webpki), then the revocation
//! lists of every authority on the path.

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath};
use x509_parser::asn1_rs::{FromDer as _, Sequence};
use x509_parser::public_key::PublicKey;

use super::refusal::Refusal;
use super::revocation::Lists;

/// RSA key lengths, in bits, that the provider supports.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The authorities, their lists and the supported algorithms.
#[derive(Debug)]
pub(super) struct ChainCheck {
    pub(super) roots: Vec<TrustAnchor<'static>>,
    pub(super) lists: Lists,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

impl ChainCheck {
    /// Whether the certificate is good: it chains to an authority, and neither it nor any
    /// certificate in between has been revoked. An authority without a list revokes nothing. A list
    /// counts even if its next update is overdue or its distribution point differs from the
    /// certificate's, because operators choose the files (our choice).
    pub(super) fn check(
        &self,
        own: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Refusal> {
        let certificate = EndEntityCert::try_from(own).map_err(|e| Refusal::of(&e))?;
        let path = certificate
            .verify_for_usage(self.algorithms.all, &self.roots, intermediates, now, KeyUsage::client_auth(), None, None)
            .map_err(|e| Refusal::of(&e))?;
        if self.is_revoked(&path) {
            return Err(Refusal::Revoked);
        }
        self.usable_key(own)
    }

    fn is_revoked(&self, path: &VerifiedPath<'_>) -> bool {
        let mut serial = path.end_entity().serial().to_vec();
        for issuer in path.intermediate_certificates() {
            let key = issuer.subject_public_key_info();
            let key = Sequence::from_der(&key).map(|(_, key)| key.content.to_vec()).unwrap_or_default();
            if self.lists.revoked(&key, &serial, &self.algorithms) {
                return true;
            }
            serial = issuer.serial().to_vec();
        }
        self.lists.revoked(&path.anchor().subject_public_key_info, &serial, &self.algorithms)
    }

    /// Refuses unsupported keys here. Otherwise the handshake would fail later, without a useful
    /// message.
    fn usable_key(&self, own: &[u8]) -> Result<(), Refusal> {
        let (_, certificate) = x509_parser::parse_x509_certificate(own).map_err(|_| Refusal::Unreadable)?;
        let key = certificate.public_key();
        let (_, info) = Sequence::from_der(key.raw).map_err(|_| Refusal::Unreadable)?;
        let (_, algorithm) = Sequence::from_der(&info.content).map_err(|_| Refusal::Unreadable)?;
        let known = self.algorithms.all.iter().any(|known| *known.public_key_alg_id() == *algorithm.content);
        let long_enough = match key.parsed() {
            Ok(PublicKey::RSA(key)) => RSA_BITS.contains(&key.key_size()),
            _ => true,
        };
        if known && long_enough { Ok(()) } else { Err(Refusal::Key) }
    }
}
