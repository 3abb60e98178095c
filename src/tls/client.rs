//! The client of a connection, and whether its certificate is still good.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustls::pki_types::CertificateDer;

use super::{Refusal, Trust};
use crate::model::{Peer, Timestamp};
use crate::pki::peer;

/// A client with its certificate chain. Connections with the same chain may share one.
#[derive(Debug)]
pub struct Client {
    peer: Arc<Peer>,
    chain: Vec<CertificateDer<'static>>,
    /// The generation of the files against which the chain was last checked; 0 for none.
    checked: AtomicU64,
}

impl Client {
    pub(super) fn new(
        own: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        checked: u64,
    ) -> Result<Self, Refusal> {
        let peer = Arc::new(peer(own).map_err(|_| Refusal::Unreadable)?);
        let chain = std::iter::once(own).chain(intermediates);
        let chain = chain.map(|certificate| certificate.clone().into_owned()).collect();
        Ok(Self { peer, chain, checked: AtomicU64::new(checked) })
    }

    /// The peer.
    pub fn peer(&self) -> &Arc<Peer> {
        &self.peer
    }

    /// Whether the certificate is still good. To be called before every request: it costs two
    /// comparisons, and a check of the chain after the files have changed.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn admit(&self, trust: &Trust, now: Timestamp) -> Result<(), Refusal> {
        if self.peer.not_after < now {
            return Err(Refusal::Expired);
        }
        let checked = self.checked();
        let passed = trust.check(&self.chain, checked)?;
        if passed != checked {
            self.checked.store(passed, Ordering::Relaxed);
        }
        Ok(())
    }

    pub(super) fn checked(&self) -> u64 {
        self.checked.load(Ordering::Relaxed)
    }

    pub(super) fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }
}
