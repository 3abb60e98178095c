//! The pull reader, which rejects hostile input: it enforces limits, and well-formedness beyond
//! what quick-xml checks.
//!
//! It never recurses, resolves no entities except the five predefined ones, and returns slices of
//! the document wherever a value is contiguous. `tests/integration/hostile.rs` lists what it must
//! reject.

mod attributes;
mod beginning;
mod limits;
mod place;
mod tokens;

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;

use super::characters::{check_characters, is_blank};
use super::error::{NotWellFormed, ReadError};
use super::scope::Scope;
use attributes::Attribute;
pub use limits::Limits;
use tokens::Token;

/// The start of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start<'i> {
    /// The name without its prefix.
    pub local: &'i str,
    /// The prefix, or empty; [`Reader::namespace`] resolves it.
    pub prefix: &'i str,
    /// Whether the element has `xsi:nil="true"` (or `1`), whatever prefix stands for `xsi`.
    pub nil: bool,
    /// Whether `xsi:type` declares the text as base64.
    pub base64: bool,
}

impl Start<'_> {
    /// The name as the sender wrote it, with its prefix.
    pub fn raw(&self) -> RawName<'_> {
        RawName { prefix: self.prefix, local: self.local }
    }
}

/// A name with its prefix, as the sender wrote it and as Xerces reports it.
#[derive(Debug, Clone, Copy)]
pub struct RawName<'i> {
    prefix: &'i str,
    local: &'i str,
}

impl fmt::Display for RawName<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix.is_empty() { out.write_str(self.local) } else { write!(out, "{}:{}", self.prefix, self.local) }
    }
}

/// Reads a document from beginning to end. A clone continues from the current position.
#[derive(Clone)]
pub struct Reader<'i> {
    source: &'i str,
    events: quick_xml::Reader<&'i [u8]>,
    limits: &'i Limits,
    scope: Scope<'i>,
    open: Vec<Open<'i>>,
    attributes: Vec<Attribute<'i>>,
    elements: u32,
    references: usize,
    attributes_in_all: usize,
    rooted: bool,
    /// An empty-element tag was read, so its end is the next token.
    closing: bool,
    carriage_returns: bool,
    unknown: u32,
    /// The depth of an element to treat as ended after its child of this name.
    ends_after: Option<(usize, &'static str)>,
}

#[derive(Debug, Clone)]
struct Open<'i> {
    prefix: &'i str,
    local: &'i str,
    children: u32,
    known: bool,
}

impl<'i> Reader<'i> {
    /// Starts reading a decoded document; skips a byte order mark.
    ///
    /// # Errors
    /// When the document contains a character that XML does not allow.
    pub fn new(document: &'i str, limits: &'i Limits) -> Result<Self, ReadError> {
        let reader = Self::unchecked(document, limits);
        check_characters(reader.source)?;
        Ok(reader)
    }

    fn unchecked(document: &'i str, limits: &'i Limits) -> Self {
        let source = document.strip_prefix('\u{feff}').unwrap_or(document);
        let mut events = quick_xml::Reader::from_str(source);
        events.config_mut().check_comments = true;
        Reader {
            source,
            events,
            limits,
            scope: Scope::default(),
            open: Vec::with_capacity(8),
            attributes: Vec::new(),
            elements: 0,
            references: 0,
            attributes_in_all: 0,
            rooted: false,
            closing: false,
            carriage_returns: memchr(b'\r', source.as_bytes()).is_some(),
            unknown: 0,
            ends_after: None,
        }
    }

    /// The next child of the open element; `None` at its end.
    ///
    /// # Errors
    /// When the document is not well-formed, or has text where only elements are allowed.
    pub fn child(&mut self) -> Result<Option<Start<'i>>, ReadError> {
        loop {
            match self.token()? {
                Token::Start(start) => return Ok(Some(start)),
                Token::End => return Ok(None),
                Token::Text(text) if is_blank(&text) => {}
                Token::Text(_) if self.open.is_empty() => return Err(self.broken(NotWellFormed::Misplaced)),
                Token::Text(_) => {
                    let parent = self.raw_name(self.open.len());
                    return Err(self.invalid(format!(
                        "cvc-complex-type.2.3: Element '{parent}' cannot have character [children], because the type's content type is element-only."
                    )));
                }
                Token::Eof => return Err(self.broken(NotWellFormed::Truncated)),
            }
        }
    }

    /// The text of the open element, up to and including its end. Comments are dropped and CDATA
    /// sections unwrapped.
    ///
    /// # Errors
    /// When the document is not well-formed, or the element has children.
    pub fn text(&mut self) -> Result<Cow<'i, str>, ReadError> {
        let mut whole = Cow::Borrowed("");
        loop {
            match self.token()? {
                Token::End => return Ok(whole),
                Token::Text(piece) if whole.is_empty() => whole = piece,
                Token::Text(piece) => {
                    if whole.len() + piece.len() > self.limits.text {
                        return Err(self.broken(NotWellFormed::Limit("text of one element")));
                    }
                    whole.to_mut().push_str(&piece);
                }
                Token::Start(_) => {
                    let parent = self.raw_name(self.open.len().saturating_sub(1));
                    return Err(self.invalid(format!(
                        "cvc-type.3.1.2: Element '{parent}' is a simple type, so it must have no element information item [children]."
                    )));
                }
                Token::Eof => return Err(self.broken(NotWellFormed::Truncated)),
            }
        }
    }

    /// Skips the open element and everything in it.
    ///
    /// # Errors
    /// When the document is not well-formed.
    pub fn skip(&mut self) -> Result<(), ReadError> {
        let outer = self.open.len().saturating_sub(1);
        if let Some(open) = self.open.last_mut() {
            open.known = false;
        }
        while self.open.len() > outer {
            if let Token::Eof = self.token()? {
                return Err(self.broken(NotWellFormed::Truncated));
            }
        }
        Ok(())
    }

    /// Skips an element that is not in the contract, and counts it.
    ///
    /// # Errors
    /// When the document is not well-formed.
    pub fn skip_unknown(&mut self) -> Result<(), ReadError> {
        self.unknown += 1;
        self.skip()
    }

    /// Reads to the end of the document, which may contain only comments and white space.
    ///
    /// # Errors
    /// When anything else follows the root element.
    pub fn finish(&mut self) -> Result<(), ReadError> {
        if !self.open.is_empty() || !self.rooted {
            return Err(self.broken(NotWellFormed::Truncated));
        }
        loop {
            match self.token()? {
                Token::Eof => return Ok(()),
                Token::Text(text) if is_blank(&text) => {}
                _ => return Err(self.broken(NotWellFormed::Misplaced)),
            }
        }
    }

    /// The namespace of an element; valid only until the next token is read.
    pub fn namespace(&self, start: &Start<'_>) -> &str {
        self.scope.resolve(start.prefix).unwrap_or("")
    }

    /// The number of elements skipped because they are not in the contract.
    pub fn unknown_elements(&self) -> u32 {
        self.unknown
    }
}
