//! The clients whose chains were found good lately. Many clients open a connection for each call,
//! always with the same certificate: a chain that was checked against the files in use needs no
//! other check, and its certificate need not be read again. That the client has the certificate's
//! key is proven in every handshake all the same.
//!
//! What the check depends on is the chain, the files and the time. A client is found by every byte
//! of its chain; it counts for the generation of the files that it was checked against, so not
//! after a reload; and from the moment of that check until the first certificate of the chain ends.
//! Only good chains are kept, so strangers cannot fill the memory.

use std::ops::Range;
use std::sync::Arc;

use quick_cache::sync::Cache;
use rustls::pki_types::{CertificateDer, UnixTime};
use sha2::{Digest, Sha256};

use super::client::Client;

/// How many clients are kept, about 1.5 KB each. If more are in use, some chains are checked again.
const CLIENTS: usize = 4_096;

/// The SHA-256 of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 32]);

/// The clients, by their chains.
pub(super) struct Known(Cache<Key, Kept>);

#[derive(Clone)]
struct Kept {
    client: Arc<Client>,
    /// When the check holds, in seconds since 1970.
    holds: Range<u64>,
}

impl Key {
    pub(super) fn of(own: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>]) -> Self {
        let mut hash = Sha256::new();
        for certificate in std::iter::once(own).chain(intermediates) {
            hash.update(certificate.len().to_be_bytes());
            hash.update(certificate);
        }
        Self(hash.finalize().into())
    }
}

impl Known {
    pub(super) fn new() -> Self {
        Self(Cache::new(CLIENTS))
    }

    /// The client with this chain, if a check of it against files of this generation holds now.
    pub(super) fn good(&self, key: &Key, generation: u64, now: UnixTime) -> Option<Arc<Client>> {
        let Kept { client, holds } = self.0.get(key)?;
        (client.checked() == generation && holds.contains(&now.as_secs())).then_some(client)
    }

    /// Keeps a client whose chain was found good now.
    pub(super) fn keep(&self, key: Key, client: Arc<Client>, now: UnixTime) {
        let ends = client.chain().iter().map(end).min().unwrap_or_default();
        let holds = now.as_secs()..ends;
        if !holds.is_empty() {
            self.0.insert(key, Kept { client, holds });
        }
    }
}

/// When a certificate ends, in seconds since 1970; 0 if it cannot be read.
fn end(certificate: &CertificateDer<'_>) -> u64 {
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(certificate) else { return 0 };
    u64::try_from(certificate.validity().not_after.timestamp()).unwrap_or_default()
}
