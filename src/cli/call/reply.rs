//! Reads a reply for people: indents it, finds the codes in it, and tells a fault from an answer.
//! It trusts nothing in the reply but its being XML; the service's typed reader stays with the service.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use quick_xml::Writer;
use quick_xml::events::{BytesStart, BytesText, Event};
use quick_xml::reader::Reader;
use std::io;

use super::envelope::MASK;

/// A password of fewer characters is a short one; those of the contract have 16.
const SHORT: usize = 6;

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
    #[error("the reply could not be laid out: {0}")]
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

/// Collects leaves while it writes the indented text. Text waits until the next tag, so that references join it; a start tag waits
/// too, so that an element without content is written as one tag.
struct Layout {
    xml: Writer<Vec<u8>>,
    open: Vec<BytesStart<'static>>,
    /// The numbers of the open elements, and how many were opened so far.
    numbers: Vec<usize>,
    opened: usize,
    text: String,
    start_waits: bool,
    is_fault: bool,
    leaves: Vec<Leaf>,
    passwords: Vec<String>,
}

impl Layout {
    fn new(passwords: Vec<String>) -> Layout {
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

    fn open(&mut self, start: BytesStart<'_>) -> Result<(), ReplyError> {
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

    fn close(&mut self) -> Result<(), ReplyError> {
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

    /// The text of an element without the passwords. A short one is masked where it is quoted, as a word of the service's own may be the same.
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

    fn finish(self) -> Result<Reply, ReplyError> {
        let bytes = self.xml.into_inner();
        if bytes.is_empty() || !self.open.is_empty() {
            return Err(ReplyError::Malformed("it ends too early".into()));
        }
        let text = String::from_utf8(bytes).map_err(|error| ReplyError::Malformed(error.to_string()))?;
        Ok(Reply { text, is_fault: self.is_fault, leaves: self.leaves })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn meaning(code: &str) -> Option<&'static str> {
        match code {
            "WSRC0004" => Some("Exact match"),
            "WSEC0005" => Some("Incorrect password"),
            _ => None,
        }
    }

    #[test]
    fn an_answer_is_indented_and_its_code_explained_once() {
        let reply = Reply::read(
            "<s:Envelope xmlns:s='u'><s:Body><R><ResponseCode>WSRC0004</ResponseCode><Learner><FamilyName>O&apos;Example &#38; Co</FamilyName>\
             <Notes></Notes></Learner><ResponseCode>WSRC0004</ResponseCode></R></s:Body></s:Envelope>",
            Vec::new(),
        )
        .unwrap();
        assert!(!reply.is_fault);
        assert_eq!(reply.meanings(meaning), ["WSRC0004: Exact match"]);
        assert!(reply.text.contains("\n      <Learner>\n        <FamilyName>"), "{}", reply.text);
        assert!(reply.text.contains("<Notes/>"), "{}", reply.text);
        assert!(reply.leaves.iter().any(|leaf| leaf.text == "O'Example & Co"));
        assert_eq!(reply.elements("Learner"), [[("FamilyName", "O'Example & Co")]]);
        assert_eq!(reply.value("ResponseCode"), Some("WSRC0004"));
    }

    #[test]
    fn a_fault_is_told_from_an_answer_and_its_details_decoded() {
        let reply = Reply::read(
            "<s:Envelope xmlns:s='u'><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>Incorrect password</faultstring><detail>\
             <DomainFault><ErrorCode>WSEC0005</ErrorCode><ErrorDetail>Tm90IHRoaXMgb25l</ErrorDetail></DomainFault></detail></s:Fault>\
             </s:Body></s:Envelope>",
            Vec::new(),
        )
        .unwrap();
        assert!(reply.is_fault);
        assert_eq!(reply.meanings(meaning), ["WSEC0005: Incorrect password"]);
        assert_eq!(reply.fault_details().as_deref(), Some("Not this one"));
    }

    #[test]
    fn the_refused_element_is_named_and_the_rule_is_told_once() {
        let details = |further: &str| {
            let fault = format!(
                "<s:Envelope xmlns:s='u'><s:Body><s:Fault><faultcode>s:Server</faultcode><detail><e:MIAPAPIException xmlns:e='v'>\
                 <ErrorCode>WSEC0001</ErrorCode><FurtherDetails>{further}</FurtherDetails></e:MIAPAPIException><Refusal xmlns='r'>\
                 <Element>/Envelope/Body/Find</Element><Line>1</Line><Column>9</Column><Rule>'ULN' is missing in 'Find'.</Rule></Refusal>\
                 </detail></s:Fault></s:Body></s:Envelope>"
            );
            Reply::read(&fault, Vec::new()).unwrap().fault_details().unwrap()
        };
        assert_eq!(
            details("Xerces says."),
            "Xerces says.\nRefused: /Envelope/Body/Find, line 1, column 9: 'ULN' is missing in 'Find'."
        );
        assert_eq!(
            details("'ULN' is missing in 'Find'."),
            "'ULN' is missing in 'Find'.\nRefused: /Envelope/Body/Find, line 1, column 9."
        );
    }

    #[test]
    fn passwords_are_masked_wherever_a_reply_quotes_them() {
        let detail = BASE64.encode("wrong-passwordxx was sent");
        let fault = format!(
            "<s:Fault><FurtherDetails>Value 'wrong-passwordxx' with length = '16'; Value 'o&amp;1'.</FurtherDetails>\
             <ErrorDetail>{detail}</ErrorDetail></s:Fault>"
        );
        let reply = Reply::read(&fault, vec!["wrong-passwordxx".into(), "o&1".into(), "16".into()]).unwrap();
        let told = reply.text.clone() + &reply.fault_details().unwrap();
        assert!(!told.contains("wrong-passwordxx") && !told.contains("o&amp;1") && !told.contains(&detail), "{told}");
        assert!(
            told.contains(&format!("Value &apos;{MASK}&apos; with")) && told.contains(&format!("{MASK} was sent")),
            "{told}"
        );
    }

    #[test]
    fn what_is_no_xml_document_is_refused() {
        for text in ["", "Bad Gateway", "<a><b></a>", "<a>", "<a>&unknown;</a>", "<!DOCTYPE a><a/>"] {
            assert!(Reply::read(text, Vec::new()).is_err(), "{text}");
        }
    }
}
