//! Why certificates, keys and revocation lists cannot be used.

use std::path::{Path, PathBuf};

/// Why the files cannot be used. The texts name the file and never contain any part of a key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        reason: std::io::Error,
    },
    /// The file has the wrong content.
    #[error("{path}: {reason}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The library refused the configuration as a whole.
    #[error("cannot set up TLS: {0}")]
    Setup(#[from] rustls::Error),
}

pub(super) fn unusable(path: &Path, reason: impl Into<String>) -> TlsError {
    TlsError::Unusable { path: path.to_owned(), reason: reason.into() }
}
