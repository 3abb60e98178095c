//! What the library does not tell of a handshake: why it failed, or whose certificate was found
//! good. The certificate check records both for the handshake that it runs in.

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use tokio::task_local;

use super::client::Client;
use super::refusal::Refusal;
use crate::model::{Fingerprint, plain};

/// Maximum length of a subject in a message.
const LONGEST_SUBJECT: usize = 200;

task_local! {
    static NOTED: RefCell<Option<Noted>>;
}

/// What the certificate check records.
#[derive(Debug)]
enum Noted {
    Good(Arc<Client>),
    Unfit(Unfit),
}

/// A certificate that was refused.
#[derive(Debug)]
pub struct Unfit {
    /// The reason.
    pub refusal: Refusal,
    fingerprint: Fingerprint,
    /// Its subject, with control characters escaped.
    subject: String,
}

/// Why a handshake failed.
#[derive(Debug)]
pub enum Failure {
    /// The client's certificate was refused.
    Unfit(Unfit),
    /// The client sent no certificate.
    Missing,
    /// Client or server ended the handshake with a TLS error.
    Protocol(rustls::Error),
    /// The connection was closed.
    Connection,
}

/// Runs a handshake, or a part of one, and returns the client whose chain it found good, or the
/// cause of its failure. There is no client where none is asked for a certificate, or where a
/// session is resumed, which skips the check.
///
/// # Errors
/// See [`Failure`].
pub async fn attempt<T>(handshake: impl Future<Output = io::Result<T>>) -> Result<(T, Option<Arc<Client>>), Failure> {
    let noting = async {
        let result = handshake.await;
        match (result, NOTED.with(RefCell::take)) {
            (Ok(done), Some(Noted::Good(client))) => Ok((done, Some(client))),
            (Ok(done), _) => Ok((done, None)),
            (Err(_), Some(Noted::Unfit(unfit))) => Err(Failure::Unfit(unfit)),
            (Err(error), _) => Err(Failure::of(&error)),
        }
    };
    NOTED.scope(RefCell::default(), noting).await
}

/// Records the client whose chain is good.
pub(super) fn note_good(client: Arc<Client>) {
    note(Noted::Good(client));
}

/// Records the certificate that makes the handshake fail.
pub(super) fn note_unfit(refusal: Refusal, certificate: &[u8]) {
    note(Noted::Unfit(Unfit::new(refusal, certificate)));
}

fn note(what: Noted) {
    // Outside a handshake, there is nothing to record it for.
    let _ = NOTED.try_with(|noted| noted.replace(Some(what)));
}

impl Unfit {
    fn new(refusal: Refusal, certificate: &[u8]) -> Self {
        let subject = x509_parser::parse_x509_certificate(certificate)
            .map_or_else(|_| String::new(), |(_, certificate)| certificate.subject().to_string());
        let shown: String = subject.chars().take(LONGEST_SUBJECT).collect();
        Self { refusal, fingerprint: Fingerprint::of_der(certificate), subject: plain(&shown) }
    }
}

impl Failure {
    /// The refusal of a client after its handshake; `chain` is what it sent.
    pub fn of_client(refusal: Refusal, chain: &[CertificateDer<'_>]) -> Self {
        chain.first().map_or(Self::Missing, |own| Self::Unfit(Unfit::new(refusal, own)))
    }

    /// The label in the metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unfit(unfit) => unfit.refusal.name(),
            Self::Missing => Refusal::Missing.name(),
            Self::Protocol(rustls::Error::AlertReceived(_)) => "handshake_alert",
            Self::Protocol(rustls::Error::PeerIncompatible(_)) => "handshake_incompatible",
            Self::Protocol(_) => "handshake_malformed",
            Self::Connection => "handshake_broken_off",
        }
    }

    fn of(error: &io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::NoCertificatesPresented) => Self::Missing,
            Some(error) => Self::Protocol(error.clone()),
            None => Self::Connection,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfit(Unfit { refusal, fingerprint, subject }) => {
                write!(f, "{refusal}; certificate {fingerprint}, subject '{subject}'")
            }
            Self::Missing => write!(f, "{}", Refusal::Missing),
            Self::Protocol(rustls::Error::AlertReceived(alert)) => {
                write!(
                    f,
                    "the client aborted the handshake with the alert {alert:?}; check that it trusts the service's certificate"
                )
            }
            Self::Protocol(rustls::Error::PeerIncompatible(why)) => {
                write!(f, "client and service have no TLS version or cipher in common ({why:?})")
            }
            Self::Protocol(error) => write!(f, "the client violated the TLS protocol ({error})"),
            Self::Connection => f.write_str("the client closed the connection"),
        }
    }
}
