//! The XML declaration: its encoding and its length (XML 1.0, section 2.8).

use memchr::memmem;

/// Why a declaration is refused: its form.
pub const DECLARATION: &str = "The XML declaration is malformed.";
/// Why a declaration is refused: its version.
pub const VERSION: &str = "Only XML 1.0 is supported.";

/// The XML declaration at the very beginning, if there is one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Declaration<'a> {
    /// Its length in bytes; 0 without a declaration.
    pub length: usize,
    /// The name of the encoding that it declares.
    pub encoding: Option<&'a str>,
}

impl<'a> Declaration<'a> {
    /// Reads the declaration at the start of a document.
    ///
    /// # Errors
    /// With the reason, when it is malformed, or declares another version than 1.0.
    pub fn read(text: &'a str) -> Result<Self, &'static str> {
        let Some(rest) = text.strip_prefix("<?xml") else { return Ok(Self::default()) };
        // Another processing instruction, such as <?xml-stylesheet?>; the reader will refuse it.
        if !rest.starts_with(is_space) {
            return Ok(Self::default());
        }
        let end = memmem::find(rest.as_bytes(), b"?>").ok_or(DECLARATION)?;
        let mut inner = rest.get(..end).ok_or(DECLARATION)?;
        let version = pseudo_attribute(&mut inner, "version")?.ok_or(DECLARATION)?;
        if version != "1.0" {
            return Err(VERSION);
        }
        let encoding = pseudo_attribute(&mut inner, "encoding")?;
        let standalone = pseudo_attribute(&mut inner, "standalone")?;
        let complete = inner.trim_matches(is_space).is_empty()
            && standalone.is_none_or(|s| s == "yes" || s == "no")
            && encoding.is_none_or(is_encoding_name);
        let length = text.len() - rest.len() + end + "?>".len();
        if complete { Ok(Self { length, encoding }) } else { Err(DECLARATION) }
    }
}

/// Parses `name="value"` at the start, if it is there.
fn pseudo_attribute<'a>(text: &mut &'a str, name: &str) -> Result<Option<&'a str>, &'static str> {
    let Some(rest) = text.trim_start_matches(is_space).strip_prefix(name) else { return Ok(None) };
    if !text.starts_with(is_space) {
        return Err(DECLARATION);
    }
    let rest = rest.trim_start_matches(is_space).strip_prefix('=').ok_or(DECLARATION)?.trim_start_matches(is_space);
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or(DECLARATION)?;
    let (value, rest) = rest.strip_prefix(quote).and_then(|r| r.split_once(quote)).ok_or(DECLARATION)?;
    *text = rest;
    Ok(Some(value))
}

fn is_encoding_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}
