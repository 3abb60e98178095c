//! The files of `[tls]`, read and checked as a whole: none is used unless all are valid.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustls::RootCertStore;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use rustls::sign::CertifiedKey;

use super::check::ChainCheck;
use super::error::{TlsError, unusable};
use super::expiry::{Ending, Item};
use super::permissions;
use super::refusal::Refusal;
use super::revocation::{self, Authority, Lists, Placed};
use crate::config;
use crate::model::Timestamp;
use crate::pki::{Bundle, peer};

/// The paths of all files.
#[derive(Debug, Clone)]
pub struct Files {
    /// PEM: the server's certificate, followed by its intermediates.
    pub certificate: PathBuf,
    /// PEM: its private key.
    pub key: PathBuf,
    /// PEM: the authorities whose client certificates are accepted.
    pub client_ca: PathBuf,
    /// PEM or DER: revocation lists of those authorities.
    pub revocation_lists: Vec<PathBuf>,
}

impl Files {
    /// The paths in the settings.
    pub fn of(settings: &config::Tls) -> Self {
        let config::Tls { certificate, key, client_ca, revocation_lists } = settings.clone();
        Self { certificate, key, client_ca, revocation_lists }
    }
}

/// Whether a service with these files would accept a client now. `chain` begins with its own
/// certificate.
///
/// # Errors
/// The authorities or the revocation lists cannot be used.
pub fn examine(files: &Files, chain: &[CertificateDer<'_>]) -> Result<Result<(), Refusal>, TlsError> {
    let chain_check = chain_check(files, &ring::default_provider(), &mut Vec::new())?;
    let Some((own, above)) = chain.split_first() else { return Ok(Err(Refusal::Unreadable)) };
    Ok(chain_check.check(own, above, UnixTime::now()))
}

/// What the files contain.
#[derive(Debug)]
pub(super) struct Material {
    /// Increases with every reload; 0 is never used.
    pub(super) generation: u64,
    pub(super) certified: Arc<CertifiedKey>,
    /// When the server's own certificate expires.
    pub(super) not_after: Timestamp,
    pub(super) chain_check: ChainCheck,
    /// Expiry of the certificates and lists in all files.
    pub(super) endings: Vec<Ending>,
}

impl Material {
    pub(super) fn load(files: &Files, provider: &Arc<CryptoProvider>, generation: u64) -> Result<Self, TlsError> {
        let certified = Arc::new(certified_key(files, provider)?);
        let mut endings = Vec::new();
        for certificate in &certified.cert {
            endings.extend(Ending::of_certificate(Item::Server, certificate, &files.certificate));
        }
        let chain_check = chain_check(files, provider, &mut endings)?;
        let own = certified.cert.first().and_then(|own| peer(own).ok());
        let not_after = own.ok_or_else(|| unusable(&files.certificate, "not a certificate"))?.not_after;
        Ok(Self { generation, certified, not_after, chain_check, endings })
    }
}

/// Modification time and length of each file, or `None` if it is missing. It changes when a file
/// does.
pub(super) type Signature = Vec<Option<(SystemTime, u64)>>;

/// The current state of all files.
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
    permissions::check(&files.key)?;
    let bundle = bundle(&files.key)?;
    let Some(key) = bundle.keys.into_iter().next() else {
        let reason = if bundle.encrypted_key {
            "the private key is encrypted; 'openssl pkey -in FILE' decrypts it"
        } else {
            "no private key in PEM format"
        };
        return Err(unusable(&files.key, reason));
    };
    CertifiedKey::from_der(chain, key, provider).map_err(|e| {
        unusable(&files.key, format!("not the private key of the certificate {}: {e}", files.certificate.display()))
    })
}

/// The authorities and their revocation lists. Their expiry is added to `endings`.
fn chain_check(files: &Files, provider: &CryptoProvider, endings: &mut Vec<Ending>) -> Result<ChainCheck, TlsError> {
    let mut roots = RootCertStore::empty();
    let mut authorities = Vec::new();
    for (index, root) in certificates(&files.client_ca)?.into_iter().enumerate() {
        let no_authority =
            |e: String| unusable(&files.client_ca, format!("certificate {} is not an authority's: {e}", index + 1));
        roots.add(root.clone()).map_err(|e| no_authority(e.to_string()))?;
        let authority = roots.roots.last().and_then(|anchor| Authority::new(&root, anchor));
        endings.extend(Ending::of_certificate(Item::Authority, &root, &files.client_ca));
        authorities.push(authority.ok_or_else(|| no_authority("not a certificate".to_owned()))?);
    }
    let algorithms = provider.signature_verification_algorithms;
    let mut lists = Lists::default();
    let mut revoked = HashSet::new();
    for path in &files.revocation_lists {
        for list in revocation_lists(path)? {
            endings.extend(revocation::next_update(&list).and_then(|(at, of)| Ending::of_list(at, of, path)));
            revoked
                .extend((0..).zip(&authorities).filter(|(_, each)| each.is_revoked_by(&list)).map(|(index, _)| index));
            let placed = lists.add(list, &authorities, &algorithms).map_err(|reason| unusable(path, reason))?;
            if placed == Placed::Elsewhere {
                log::warn!(
                    "{}: a revocation list is not signed by any of the authorities in {}; it is used for intermediate \
                     authorities only",
                    path.display(),
                    files.client_ca.display()
                );
            }
        }
    }
    for index in &revoked {
        log::warn!(
            "{}: certificate {} has been revoked by its issuer: clients of this authority are refused",
            files.client_ca.display(),
            index + 1
        );
    }
    let roots = (0..).zip(roots.roots).filter(|(index, _)| !revoked.contains(index)).map(|(_, root)| root).collect();
    Ok(ChainCheck { roots, lists, algorithms })
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found = bundle(path)?.certificates;
    if found.is_empty() { Err(unusable(path, "no certificate in PEM format")) } else { Ok(found) }
}

fn revocation_lists(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
    let bytes = read(path)?;
    // Authorities publish their lists as DER, which begins with an ASN.1 sequence.
    if bytes.first() == Some(&0x30) {
        return Ok(vec![CertificateRevocationListDer::from(bytes)]);
    }
    let found = bundle(path)?.lists;
    if found.is_empty() { Err(unusable(path, "no revocation list in PEM or DER format")) } else { Ok(found) }
}

fn bundle(path: &Path) -> Result<Bundle, TlsError> {
    Bundle::read(&read(path)?).map_err(|e| unusable(path, e.to_string()))
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|reason| TlsError::Unreadable { path: path.to_owned(), reason })
}
