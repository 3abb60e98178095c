//! A certificate with its private key, in the formats that clients read.

use std::fmt;

use chrono::DateTime;
use p12_keystore::{
    Certificate as StoreCertificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, PrivateKey,
    PrivateKeyChain,
};
use rcgen::KeyPair;
use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::{Bundle, PkiError};
use crate::model::{Fingerprint, Peer};

/// Iterations of the key derivation in a PKCS#12 container, as old clients use.
const PKCS12_ITERATIONS: u32 = 2048;

/// A certificate and its private key. `Debug` shows only the fingerprint.
pub struct Credential {
    certificate: CertificateDer<'static>,
    key: Zeroizing<Vec<u8>>,
}

/// The serial number of a certificate, by which a revocation list names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serial(Vec<u8>);

impl Serial {
    /// The serial number of the first certificate in a PEM text.
    ///
    /// # Errors
    /// The text has no readable certificate.
    pub fn of_pem(pem: &str) -> Result<Self, PkiError> {
        Self::of_der(&first(pem)?)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn of_der(der: &[u8]) -> Result<Self, PkiError> {
        let (_, certificate) = x509_parser::parse_x509_certificate(der).map_err(|_| PkiError::NotCertificate)?;
        Ok(Self(certificate.raw_serial().to_vec()))
    }
}

/// The peer that the first certificate in a PEM text identifies.
///
/// # Errors
/// The text has no readable certificate.
pub fn peer_of_pem(pem: &str) -> Result<Peer, PkiError> {
    peer(&first(pem)?)
}

/// The peer that a DER certificate identifies: fingerprint, key, common name (or the full subject
/// if it has none) and expiry.
///
/// # Errors
/// It cannot be read.
pub fn peer(der: &[u8]) -> Result<Peer, PkiError> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).map_err(|_| PkiError::NotCertificate)?;
    let subject = certificate.subject();
    let name = subject.iter_common_name().next().and_then(|name| name.as_str().ok());
    let not_after =
        DateTime::from_timestamp(certificate.validity().not_after.timestamp(), 0).ok_or(PkiError::NotCertificate)?;
    Ok(Peer {
        fingerprint: Fingerprint::of_der(der),
        key: Fingerprint::of_der(certificate.public_key().raw),
        subject: name.map_or_else(|| subject.to_string(), str::to_owned),
        not_after: not_after.naive_utc(),
    })
}

fn first(pem: &str) -> Result<CertificateDer<'static>, PkiError> {
    Bundle::read(pem.as_bytes())?.certificates.into_iter().next().ok_or(PkiError::NotPem)
}

impl Credential {
    pub(super) fn new(certificate: &rcgen::Certificate, key: &KeyPair) -> Self {
        Self::from_der(certificate.der(), key)
    }

    pub(super) fn from_der(certificate: &CertificateDer<'_>, key: &KeyPair) -> Self {
        Self { certificate: certificate.clone().into_owned(), key: Zeroizing::new(key.serialize_der()) }
    }

    /// The certificate as DER.
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate
    }

    /// The certificate as PEM.
    pub fn certificate_pem(&self) -> String {
        pem("CERTIFICATE", &self.certificate)
    }

    /// The private key as PEM (PKCS#8, not encrypted).
    pub fn key_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem("PRIVATE KEY", &self.key))
    }

    /// Certificate and private key in one PEM text, for curl, PHP and Python's requests.
    pub fn pem(&self) -> Zeroizing<String> {
        Zeroizing::new(self.certificate_pem() + &self.key_pem())
    }

    /// SHA-256 of the certificate.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_der(&self.certificate)
    }

    /// The serial number, for [`super::CertificateAuthority::revoke`].
    ///
    /// # Errors
    /// The certificate cannot be read.
    pub fn serial(&self) -> Result<Serial, PkiError> {
        Serial::of_der(&self.certificate)
    }

    /// A PKCS#12 container with certificate, key and the rest of the chain. It uses triple DES and
    /// SHA-1, which old clients support, too. They protect little: the password is a formality.
    ///
    /// # Errors
    /// The container cannot be created.
    pub fn pkcs12(&self, password: &str, chain: &[&Self]) -> Result<Vec<u8>, PkiError> {
        let key = PrivateKey::from_der(&self.key)?;
        let certificates = std::iter::once(self).chain(chain.iter().copied());
        let certificates =
            certificates.map(|c| StoreCertificate::from_der(&c.certificate)).collect::<Result<Vec<_>, _>>()?;
        let name = certificates.first().map(|c| c.subject().to_owned()).unwrap_or_default();
        let local_key_id = self.fingerprint().as_bytes().to_vec();
        let mut store = KeyStore::new();
        store.add_entry(&name, KeyStoreEntry::PrivateKeyChain(PrivateKeyChain::new(local_key_id, key, certificates)));
        let container = store
            .writer(password)
            .encryption_algorithm(EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc)
            .encryption_iterations(PKCS12_ITERATIONS)
            .mac_algorithm(MacAlgorithm::HmacSha1)
            .mac_iterations(PKCS12_ITERATIONS)
            .write()?;
        Ok(container)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("fingerprint", &self.fingerprint()).finish_non_exhaustive()
    }
}

/// A PEM section: base64 in lines of 64 characters.
pub(super) fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;

    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let mut lines = text.as_str();
    let mut section = format!("-----BEGIN {label}-----\n");
    while !lines.is_empty() {
        let (line, rest) = lines.split_at_checked(64).unwrap_or((lines, ""));
        section.push_str(line);
        section.push('\n');
        lines = rest;
    }
    section.push_str(&format!("-----END {label}-----\n"));
    section
}
