//! `[tls]`: the certificate files of the public listener. They are reloaded when they change.

use std::path::PathBuf;

use super::ConfigError;
use super::reader::Reader;

/// Certificate, key and trusted authorities.
#[derive(Debug, Clone)]
pub struct Tls {
    /// PEM: the server's certificate, followed by its intermediates.
    pub certificate: PathBuf,
    /// PEM: its private key. Use RSA, P-256 or P-384: some clients support nothing else.
    pub key: PathBuf,
    /// PEM: the authorities whose client certificates are accepted.
    pub client_ca: PathBuf,
    /// PEM or DER: revocation lists of those authorities.
    pub revocation_lists: Vec<PathBuf>,
}

impl Tls {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            certificate: reader.get("tls.certificate", PathBuf::from("pki/server.pem"))?,
            key: reader.get("tls.key", PathBuf::from("pki/server.pem"))?,
            client_ca: reader.get("tls.client_ca", PathBuf::from("pki/ca.pem"))?,
            revocation_lists: reader.get("tls.revocation_lists", Vec::new())?,
        })
    }
}
