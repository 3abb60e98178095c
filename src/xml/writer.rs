//! Writes XML: elements with their content, and the root element of a message.

use super::escape::escape;

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

/// Appends `<name>text</name>` from prepared tags, or the prepared empty element if the text is
/// empty. Inlined, so that the lengths of the tags are known where they are copied.
#[inline(always)]
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

/// Appends an element for each value. Once the first is written, there is room for as many more of
/// its length, so that a long list does not make `out` grow, and be copied, several times.
pub fn elements<T>(values: &[T], out: &mut String, write: impl Fn(&T, &mut String)) {
    let Some((first, rest)) = values.split_first() else { return };
    let before = out.len();
    write(first, out);
    out.reserve(rest.len().saturating_mul(out.len().saturating_sub(before)));
    rest.iter().for_each(|value| write(value, out));
}

/// Appends an element whose simple value is never empty.
#[inline(always)]
pub fn simple_element<'a, T: super::Lexical<'a>>(open: &str, value: &T, close: &str, out: &mut String) {
    out.push_str(open);
    value.write(out);
    out.push_str(close);
}
