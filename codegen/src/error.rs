//! Errors of the compiler, with the place to look at.

use std::fmt;
use std::path::PathBuf;

/// A position in a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct At {
    /// The file.
    pub file: PathBuf,
    /// `line:column`, both from 1.
    pub position: String,
}

impl fmt::Display for At {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.file.display(), self.position)
    }
}

/// Why the documents cannot be compiled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read.
    #[error("{}: {source}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// A document is not well-formed, or lacks a mandatory part.
    #[error("{at}: {reason}")]
    Document {
        /// The position.
        at: At,
        /// The reason.
        reason: String,
    },
    /// A construct of WSDL or XML Schema that this compiler does not support.
    #[error("{at}: {construct} is not supported here")]
    Unsupported {
        /// The position.
        at: At,
        /// The element or attribute.
        construct: String,
    },
    /// A name that is not declared anywhere.
    #[error("{at}: there is no {kind} {name}")]
    Unknown {
        /// The position.
        at: At,
        /// What it should be: type, element, message, binding or facet.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// The bindings file contains an error.
    #[error("{}: {reason}", file.display())]
    Bindings {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The generated text is not valid Rust: a bug in this compiler.
    #[error("the generated text is no Rust: {0}")]
    Generated(String),
}
