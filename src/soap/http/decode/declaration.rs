//! The XML declaration: its encoding and its length.

use memchr::memmem;

pub(super) const DECLARATION: &str = "The XML declaration is malformed.";
pub(super) const VERSION: &str = "Only XML 1.0 is supported.";

/// The XML declaration at the very beginning, if there is one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Declaration<'a> {
    pub(super) length: usize,
    pub(super) encoding: Option<&'a str>,
}

impl<'a> Declaration<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, &'static str> {
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
        let complete = inner.trim_matches(is_space).is_empty() && standalone.is_none_or(|s| s == "yes" || s == "no");
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

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}
