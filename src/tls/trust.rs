//! The trust in use: gives rustls what was loaded last, so that listeners need not be restarted.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arc_swap::ArcSwap;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, ResolvesServerCert, ServerSessionMemoryCache};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};

use super::client::Client;
use super::error::TlsError;
use super::expiry::{Ending, Warning};
use super::handshake;
use super::known::{Key, Known};
use super::material::{Files, Material, Signature, signature};
use super::refusal::Refusal;
use crate::model::Timestamp;

/// Maximum sessions kept for resumption. They live in this process, so there is no ticket key to
/// rotate.
const SESSIONS: usize = 4096;

/// Certificate, key, authorities and revocation lists as last loaded. Cheap to clone.
#[derive(Clone)]
pub struct Trust(pub(super) Arc<Inner>);

/// Who may complete a handshake with a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clients {
    /// Those with a certificate of an authority that is trusted for clients (mutual TLS).
    Certified,
    /// Anybody: the server alone has a certificate, and clients are asked for none.
    Anybody,
    /// Anybody, through a reverse proxy on this machine, which opens TLS: there is no handshake.
    Proxied,
}

pub(super) struct Inner {
    files: Files,
    provider: Arc<CryptoProvider>,
    material: ArcSwap<Material>,
    known: Known,
    /// State of the files at the last attempt to load them, successful or not.
    tried: Mutex<Signature>,
}

impl Trust {
    /// Reads all files for the first time.
    ///
    /// # Errors
    /// The first file that is missing or invalid.
    pub fn load(files: &Files) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let tried = Mutex::new(signature(files));
        let material = ArcSwap::from_pointee(Material::load(files, &provider, 1)?);
        Ok(Self(Arc::new(Inner { files: files.clone(), provider, material, known: Known::new(), tried })))
    }

    /// Reloads all files. On an error, the old contents stay in use.
    ///
    /// # Errors
    /// The first file that is missing or invalid.
    pub fn reload(&self) -> Result<(), TlsError> {
        self.0.reload(&mut self.0.tried.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// When the server's own certificate expires.
    pub fn not_after(&self) -> Timestamp {
        self.0.material.load().not_after
    }

    /// When the certificates and lists in use expire.
    pub fn endings(&self) -> Vec<Ending> {
        self.0.material.load().endings.clone()
    }

    /// The expiry warnings due for operators.
    pub fn warnings(&self, now: Timestamp) -> Vec<Warning> {
        self.0.material.load().endings.iter().filter_map(|ending| ending.warning(now)).collect()
    }

    pub(super) fn generation(&self) -> u64 {
        self.0.material.load().generation
    }

    /// The configuration for a listener. It follows every reload.
    ///
    /// # Errors
    /// Never in practice: the versions and the provider are constants.
    pub fn server_config(&self, clients: Clients) -> Result<ServerConfig, TlsError> {
        let builder = ServerConfig::builder_with_provider(Arc::clone(&self.0.provider))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?;
        let builder = match clients {
            Clients::Certified => builder.with_client_cert_verifier(self.0.clone()),
            Clients::Anybody | Clients::Proxied => builder.with_no_client_auth(),
        };
        let mut config = builder.with_cert_resolver(self.0.clone());
        config.session_storage = ServerSessionMemoryCache::new(SESSIONS);
        // No tickets in TLS 1.3: rustls gives them nonces of 32 bytes, which wolfSSL 5.5 cannot
        // handle. Its handshake succeeds, and its first read fails. TLS 1.2 resumes sessions by ID,
        // without tickets.
        config.send_tls13_tickets = 0;
        Ok(config)
    }

    /// The client of a connection whose handshake checked no chain, because it resumed a session.
    /// `chain` is what it sent at first, its own certificate first.
    ///
    /// # Errors
    /// There is no certificate, or one that cannot be read.
    pub fn client(&self, chain: &[CertificateDer<'_>]) -> Result<Arc<Client>, Refusal> {
        let (own, intermediates) = chain.split_first().ok_or(Refusal::Missing)?;
        let (key, generation) = (Key::of(own, intermediates), self.generation());
        match self.0.known.good(&key, generation, UnixTime::now()) {
            Some(client) => Ok(client),
            None => Ok(Arc::new(Client::new(own, intermediates, 0)?)),
        }
    }

    /// Checks a chain against the current files unless that was done already. Returns their
    /// generation.
    pub(super) fn check(&self, chain: &[CertificateDer<'_>], checked: u64) -> Result<u64, Refusal> {
        let material = self.0.material.load();
        if material.generation == checked {
            return Ok(checked);
        }
        let (own, intermediates) = chain.split_first().ok_or(Refusal::Unreadable)?;
        material.chain_check.check(own, intermediates, UnixTime::now())?;
        Ok(material.generation)
    }

    pub(super) fn downgrade(&self) -> Weak<Inner> {
        Arc::downgrade(&self.0)
    }
}

impl Inner {
    /// Reloads if a file has changed since the last attempt. Certificate and key can be replaced
    /// one after the other: the attempt after the second succeeds.
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
    /// None, so that clients send whatever certificate they have, and a reload changes nothing
    /// here.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let (material, key) = (self.material.load(), Key::of(end_entity, intermediates));
        if let Some(client) = self.known.good(&key, material.generation, now) {
            handshake::note_good(client);
            return Ok(ClientCertVerified::assertion());
        }
        if let Err(refusal) = material.chain_check.check(end_entity, intermediates, now) {
            handshake::note_unfit(refusal, end_entity);
            return Err(refusal.alert().into());
        }
        // One that cannot be read is refused after the handshake.
        if let Ok(client) = Client::new(end_entity, intermediates, material.generation) {
            let client = Arc::new(client);
            self.known.keep(key, Arc::clone(&client), now);
            handshake::note_good(client);
        }
        Ok(ClientCertVerified::assertion())
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
