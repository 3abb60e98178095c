//! The files that certificates are kept in, and a development certificate authority: server and client certificates, revocation lists.
//! Nothing here decides whom the service trusts.

mod authority;
mod certificate;
mod credential;
mod files;
mod key;
mod pem;

pub use authority::CertificateAuthority;
pub use certificate::ClientCertificate;
pub use credential::{Credential, Serial, peer, peer_of_pem};
pub use files::write_private;
pub use key::KeyKind;
pub use pem::{Bundle, PemError};

/// Why a certificate could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// Keys, certificates or lists could not be made, or a name is not allowed in them.
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// An RSA key could not be made.
    #[error("an RSA key could not be made")]
    Rsa,
    /// The PKCS#12 container could not be made.
    #[error("PKCS#12: {0}")]
    Pkcs12(#[from] p12_keystore::error::Error),
    /// A section of a PEM text cannot be read.
    #[error("{0}")]
    Pem(#[from] PemError),
    /// The text holds no certificate, or no private key in PKCS#8 form.
    #[error("expected a certificate and a private key (PKCS#8) in PEM form")]
    NotPem,
    /// The PKCS#12 container cannot be opened.
    #[error("the file is no certificate, and cannot be opened as PKCS#12 with this password ({0})")]
    Unopened(p12_keystore::error::Error),
    /// The file holds no certificate.
    #[error("the file holds no certificate")]
    NoCertificate,
    /// All certificates of the file are those of authorities.
    #[error("the file holds {0} certificates of authorities and no client's")]
    OnlyAuthorities(usize),
    /// The file holds several clients' certificates, and no key says which is meant.
    #[error("the file holds {0} certificates of clients: give a file with the one that is meant")]
    SeveralClients(usize),
    /// The certificate cannot be read.
    #[error("not an X.509 certificate")]
    NotCertificate,
}

#[cfg(test)]
mod tests;
