//! Reads certificate files, and issues server and client certificates and revocation lists for
//! development. Whom the service trusts is decided in `tls`.

mod authority;
mod certificate;
mod credential;
mod files;
mod key;
mod pem;
mod request;

pub use authority::CertificateAuthority;
pub use certificate::ClientCertificate;
pub use credential::{Credential, Serial, peer, peer_of_pem};
pub use files::write_private;
pub use key::KeyKind;
pub use pem::{Bundle, PemError};
pub use request::{CertificateRequest, RequestError};

/// Why a certificate cannot be created or read.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// A key, certificate or list cannot be created, or has an invalid name.
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// An RSA key cannot be generated.
    #[error("cannot generate an RSA key")]
    Rsa,
    /// The PKCS#12 container cannot be created.
    #[error("PKCS#12: {0}")]
    Pkcs12(#[from] p12_keystore::error::Error),
    /// A section of a PEM text cannot be read.
    #[error("{0}")]
    Pem(#[from] PemError),
    /// The text has no certificate, or no private key in PKCS#8 format.
    #[error("expected a certificate and a private key (PKCS#8) in PEM format")]
    NotPem,
    /// The PKCS#12 container cannot be opened.
    #[error("not a certificate, and not a PKCS#12 file with this password ({0})")]
    Unopened(p12_keystore::error::Error),
    /// The file contains no certificate.
    #[error("the file contains no certificate")]
    NoCertificate,
    /// All certificates in the file are authorities'.
    #[error("the file contains {0} authority certificates and no client certificate")]
    OnlyAuthorities(usize),
    /// The file contains several client certificates, and no key that tells which one to use.
    #[error("the file contains {0} client certificates: give a file with only one")]
    SeveralClients(usize),
    /// The certificate cannot be read.
    #[error("not an X.509 certificate")]
    NotCertificate,
}

#[cfg(test)]
mod tests;
