//! Generates private keys.

use rcgen::KeyPair;
use rsa::PrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::PkiError;

/// Bits of an RSA key: supported by every client, and the minimum for the service.
const RSA_BITS: usize = 2048;

/// The algorithm of a private key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum KeyKind {
    /// Elliptic curve P-256: short and fast
    #[default]
    Ec,
    /// RSA, 2048 bits, for clients that support nothing else (soap4r, old .NET, Mono)
    Rsa,
}

impl KeyKind {
    /// Generates a key. RSA takes a fraction of a second.
    pub(super) fn make(self) -> Result<KeyPair, PkiError> {
        match self {
            Self::Ec => Ok(KeyPair::generate()?),
            Self::Rsa => {
                let key = PrivateKey::new(&mut rand::rng(), RSA_BITS).map_err(|_| PkiError::Rsa)?;
                let key = key.to_pkcs8_der().map_err(|_| PkiError::Rsa)?;
                let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.as_bytes()));
                Ok(KeyPair::try_from(&key)?)
            }
        }
    }
}
