//! Decodes bytes to text: UTF-8, and UTF-16 in either byte order, with or without a byte order
//! mark. The charset parameter overrides the XML declaration; without it, mark, first bytes and
//! declaration must agree. Everything else is refused, because two parsers that read the same bytes
//! differently are a way around checks.

mod encoding;
#[cfg(test)]
mod tests;
mod text;

use self::encoding::{Encoding, Looks, MISMATCH, UNSUPPORTED, encoding};
pub use self::text::Text;
use super::media::Charset;

const NOT_UTF8: &str = "The body is not valid UTF-8.";
const NOT_UTF16: &str = "The body is not valid UTF-16.";

/// Decodes bytes to text, chunk by chunk.
#[derive(Debug)]
pub(super) struct Decoder {
    charset: Option<Charset>,
    /// The encoding; unknown before the first four bytes.
    encoding: Option<Encoding>,
    /// UTF-8 as received, not yet checked, or converted from UTF-16.
    text: Vec<u8>,
    half: Half,
}

/// The incomplete end of UTF-16 input.
#[derive(Debug, Default)]
struct Half {
    unit: Option<u8>,
    pair: Option<u16>,
}

/// This many bytes determine the encoding.
const TELLING: usize = 4;

impl Decoder {
    /// `charset` is that of the media type, if given.
    pub(super) fn new(charset: Option<Charset>) -> Self {
        Self { charset, encoding: None, text: Vec::new(), half: Half::default() }
    }

    /// Decodes more bytes, or says what is wrong, in words for the client.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        match self.encoding {
            Some(Encoding::Utf8) => self.text.extend_from_slice(bytes),
            Some(Encoding::Utf16Le) => self.utf16(bytes, u16::from_le_bytes)?,
            Some(Encoding::Utf16Be) => self.utf16(bytes, u16::from_be_bytes)?,
            None => {
                self.text.extend_from_slice(bytes);
                if self.text.len() >= TELLING {
                    self.tell()?;
                }
            }
        }
        Ok(())
    }

    /// Allocates memory for this many bytes more.
    pub(super) fn reserve(&mut self, bytes: usize) {
        self.text.reserve_exact(bytes);
    }

    /// Blocks other registrations of the same details until the chunk is done. Locks in a fixed
    /// order, so that two chunks cannot deadlock.
    pub(super) const fn room(&self) -> usize {
        self.text.capacity() - self.text.len()
    }

    /// The length of the text so far, in bytes.
    pub(super) const fn length(&self) -> usize {
        self.text.len()
    }

    /// The beginning of the text, at most this many bytes.
    pub(super) fn beginning(&self, bytes: usize) -> Result<Text, &'static str> {
        let bytes = self.text.get(..bytes).unwrap_or(&self.text);
        let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        Ok(Text::of(valid.to_owned())?.0)
    }

    /// The text of the whole body.
    pub(super) fn finish(mut self) -> Result<Text, &'static str> {
        if self.encoding.is_none() {
            self.tell()?;
        }
        if self.half.unit.is_some() || self.half.pair.is_some() {
            return Err(NOT_UTF16);
        }
        let (text, declared) = Text::of(String::from_utf8(self.text).map_err(|_| NOT_UTF8)?)?;
        if let (Some(declared), None) = (declared, self.charset) {
            let agrees = match declared.ok_or(UNSUPPORTED)? {
                Charset::Utf8 => self.encoding == Some(Encoding::Utf8),
                Charset::Utf16 => self.encoding != Some(Encoding::Utf8),
                Charset::Utf16Le => self.encoding == Some(Encoding::Utf16Le),
                Charset::Utf16Be => self.encoding == Some(Encoding::Utf16Be),
            };
            if !agrees {
                return Err(MISMATCH);
            }
        }
        Ok(text)
    }

    fn tell(&mut self) -> Result<(), &'static str> {
        let encoding = encoding(self.charset, Looks::of(&self.text))?;
        self.encoding = Some(encoding);
        if encoding == Encoding::Utf8 {
            return Ok(());
        }
        let came = std::mem::take(&mut self.text);
        self.push(&came)
    }

    fn utf16(&mut self, bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<(), &'static str> {
        let mut bytes = bytes;
        if let (Some(first), [second, rest @ ..]) = (self.half.unit, bytes) {
            self.half.unit = None;
            self.unit(unit([first, *second]))?;
            bytes = rest;
        }
        let (units, rest) = bytes.as_chunks::<2>();
        for pair in units {
            self.unit(unit(*pair))?;
        }
        if let [last] = rest {
            self.half.unit = Some(*last);
        }
        Ok(())
    }

    fn unit(&mut self, unit: u16) -> Result<(), &'static str> {
        let character = match (self.half.pair.take(), unit) {
            (None, 0xd800..=0xdbff) => {
                self.half.pair = Some(unit);
                return Ok(());
            }
            (None, unit) => char::from_u32(unit.into()),
            (Some(high), low) => char::decode_utf16([high, low]).next().and_then(Result::ok),
        };
        let character = character.ok_or(NOT_UTF16)?;
        match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() => self.text.push(byte),
            _ => self.text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        Ok(())
    }
}
