//! Formats a reply as indented text without passwords, and collects its leaves.

use base64::Engine as _;
use quick_xml::Writer;
use quick_xml::events::{BytesStart, BytesText, Event};

use super::super::envelope::MASK;
use super::{BASE64, Leaf, Reply, ReplyError, decoded};

/// A password with fewer characters is short; the contract demands 16.
const SHORT: usize = 6;

/// Collects leaves while writing the indented text. Text is held back until the next tag, so that
/// references can be joined to it; so is a start tag, so that an empty element becomes a single
/// tag.
pub(super) struct Layout {
    xml: Writer<Vec<u8>>,
    open: Vec<BytesStart<'static>>,
    /// The numbers of the open elements, and how many have been opened.
    numbers: Vec<usize>,
    opened: usize,
    pub(super) text: String,
    start_waits: bool,
    is_fault: bool,
    leaves: Vec<Leaf>,
    passwords: Vec<String>,
}

impl Layout {
    pub(super) fn new(passwords: Vec<String>) -> Layout {
        Layout {
            passwords,
            xml: Writer::new_with_indent(Vec::new(), b' ', 2),
            open: Vec::new(),
            numbers: Vec::new(),
            opened: 0,
            text: String::new(),
            start_waits: false,
            is_fault: false,
            leaves: Vec::new(),
        }
    }

    pub(super) fn open(&mut self, start: BytesStart<'_>) -> Result<(), ReplyError> {
        self.text.clear();
        let parent = self.open.last();
        if start.local_name().as_ref() == "Fault" && parent.is_some_and(|parent| parent.local_name().as_ref() == "Body")
        {
            self.is_fault = true;
        }
        if self.start_waits
            && let Some(parent) = parent
        {
            self.xml.write_event(Event::Start(parent.borrow()))?;
        }
        self.open.push(start.into_owned());
        self.opened += 1;
        self.numbers.push(self.opened);
        self.start_waits = true;
        Ok(())
    }

    pub(super) fn close(&mut self) -> Result<(), ReplyError> {
        let Some(start) = self.open.pop() else {
            return Err(ReplyError::Malformed("an element is closed that was not opened".into()));
        };
        self.numbers.pop();
        let text = std::mem::take(&mut self.text);
        let text = self.masked(text, start.local_name().as_ref());
        if !self.start_waits {
            self.xml.write_event(Event::End(start.to_end()))?;
        } else if text.trim().is_empty() {
            self.xml.write_event(Event::Empty(start))?;
        } else {
            self.xml.write_event(Event::Start(start.borrow()))?;
            self.xml.write_event(Event::Text(BytesText::new(&text)))?;
            self.xml.write_event(Event::End(start.to_end()))?;
            let parent = self.open.last().map_or_else(String::new, |parent| parent.local_name().as_ref().to_owned());
            let parent = (parent, self.numbers.last().copied().unwrap_or_default());
            self.leaves.push(Leaf { parent, name: start.local_name().as_ref().to_owned(), text });
        }
        self.start_waits = false;
        Ok(())
    }

    /// Removes the passwords from an element's text. A short one is masked only where it is quoted,
    /// because the service itself may use the same word.
    fn masked(&self, text: String, name: &str) -> String {
        if name == "ErrorDetail"
            && let Some(decoded) = decoded(&text)
        {
            let masked = self.masked(decoded.clone(), "");
            return if masked == decoded { text } else { BASE64.encode(masked) };
        }
        self.passwords.iter().fold(text, |text, password| {
            if password.chars().count() < SHORT {
                text.replace(&format!("'{password}'"), &format!("'{MASK}'"))
            } else {
                text.replace(password.as_str(), MASK)
            }
        })
    }

    pub(super) fn finish(self) -> Result<Reply, ReplyError> {
        let bytes = self.xml.into_inner();
        if bytes.is_empty() || !self.open.is_empty() {
            return Err(ReplyError::Malformed("it ends too early".into()));
        }
        let text = String::from_utf8(bytes).map_err(|error| ReplyError::Malformed(error.to_string()))?;
        Ok(Reply { text, is_fault: self.is_fault, leaves: self.leaves })
    }
}
