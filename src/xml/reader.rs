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

use std::borrow::Cow;
use std::fmt;

use memchr::{memchr, memmem};
use quick_xml::events::{BytesDecl, Event};

use super::characters::{check_characters, is_blank, is_name, resolve};
use super::error::{NotWellFormed, ReadError};
use super::scope::Scope;
use attributes::Attribute;
pub use limits::Limits;

/// After this many elements the reader yields the processor: that is a fraction of a millisecond,
/// and more than most documents have.
const STRETCH: u32 = 512;

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

enum Token<'i> {
    Start(Start<'i>),
    End,
    Text(Cow<'i, str>),
    Eof,
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

    fn token(&mut self) -> Result<Token<'i>, ReadError> {
        if std::mem::take(&mut self.closing) {
            self.close();
            return Ok(Token::End);
        }
        loop {
            let begin = self.offset();
            let event = match self.events.read_event() {
                Ok(event) => event,
                Err(_) => return Err(self.broken(NotWellFormed::Syntax)),
            };
            match event {
                Event::Start(_) => {
                    let tag = self.source.get(begin + 1..self.offset() - 1);
                    return self.start(tag.unwrap_or("")).map(Token::Start);
                }
                Event::Empty(_) => {
                    let tag = self.source.get(begin + 1..self.offset() - 2);
                    let start = self.start(tag.unwrap_or(""))?;
                    self.closing = true;
                    return Ok(Token::Start(start));
                }
                Event::End(_) => {
                    self.close();
                    return Ok(Token::End);
                }
                Event::Text(text) => return self.characters(text.into_inner()).map(Token::Text),
                Event::CData(text) => {
                    let text = self.with_line_ends(text.into_inner());
                    self.check_text(&text)?;
                    if self.open.is_empty() {
                        return Err(self.broken(NotWellFormed::Misplaced));
                    }
                    return Ok(Token::Text(text));
                }
                Event::GeneralRef(reference) => {
                    self.count_references(1)?;
                    let character = resolve(&reference).ok_or_else(|| self.broken(NotWellFormed::Reference))?;
                    if self.open.is_empty() {
                        return Err(self.broken(NotWellFormed::Misplaced));
                    }
                    return Ok(Token::Text(Cow::Owned(character.to_string())));
                }
                Event::Comment(_) => {}
                Event::Decl(declaration) => self.declaration(begin, &declaration)?,
                Event::PI(_) => return Err(self.broken(NotWellFormed::ProcessingInstruction)),
                Event::DocType(_) => return Err(self.broken(NotWellFormed::Doctype)),
                Event::Eof if self.open.is_empty() && self.rooted => return Ok(Token::Eof),
                Event::Eof => return Err(self.broken(NotWellFormed::Truncated)),
            }
        }
    }

    fn start(&mut self, tag: &'i str) -> Result<Start<'i>, ReadError> {
        if self.open.is_empty() && self.rooted {
            return Err(self.broken(NotWellFormed::Misplaced));
        }
        self.rooted = true;
        self.count()?;
        let end = tag.bytes().position(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        let name = tag.get(..end.unwrap_or(tag.len())).unwrap_or(tag);
        let (prefix, local) = self.name(name)?;
        self.open.push(Open { prefix, local, children: 0, known: true });
        self.attributes.clear();
        if end.is_some() {
            self.read_attributes(tag, name.len())?;
        }
        if self.scope.resolve(prefix).is_none() {
            return Err(self.broken(NotWellFormed::Namespace));
        }
        let (nil, base64) = if self.attributes.is_empty() { (false, false) } else { (self.is_nil(), self.is_base64()) };
        Ok(Start { local, prefix, nil, base64 })
    }

    fn count(&mut self) -> Result<(), ReadError> {
        self.elements += 1;
        if self.elements.is_multiple_of(STRETCH) {
            // A long document must not block other tasks.
            std::thread::yield_now();
        }
        let siblings = self.open.last_mut().map_or(0, |parent| {
            parent.children += 1;
            parent.children
        });
        let exceeded = if self.elements > self.limits.elements {
            "elements"
        } else if siblings > self.limits.children {
            "children of one element"
        } else if self.open.len() >= usize::try_from(self.limits.depth).unwrap_or(usize::MAX) {
            "depth"
        } else {
            return Ok(());
        };
        Err(self.broken(NotWellFormed::Limit(exceeded)))
    }

    fn name(&self, name: &'i str) -> Result<(&'i str, &'i str), ReadError> {
        if name.len() > self.limits.name {
            return Err(self.broken(NotWellFormed::Limit("length of a name")));
        }
        let (prefix, local) = match memchr(b':', name.as_bytes()) {
            Some(colon) => (name.get(..colon).unwrap_or(""), name.get(colon + 1..).unwrap_or("")),
            None => ("", name),
        };
        if is_name(local)
            && (prefix.is_empty() == (local.len() == name.len()))
            && (prefix.is_empty() || is_name(prefix))
        {
            Ok((prefix, local))
        } else {
            Err(self.broken(NotWellFormed::Syntax))
        }
    }

    fn close(&mut self) {
        self.scope.leave(u32::try_from(self.open.len()).unwrap_or(u32::MAX));
        let closed = self.open.pop();
        if let Some((depth, child)) = self.ends_after
            && depth == self.open.len()
            && closed.is_some_and(|closed| closed.local == child)
        {
            self.closing = true;
        }
    }

    fn characters(&self, text: Cow<'i, str>) -> Result<Cow<'i, str>, ReadError> {
        if memmem::find(text.as_bytes(), b"]]>").is_some() {
            return Err(self.broken(NotWellFormed::Syntax));
        }
        self.check_text(&text)?;
        Ok(self.with_line_ends(text))
    }

    fn check_text(&self, text: &str) -> Result<(), ReadError> {
        if text.len() > self.limits.text {
            return Err(self.broken(NotWellFormed::Limit("text of one element")));
        }
        Ok(())
    }

    /// Normalises line ends to a line feed (XML 1.0, 2.11).
    fn with_line_ends(&self, text: Cow<'i, str>) -> Cow<'i, str> {
        if self.carriage_returns && text.contains('\r') {
            Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
        } else {
            text
        }
    }

    fn declaration(&self, begin: usize, declaration: &BytesDecl<'_>) -> Result<(), ReadError> {
        if begin != 0 {
            return Err(self.broken(NotWellFormed::Misplaced));
        }
        match declaration.version() {
            Ok(version) if version == "1.0" => Ok(()),
            _ => Err(self.broken(NotWellFormed::Syntax)),
        }
    }
}
