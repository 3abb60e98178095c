//! Why a handshake failed. The library's errors name neither the certificate nor most causes, so that the verifier notes
//! both for the handshake that it is asked in.

use std::cell::RefCell;
use std::fmt;
use std::io;

use rustls::pki_types::CertificateDer;
use tokio::task_local;

use super::refusal::Refusal;
use crate::model::{Fingerprint, plain};

/// The longest part of a subject that is shown.
const LONGEST_SUBJECT: usize = 200;

task_local! {
    static NOTED: RefCell<Option<Unfit>>;
}

/// A certificate that was refused.
#[derive(Debug)]
pub struct Unfit {
    /// Why.
    pub refusal: Refusal,
    fingerprint: Fingerprint,
    /// Its whole subject, without what would steer a terminal.
    subject: String,
}

/// Why a handshake failed.
#[derive(Debug)]
pub enum Failure {
    /// The client's certificate was refused.
    Unfit(Unfit),
    /// The client sent no certificate.
    Missing,
    /// Client or server broke off by the rules of TLS.
    Protocol(rustls::Error),
    /// The connection ended.
    Connection,
}

/// Runs a handshake with this trust's configuration, or a part of it, and says why it fails.
///
/// # Errors
/// See [`Failure`].
pub async fn attempt<T>(handshake: impl Future<Output = io::Result<T>>) -> Result<T, Failure> {
    let noting = async {
        let result = handshake.await;
        result.map_err(|error| NOTED.with(RefCell::take).map_or_else(|| Failure::of(&error), Failure::Unfit))
    };
    NOTED.scope(RefCell::default(), noting).await
}

/// Notes the certificate that the handshake fails for.
pub(super) fn note(refusal: Refusal, certificate: &[u8]) {
    // Outside a handshake nobody asks.
    let _ = NOTED.try_with(|noted| noted.replace(Some(Unfit::new(refusal, certificate))));
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
    /// The client of a complete handshake was refused; `chain` is what it sent.
    pub fn of_client(refusal: Refusal, chain: &[CertificateDer<'_>]) -> Self {
        chain.first().map_or(Self::Missing, |own| Self::Unfit(Unfit::new(refusal, own)))
    }

    /// One word, for the metrics.
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
                write!(f, "the client broke off with the alert {alert:?}: does it trust the service's certificate?")
            }
            Self::Protocol(rustls::Error::PeerIncompatible(why)) => {
                write!(f, "the client and the service have no way of TLS in common ({why:?})")
            }
            Self::Protocol(error) => write!(f, "the client did not keep to TLS ({error})"),
            Self::Connection => f.write_str("the client broke off"),
        }
    }
}
