//! Binary content.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Lexical, no_value};
use crate::xml::characters::is_character;

/// Bytes sent as xs:base64Binary.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Base64(pub Vec<u8>);

impl Base64 {
    /// Decodes the bytes as UTF-8; `None` if they are not, or contain a character that XML does not
    /// allow.
    pub fn into_text(self) -> Option<String> {
        String::from_utf8(self.0).ok().filter(|text| text.chars().all(is_character))
    }
}

impl Lexical<'_> for Base64 {
    const IS_BASE64: bool = true;

    fn parse(text: Cow<'_, str>) -> Result<Self, String> {
        let compact: String = text.split_ascii_whitespace().collect();
        STANDARD.decode(compact).map(Base64).map_err(|_| no_value(&text, "base64Binary"))
    }

    fn write(&self, out: &mut String) {
        STANDARD.encode_string(&self.0, out);
    }
}
