//! Reads a reply for display: indents it, finds its codes, and tells faults from other replies. It
//! assumes nothing about the reply except that it is XML; the typed reader belongs to the service.

mod layout;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use std::io;

use self::layout::Layout;

/// A reply, formatted.
#[derive(Debug)]
pub struct Reply {
    /// The reply as indented text.
    pub text: String,
    /// Whether the body contains a SOAP fault.
    pub is_fault: bool,
    /// Every element that has text and no children, in document order.
    leaves: Vec<Leaf>,
}

#[derive(Debug)]
struct Leaf {
    /// The parent element: its name, and its number in document order.
    parent: (String, usize),
    name: String,
    text: String,
}

/// Why a reply could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReplyError {
    /// The text is not well-formed XML.
    #[error("the reply is not well-formed XML ({0}); is this the address of a learning records service?")]
    Malformed(String),
    /// Writing to memory failed; never happens.
    #[error("cannot format the reply: {0}")]
    Layout(#[from] io::Error),
}

impl Reply {
    /// Reads the text of an HTTP reply. `passwords` are those sent in the request, which are masked
    /// because a refusal may quote them.
    pub fn read(text: &str, passwords: Vec<String>) -> Result<Reply, ReplyError> {
        let mut layout = Layout::new(passwords);
        let mut reader = Reader::from_str(text);
        loop {
            let event = reader.read_event().map_err(|error| ReplyError::Malformed(error.to_string()))?;
            match event {
                Event::Start(start) => layout.open(start)?,
                Event::Empty(empty) => {
                    layout.open(empty)?;
                    layout.close()?;
                }
                Event::End(_) => layout.close()?,
                Event::Text(part) => layout.text.push_str(&part.xml10_content()),
                Event::CData(part) => layout.text.push_str(&part.xml10_content()),
                Event::GeneralRef(reference) => layout.text.push_str(&resolve(&reference.xml10_content())?),
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::DocType(_) => return Err(ReplyError::Malformed("it has a document type".into())),
                Event::Eof => return layout.finish(),
            }
        }
    }

    /// The text of the first leaf of this name.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.leaves.iter().find(|leaf| leaf.name == name).map(|leaf| leaf.text.as_str())
    }

    /// All elements of this name with their leaves, in document order.
    pub fn elements(&self, name: &str) -> Vec<Vec<(&str, &str)>> {
        let mut elements: Vec<Vec<(&str, &str)>> = Vec::new();
        let mut last = None;
        for Leaf { parent: (parent, number), name: leaf, text } in &self.leaves {
            if parent != name {
                continue;
            }
            if last != Some(number) {
                elements.push(Vec::new());
                last = Some(number);
            }
            if let Some(element) = elements.last_mut() {
                element.push((leaf, text));
            }
        }
        elements
    }

    /// The meanings of the codes in the reply, a line for each, from the service's table; each code
    /// once.
    pub fn meanings(&self, meaning: impl Fn(&str) -> Option<&'static str>) -> Vec<String> {
        let mut lines = Vec::new();
        for leaf in &self.leaves {
            if let Some(meaning) = meaning(&leaf.text) {
                let line = format!("{}: {meaning}", leaf.text);
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
        lines
    }

    /// The further details of a fault, or the decoded detail of a DomainFault; and on a second line
    /// the element that was refused, if known.
    pub fn fault_details(&self) -> Option<String> {
        let decoded = self.value("ErrorDetail").and_then(decoded);
        let further = self.value("FurtherDetails");
        let told = decoded.or_else(|| further.or_else(|| self.value("faultstring")).map(str::to_owned))?;
        Some(self.refusal().map_or_else(|| told.clone(), |refusal| format!("{told}\n{refusal}")))
    }

    /// The second entry in the detail of LearnerService's faults, as a sentence.
    fn refusal(&self) -> Option<String> {
        let part =
            |name| self.elements("Refusal").into_iter().flatten().find(|(leaf, _)| *leaf == name).map(|(_, text)| text);
        let place = format!("Refused: {}, line {}, column {}", part("Element")?, part("Line")?, part("Column")?);
        let rule = part("Rule").filter(|rule| self.value("FurtherDetails") != Some(rule));
        Some(rule.map_or_else(|| format!("{place}."), |rule| format!("{place}: {rule}")))
    }
}

fn decoded(text: &str) -> Option<String> {
    BASE64.decode(text.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok())
}

fn resolve(name: &str) -> Result<String, ReplyError> {
    quick_xml::escape::unescape(&format!("&{name};"))
        .map(std::borrow::Cow::into_owned)
        .map_err(|error| ReplyError::Malformed(error.to_string()))
}
