//! Reads a reply for people: indents it, finds the codes in it, and tells a fault from an answer.
//! It trusts nothing in the reply but its being XML; the service's typed reader stays with the service.

mod layout;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use std::io;

use self::layout::Layout;

/// A reply, laid out.
#[derive(Debug)]
pub struct Reply {
    /// The reply as indented text.
    pub text: String,
    /// True when the body holds a SOAP fault.
    pub is_fault: bool,
    /// Every element without child elements that has text, in document order.
    leaves: Vec<Leaf>,
}

#[derive(Debug)]
struct Leaf {
    /// The element in which it stands: its name, and its number in document order.
    parent: (String, usize),
    name: String,
    text: String,
}

/// Why a reply could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReplyError {
    /// The text is no well-formed XML document.
    #[error("the reply is not well-formed XML ({0}); is this the address of a learning records service?")]
    Malformed(String),
    /// Memory could not be written: never seen.
    #[error("cannot format the reply: {0}")]
    Layout(#[from] io::Error),
}

impl Reply {
    /// Reads the text of an HTTP reply. `passwords` are those that were sent: a service may quote them when it refuses a request, and here
    /// they are masked.
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

    /// Every element of this name with its leaves, in document order.
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

    /// What the codes in the reply mean, one line each, by the table of the service; each code once.
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

    /// What the service said about a fault beyond its code: further details, or the decoded detail of a DomainFault; and
    /// on a second line which element it refused, where it knows that.
    pub fn fault_details(&self) -> Option<String> {
        let decoded = self.value("ErrorDetail").and_then(decoded);
        let further = self.value("FurtherDetails");
        let told = decoded.or_else(|| further.or_else(|| self.value("faultstring")).map(str::to_owned))?;
        Some(self.refusal().map_or_else(|| told.clone(), |refusal| format!("{told}\n{refusal}")))
    }

    /// The second entry of the detail of LearnerService's faults, as a sentence.
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
