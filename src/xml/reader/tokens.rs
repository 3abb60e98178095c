//! The next token of a document, checked for well-formedness and limits.
//!
//! **Warning: the yield in `count` is delicate.** A long document is read in one go, without a
//! wait, on a thread that competes with those that serve calls. Linux's scheduler alone lets those
//! wait up to 4 ms, even with another processor idle. This yield, the writer's
//! (`src/store/writer/thread.rs`) and other changes made with them took the 99th percentile of
//! other calls during a batch of 10,000 achievements from 2 to 5 times the idle figure down to 1
//! to 2 times.
//!
//! ```text
//!  read ──► 512 elements read? ──no──► read on
//!   ▲              │ yes
//!   └── running ◄──┴── yield_now: threads that are ready go first
//! ```
//!
//! * The yield is not a wait: if no other thread is ready, it returns at once.
//! * Documents of fewer than 512 elements never yield, so ordinary calls do not pay for it.
//! * Do not read a document while you hold a lock: others would wait for it during the yield.
//!
//! When you change it, run `make bench` for `messages` (the cost of reading) and `achievements`
//! (calls of others during a batch).

use std::borrow::Cow;

use memchr::{memchr, memmem};
use quick_xml::events::Event;

use super::{Open, Reader, Start};
use crate::xml::characters::{is_name, resolve};
use crate::xml::declaration::Declaration;
use crate::xml::error::{NotWellFormed, ReadError};

/// After this many elements the reader yields the processor: that is a fraction of a millisecond,
/// and more than most documents have.
const STRETCH: u32 = 512;

pub(super) enum Token<'i> {
    Start(Start<'i>),
    End,
    Text(Cow<'i, str>),
    Eof,
}

impl<'i> Reader<'i> {
    pub(super) fn token(&mut self) -> Result<Token<'i>, ReadError> {
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
                Event::Decl(_) => self.declaration(begin)?,
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

    pub(super) fn name(&self, name: &'i str) -> Result<(&'i str, &'i str), ReadError> {
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

    fn declaration(&self, begin: usize) -> Result<(), ReadError> {
        if begin != 0 {
            return Err(self.broken(NotWellFormed::Misplaced));
        }
        Declaration::read(self.source).map(|_| ()).map_err(|_| self.broken(NotWellFormed::Syntax))
    }
}
