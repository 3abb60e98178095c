//! The running trust: hands rustls whatever was loaded last, so that a listener never has to be replaced.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use arc_swap::ArcSwap;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, ResolvesServerCert, ServerSessionMemoryCache};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};

use super::client::Client;
use super::expiry::{Ending, Warning};
use super::handshake;
use super::material::{Files, Material, Signature, TlsError, signature};
use super::refusal::Refusal;
use crate::model::Timestamp;

/// Sessions that can be resumed at any time. They live in this process, so there is no ticket key to keep or change.
const SESSIONS: usize = 4096;

/// A handshake that may have begun before the last reload proves nothing about the present files.
const OVERLAP: Duration = Duration::from_secs(60);

/// Certificate, key, roots and revocation lists as last loaded. Cheap to clone.
#[derive(Clone)]
pub struct Trust(pub(super) Arc<Inner>);

pub(super) struct Inner {
    files: Files,
    provider: Arc<CryptoProvider>,
    material: ArcSwap<Material>,
    /// State of the files at the last attempt to load them, right or wrong.
    tried: Mutex<Signature>,
}

impl Trust {
    /// Reads all files for the first time.
    ///
    /// # Errors
    /// The first file that is missing or wrong.
    pub fn load(files: &Files) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let tried = Mutex::new(signature(files));
        let material = ArcSwap::from_pointee(Material::load(files, &provider, 1)?);
        Ok(Self(Arc::new(Inner { files: files.clone(), provider, material, tried })))
    }

    /// Reads all files again. On an error everything stays as it was.
    ///
    /// # Errors
    /// The first file that is missing or wrong.
    pub fn reload(&self) -> Result<(), TlsError> {
        self.0.reload(&mut self.0.tried.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// When the server's own certificate ends.
    pub fn not_after(&self) -> Timestamp {
        self.0.material.load().not_after
    }

    /// When the certificates and lists in use end.
    pub fn endings(&self) -> Vec<Ending> {
        self.0.material.load().endings.clone()
    }

    /// What operators are to be told of those ends.
    pub fn warnings(&self, now: Timestamp) -> Vec<Warning> {
        self.0.material.load().endings.iter().filter_map(|ending| ending.warning(now)).collect()
    }

    pub(super) fn generation(&self) -> u64 {
        self.0.material.load().generation
    }

    /// For a listener, once: certificate and trust inside follow every reload.
    ///
    /// # Errors
    /// Never in practice: the versions and the provider are constants.
    pub fn server_config(&self) -> Result<ServerConfig, TlsError> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.0.provider))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_client_cert_verifier(self.0.clone())
            .with_cert_resolver(self.0.clone());
        config.session_storage = ServerSessionMemoryCache::new(SESSIONS);
        // None in TLS 1.3: rustls gives a ticket a nonce of 32 bytes, and clients of wolfSSL 5.5 have no room for that: the
        // handshake succeeds, and their first read fails. TLS 1.2 resumes sessions by name, without tickets.
        config.send_tls13_tickets = 0;
        Ok(config)
    }

    /// The client of a connection whose handshake is complete; `chain` as it sent it (its own certificate first).
    ///
    /// # Errors
    /// There is no certificate, or one that cannot be read.
    pub fn client(&self, chain: &[CertificateDer<'_>], resumed: bool) -> Result<Client, Refusal> {
        let material = self.0.material.load();
        let proven = !resumed && material.loaded.elapsed() > OVERLAP;
        Client::new(chain, if proven { material.generation } else { 0 })
    }

    /// Runs the present verifier over a chain unless it has done so already; gives the generation that it passed.
    pub(super) fn verify(&self, chain: &[CertificateDer<'_>], verified: u64) -> Result<u64, Refusal> {
        let material = self.0.material.load();
        if material.generation == verified {
            return Ok(verified);
        }
        let (own, intermediates) = chain.split_first().ok_or(Refusal::Unreadable)?;
        material.verifier.verify(own, intermediates, UnixTime::now())?;
        Ok(material.generation)
    }

    pub(super) fn downgrade(&self) -> Weak<Inner> {
        Arc::downgrade(&self.0)
    }
}

impl Inner {
    /// Reloads if a file has changed since the last attempt. The second of two files that belong together (certificate and key) makes
    /// another attempt, so that replacing them one after the other is safe.
    pub(super) fn reload_if_changed(&self) -> Option<Result<(), TlsError>> {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        (*tried != signature(&self.files)).then(|| self.reload(&mut tried))
    }

    fn reload(&self, tried: &mut Signature) -> Result<(), TlsError> {
        *tried = signature(&self.files);
        let generation = self.material.load().generation + 1;
        self.material.store(Arc::new(Material::load(&self.files, &self.provider, generation)?));
        Ok(())
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust").field("files", &self.files).finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Inner {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.material.load().certified))
    }
}

impl ClientCertVerifier for Inner {
    /// None: every client may offer what it has, and a reload of the roots needs no new list.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        match self.material.load().verifier.verify(end_entity, intermediates, now) {
            Ok(()) => Ok(ClientCertVerified::assertion()),
            Err(refusal) => {
                handshake::note(refusal, end_entity);
                Err(refusal.alert().into())
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
