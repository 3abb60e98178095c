//! Decides whether a client's chain is good: the path to an authority by webpki, then the revocation lists of every authority on it.

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath};
use x509_parser::asn1_rs::{FromDer as _, Sequence};
use x509_parser::public_key::PublicKey;

use super::refusal::Refusal;
use super::revocation::Lists;

/// Bits of the RSA keys that the provider can use.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The authorities, their lists, and the algorithms that are supported.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) roots: Vec<TrustAnchor<'static>>,
    pub(super) lists: Lists,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    /// Whether the certificate may call. It must chain to an authority and stand in no list of its issuer, nor may any certificate between them.
    /// An authority without a list revokes nothing, a list past its next update still counts, and so does one whose distribution point is not
    /// the certificate's: the lists are files that the operator chose to name (our choice).
    pub(super) fn verify(
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

    /// A key that no signature of a handshake can be checked with would fail after the certificate, where nobody learns why.
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
