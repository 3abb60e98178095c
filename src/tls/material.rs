//! The files of `[tls]`, read and checked as a whole: nothing is used unless everything is right.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::CertifiedKey;

use super::client::peer_of;
use crate::model::Timestamp;

/// Why the files cannot be used. The texts name the file; no part of a key is ever in them.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
    /// The file does not hold what it should.
    #[error("{path}: {reason}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The library refused the settings as a whole.
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// Where everything is.
#[derive(Debug, Clone)]
pub struct Files {
    /// PEM: the server's certificate, then its intermediates.
    pub certificate: PathBuf,
    /// PEM: its private key.
    pub key: PathBuf,
    /// PEM: the authorities whose client certificates are accepted.
    pub client_ca: PathBuf,
    /// PEM or DER: revocation lists of those authorities.
    pub revocation_lists: Vec<PathBuf>,
}

/// What one reading of the files gave.
#[derive(Debug)]
pub(super) struct Material {
    /// Grows with every reload; 0 is never used.
    pub(super) generation: u64,
    pub(super) loaded: Instant,
    pub(super) certified: Arc<CertifiedKey>,
    /// When the server's own certificate ends.
    pub(super) not_after: Timestamp,
    pub(super) verifier: Arc<dyn ClientCertVerifier>,
}

impl Material {
    pub(super) fn load(files: &Files, provider: &Arc<CryptoProvider>, generation: u64) -> Result<Self, TlsError> {
        let certified = Arc::new(certified_key(files, provider)?);
        let verifier = client_verifier(files, provider)?;
        let own = certified.cert.first().and_then(|own| peer_of(own));
        let not_after = own.ok_or_else(|| unusable(&files.certificate, "not a certificate"))?.not_after;
        Ok(Self { generation, loaded: Instant::now(), certified, not_after, verifier })
    }
}

/// What tells that a file has changed: its time of modification and length, or that it is not there.
pub(super) type Signature = Vec<Option<(SystemTime, u64)>>;

/// The present state of all files.
pub(super) fn signature(files: &Files) -> Signature {
    let always = [&files.certificate, &files.key, &files.client_ca];
    let state = |path: &PathBuf| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    always.into_iter().chain(&files.revocation_lists).map(state).collect()
}

fn certified_key(files: &Files, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let chain = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_slice(&read(&files.key)?)
        .map_err(|e| unusable(&files.key, format!("no private key: {e}")))?;
    CertifiedKey::from_der(chain, key, provider).map_err(|e| {
        unusable(&files.key, format!("not the key of the certificate {}: {e}", files.certificate.display()))
    })
}

/// A client certificate must chain to one of the roots and stand in none of the revocation lists. An authority without a list revokes
/// nothing, and a list past its next update still counts (our choice: the lists are files that the operator chose to name).
fn client_verifier(files: &Files, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    for root in certificates(&files.client_ca)? {
        roots.add(root).map_err(|e| unusable(&files.client_ca, format!("not an authority's certificate: {e}")))?;
    }
    let mut lists = Vec::new();
    for path in &files.revocation_lists {
        lists.extend(revocation_lists(path)?);
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .with_crls(lists)
        .allow_unknown_revocation_status()
        .build()
        .map_err(|e| {
            let path = files.revocation_lists.first().unwrap_or(&files.client_ca);
            unusable(path, e.to_string())
        })
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let pem = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match found {
        Ok(found) if found.is_empty() => Err(unusable(path, "holds no certificate in PEM form")),
        Ok(found) => Ok(found),
        Err(e) => Err(unusable(path, format!("not PEM: {e}"))),
    }
}

fn revocation_lists(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
    let bytes = read(path)?;
    // Authorities publish their lists in DER; that begins with an ASN.1 sequence.
    if bytes.first() == Some(&0x30) {
        return Ok(vec![CertificateRevocationListDer::from(bytes)]);
    }
    let found: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if found.is_empty() => Err(unusable(path, "holds no revocation list in PEM or DER form")),
        Ok(found) => Ok(found),
        Err(e) => Err(unusable(path, format!("not PEM: {e}"))),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|reason| TlsError::Unreadable { path: path.to_owned(), reason })
}

fn unusable(path: &Path, reason: impl Into<String>) -> TlsError {
    TlsError::Unusable { path: path.to_owned(), reason: reason.into() }
}
