//! Requests for certificates (PKCS#10) from organisations. Only the public key of one is used: for
//! whom its certificate is, and what it may do, the service says (our choice).

use rcgen::SubjectPublicKeyInfo;
use rustls_pki_types::CertificateSigningRequestDer;
use rustls_pki_types::pem::PemObject;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;

use crate::model::Fingerprint;

/// RSA key lengths, in bits, that the service takes, as in `tls`.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A request whose signature shows that the sender has the private key.
pub struct CertificateRequest {
    /// The SHA-256 of its public key.
    pub key: Fingerprint,
    /// The kind of its key, such as "RSA, 2048 bits", for display.
    pub key_kind: String,
    /// The request, as PEM.
    pub pem: String,
    pub(super) public_key: SubjectPublicKeyInfo,
}

/// Why a request cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It is not a request, or cannot be read.
    #[error("this is not a certificate request (PKCS#10) in PEM or DER format")]
    Unreadable,
    /// There is a private key beside it.
    #[error("there is a private key in it, which others must not have")]
    PrivateKey,
    /// Its signature is not by its own key.
    #[error("the signature of the request is not by its own key")]
    Signature,
    /// The service does not take such keys.
    #[error("the key is not supported; use RSA (2048 to 8192 bits), P-256, P-384 or Ed25519")]
    Key,
}

impl CertificateRequest {
    /// Reads a request as PEM or DER.
    ///
    /// # Errors
    /// It is none, is not signed by its own key, or has a key that the service does not take.
    pub fn read(bytes: &[u8]) -> Result<Self, RequestError> {
        let der = der(bytes)?;
        let (rest, request) = X509CertificationRequest::from_der(&der).map_err(|_| RequestError::Unreadable)?;
        if !rest.is_empty() {
            return Err(RequestError::Unreadable);
        }
        let info = &request.certification_request_info.subject_pki;
        let public_key = SubjectPublicKeyInfo::from_der(info.raw).map_err(|_| RequestError::Key)?;
        let key_kind = match info.parsed() {
            Ok(PublicKey::RSA(key)) if RSA_BITS.contains(&key.key_size()) => format!("RSA, {} bits", key.key_size()),
            Ok(PublicKey::EC(key)) if key.key_size() == 256 => "P-256".to_owned(),
            Ok(PublicKey::EC(key)) if key.key_size() == 384 => "P-384".to_owned(),
            Ok(PublicKey::Unknown(_)) if rcgen::PublicKeyData::algorithm(&public_key) == &rcgen::PKCS_ED25519 => {
                "Ed25519".to_owned()
            }
            _ => return Err(RequestError::Key),
        };
        request.verify_signature().map_err(|_| RequestError::Signature)?;
        let pem = super::credential::pem("CERTIFICATE REQUEST", &der);
        Ok(Self { key: Fingerprint::of_der(info.raw), key_kind, pem, public_key })
    }
}

fn der(bytes: &[u8]) -> Result<Vec<u8>, RequestError> {
    // DER begins with an ASN.1 sequence.
    if bytes.first() == Some(&0x30) {
        return Ok(bytes.to_vec());
    }
    // What Windows makes has another name.
    let text = super::pem::plain(bytes).replace("NEW CERTIFICATE REQUEST", "CERTIFICATE REQUEST");
    if text.contains("PRIVATE KEY-----") {
        return Err(RequestError::PrivateKey);
    }
    let request = CertificateSigningRequestDer::from_pem_slice(text.as_bytes());
    request.map(|der| der.to_vec()).map_err(|_| RequestError::Unreadable)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::pki::{CertificateAuthority, KeyKind, peer_of_pem};

    fn request(key: &KeyPair) -> String {
        CertificateParams::default().serialize_request(key).unwrap().pem().unwrap()
    }

    fn refused(bytes: &[u8]) -> RequestError {
        CertificateRequest::read(bytes).map(|read| read.key_kind).unwrap_err()
    }

    #[test]
    fn requests_with_the_keys_of_the_service_are_read_in_any_form() {
        for (key, kind) in [
            (KeyPair::generate().unwrap(), "P-256"),
            (KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap(), "P-384"),
            (KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap(), "Ed25519"),
            (KeyKind::Rsa.make().unwrap(), "RSA, 2048 bits"),
        ] {
            let pem = request(&key);
            let der = der(pem.as_bytes()).unwrap();
            let windows = pem.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST").replace('\n', "\r\n");
            for form in [pem.as_bytes(), windows.as_bytes(), &der, format!("\u{feff}Our request:\n{pem}").as_bytes()] {
                let read = CertificateRequest::read(form).unwrap();
                assert_eq!(read.key_kind, kind);
                assert_eq!(CertificateRequest::read(read.pem.as_bytes()).unwrap().key, read.key);
            }
        }
    }

    #[test]
    fn the_certificate_of_a_request_has_its_key_and_the_name_that_is_given() {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["another.example".to_owned()]).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let pem = params.serialize_request(&key).unwrap().pem().unwrap();
        let read = CertificateRequest::read(pem.as_bytes()).unwrap();
        let authority = CertificateAuthority::create("Authority", 2).unwrap();
        let signed = authority.sign(&read, "Riverside College", 1).unwrap();
        let peer = peer_of_pem(&signed).unwrap();
        assert_eq!((peer.subject.as_str(), peer.key), ("Riverside College", read.key));
        let own = rustls_pki_types::CertificateDer::from_pem_slice(signed.as_bytes()).unwrap();
        let (_, certificate) = x509_parser::parse_x509_certificate(&own).unwrap();
        assert!(!certificate.is_ca() && certificate.subject_alternative_name().unwrap().is_none());
    }

    #[test]
    fn what_is_no_request_by_its_own_key_is_refused() {
        let key = KeyPair::generate().unwrap();
        let pem = request(&key);
        for nothing in ["", "Please sign", pem.split_at(pem.len() / 2).0, &pem.replace("REQUEST", "")] {
            assert_eq!(refused(nothing.as_bytes()), RequestError::Unreadable, "{nothing}");
        }
        assert_eq!(refused(format!("{pem}{}", key.serialize_pem()).as_bytes()), RequestError::PrivateKey);
        let mut forged = der(pem.as_bytes()).unwrap();
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(refused(&forged), RequestError::Signature);
        forged.push(0);
        assert_eq!(refused(&forged), RequestError::Unreadable);
    }
}
