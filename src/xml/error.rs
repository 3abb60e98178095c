//! Errors of reading a document: it is not XML that this service accepts, or its content violates
//! the contract.

use std::fmt;

/// Why a document was refused as XML. The texts quote no content, so they may be logged and sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotWellFormed {
    /// The syntax is not XML.
    #[error("the document is not well-formed XML")]
    Syntax,
    /// A document type declaration. SOAP forbids it (WS-I R1008), and entity attacks depend on it.
    #[error("a document type declaration is not accepted")]
    Doctype,
    /// A processing instruction; SOAP forbids it (WS-I R1009).
    #[error("a processing instruction is not accepted")]
    ProcessingInstruction,
    /// An entity other than the five predefined ones, or a reference to a character that XML does
    /// not allow.
    #[error("a reference to an unknown entity or a forbidden character")]
    Reference,
    /// A character that XML 1.0 does not allow (section 2.2).
    #[error("a character that XML does not allow")]
    Character,
    /// An attribute given twice, or two prefixes that form the same expanded name.
    #[error("an attribute is given twice")]
    DuplicateAttribute,
    /// An undeclared prefix, or a forbidden namespace declaration.
    #[error("a namespace prefix is not declared")]
    Namespace,
    /// Content where XML allows none: before or after the root element, or text between elements.
    #[error("content stands where none is allowed")]
    Misplaced,
    /// The structure is not what the reader's user expects; the text says what is.
    #[error("{0}")]
    Structure(&'static str),
    /// The document ends before its elements are closed, or has no root element.
    #[error("the document ends too early")]
    Truncated,
    /// The document exceeds a limit of the reader, which the text names.
    #[error("the document exceeds the limit for {0}")]
    Limit(&'static str),
}

/// A position in a document: the byte offset and the path of local element names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The offset from the start of the decoded document, in bytes.
    pub offset: usize,
    /// Local names from the root, joined by `/`. Only names in the contract appear; others are
    /// written as `?`.
    pub path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "byte {} in /{}", self.offset, self.path)
    }
}

/// Content that violates the contract.
///
/// `text` is what Xerces would report (rules.md 3.4). It quotes the value that was sent, so it is
/// returned to the sender and must never be logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The Xerces message.
    pub text: String,
    /// The position.
    pub place: Place,
}

impl fmt::Debug for Invalid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Invalid({})", self.place)
    }
}

/// Why a message could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The document is not XML that this service accepts.
    #[error("{reason} ({place})")]
    NotWellFormed {
        /// The reason.
        reason: NotWellFormed,
        /// The position.
        place: Place,
    },
    /// The document is XML, but its content violates the contract.
    #[error("the content is not valid ({})", .0.place)]
    Invalid(Box<Invalid>),
}
