//! Writes XML: escaped text, and the root element of a message.

/// The namespace of `xsi:nil`.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A type that writes the content of an element; its parent writes the tags.
pub trait ToXml {
    /// Appends the content to `out`.
    fn to_xml(&self, out: &mut String);
}

/// A global element that is a message in the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Root {
    /// The target namespace of the element's schema.
    pub namespace: &'static str,
    /// The name of the element.
    pub local: &'static str,
    /// The start tag, with the namespace declarations that the content needs.
    pub open: &'static str,
    /// The end tag.
    pub close: &'static str,
}

impl Root {
    /// Appends the element, containing `content`, to `out`.
    pub fn write<T: ToXml>(&self, content: &T, out: &mut String) {
        out.push_str(self.open);
        content.to_xml(out);
        out.push_str(self.close);
    }
}

/// Appends `text`, escaping the three characters that must be and preserving carriage returns.
pub fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(position) = rest.bytes().position(|byte| matches!(byte, b'<' | b'>' | b'&' | b'\r')) {
        let (clean, special) = rest.split_at(position);
        out.push_str(clean);
        out.push_str(match special.as_bytes().first() {
            Some(b'<') => "&lt;",
            Some(b'>') => "&gt;",
            Some(b'&') => "&amp;",
            _ => "&#13;",
        });
        rest = special.get(1..).unwrap_or("");
    }
    out.push_str(rest);
}

/// Appends `text` as an attribute value in double quotes.
pub fn attribute(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            other => out.push(other),
        }
    }
}

/// Appends `<name>text</name>` from prepared tags, or the prepared empty element if the text is
/// empty.
pub fn text_element(open: &str, text: &str, close: &str, empty: &str, out: &mut String) {
    if text.is_empty() {
        out.push_str(empty);
    } else {
        out.push_str(open);
        escape(text, out);
        out.push_str(close);
    }
}

/// Appends an element with structured content, or the empty element if it has none.
pub fn complex_element<T: ToXml>(open: &str, value: &T, close: &str, empty: &str, out: &mut String) {
    let before = out.len();
    out.push_str(open);
    let inside = out.len();
    value.to_xml(out);
    if out.len() == inside {
        out.truncate(before);
        out.push_str(empty);
    } else {
        out.push_str(close);
    }
}

/// Appends an element whose simple value is never empty.
pub fn simple_element<'a, T: super::Lexical<'a>>(open: &str, value: &T, close: &str, out: &mut String) {
    out.push_str(open);
    value.write(out);
    out.push_str(close);
}
