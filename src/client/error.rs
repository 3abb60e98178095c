//! Why a request could not be sent, or its reply could not be used.

use std::io;
use std::path::{Path, PathBuf};

use super::fields::FieldError;
use super::reply::ReplyError;
use crate::pki::PemError;

/// Why a client got no usable reply.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The contract has no such service or operation, or several of that name.
    #[error("{0}")]
    Unknown(String),
    /// The contract has no such field here.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A certificate or key file cannot be used.
    #[error("{} {what}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The certificates or keys in a file cannot be read.
    #[error("{}: {error}.", .file.display())]
    Certificates {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        error: PemError,
    },
    /// The service could not be reached, or did not reply in time.
    #[error("No response from {address}: {reason}\n{advice}")]
    NoReply {
        /// The address.
        address: String,
        /// The error of the transport.
        reason: String,
        /// What to check.
        advice: &'static str,
    },
    /// The reply was cut off.
    #[error("Cannot read the response from {address}: {reason}")]
    Broken {
        /// The address.
        address: String,
        /// The error of the transport.
        reason: String,
    },
    /// The reply is not an envelope.
    #[error("HTTP status {status}: {error}")]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        error: ReplyError,
    },
    /// The service replied with a fault.
    #[error("{}", .code.as_deref().unwrap_or("A fault"))]
    Fault {
        /// Its code, such as `WSEC0005`.
        code: Option<String>,
        /// Its further details; may be empty.
        details: String,
    },
    /// The request could not be written.
    #[error("Cannot write the request: {0}")]
    Request(#[from] io::Error),
}

impl ClientError {
    /// A file with the wrong contents.
    pub(super) fn holds(file: &Path, what: impl Into<String>) -> Self {
        Self::File { file: file.to_owned(), what: format!("contains {}", what.into()) }
    }
}
