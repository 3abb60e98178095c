//! What stops a compilation, with the place that a person has to look at.

use std::fmt;
use std::path::PathBuf;

/// A place in a document.
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
        /// What the system says.
        source: std::io::Error,
    },
    /// A document is not well-formed or lacks what its kind must have.
    #[error("{at}: {reason}")]
    Document {
        /// Where.
        at: At,
        /// Why.
        reason: String,
    },
    /// A construct of WSDL or XML Schema that this compiler does not support.
    #[error("{at}: {construct} is not supported here")]
    Unsupported {
        /// Where.
        at: At,
        /// The element or attribute.
        construct: String,
    },
    /// A name that nothing declares.
    #[error("{at}: there is no {kind} {name}")]
    Unknown {
        /// Where.
        at: At,
        /// What it should be: type, element, message, binding, facet.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// The bindings file says something wrong.
    #[error("{}: {reason}", file.display())]
    Bindings {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The generated text is no Rust; a defect of this compiler.
    #[error("the generated text is no Rust: {0}")]
    Generated(String),
}
