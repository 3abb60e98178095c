//! What can be wrong with a document: it is not well-formed (or not acceptable) XML, or its content is invalid.

use std::fmt;

/// Why a document was refused as XML. The texts name no content of the document, so they may be logged and sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotWellFormed {
    /// The XML syntax itself is broken.
    #[error("the document is not well-formed XML")]
    Syntax,
    /// A document type declaration; SOAP forbids it (WS-I R1008) and it is where entity attacks live.
    #[error("a document type declaration is not accepted")]
    Doctype,
    /// A processing instruction; SOAP forbids it (WS-I R1009).
    #[error("a processing instruction is not accepted")]
    ProcessingInstruction,
    /// An entity that is none of the five predefined ones, or a reference to a character that XML does not allow.
    #[error("a reference to an unknown entity or a forbidden character")]
    Reference,
    /// A character that XML 1.0 does not allow (section 2.2).
    #[error("a character that XML does not allow")]
    Character,
    /// An attribute given twice, or two prefixes that make the same expanded name.
    #[error("an attribute is given twice")]
    DuplicateAttribute,
    /// A prefix without a namespace, or a forbidden namespace declaration.
    #[error("a namespace prefix is not declared")]
    Namespace,
    /// Something stands where XML allows nothing: before, between or after the root element, or text between elements.
    #[error("content stands where none is allowed")]
    Misplaced,
    /// The elements do not stand as whoever reads the document expects them; the text says how they should.
    #[error("{0}")]
    Structure(&'static str),
    /// The document ends before its elements are closed, or has no root element.
    #[error("the document ends too early")]
    Truncated,
    /// One of the limits of the reader is exceeded; the text says which.
    #[error("the document exceeds the limit for {0}")]
    Limit(&'static str),
}

/// Where in a document something was found: the byte offset and the path of local element names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Offset in bytes from the beginning of the decoded document.
    pub offset: usize,
    /// Local names from the root, joined by `/`; names of the contract only, unknown ones are written as `?`.
    pub path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "byte {} in /{}", self.offset, self.path)
    }
}

/// Content that the contract does not allow.
///
/// `text` is what Xerces would say (rules.md 3.4). It quotes the value that was sent, so it goes back to the sender
/// and never into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The Xerces text.
    pub text: String,
    /// Where it was found.
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
    /// Not XML that this service accepts.
    #[error("{reason} ({place})")]
    NotWellFormed {
        /// What is wrong.
        reason: NotWellFormed,
        /// Where.
        place: Place,
    },
    /// XML, but not content that the contract allows.
    #[error("the content is not valid ({})", .0.place)]
    Invalid(Box<Invalid>),
}
