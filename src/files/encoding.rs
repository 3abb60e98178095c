//! Which encoding a file's bytes are in, and their text: UTF-8 with and without a byte order mark, and Windows-1252, in which spreadsheets
//! save. Which of them it was is said in the report, because names suffer when it is guessed wrong.

use std::borrow::Cow;
use std::fmt;

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, of which ASCII is a part.
    Utf8,
    /// UTF-8 that begins with a byte order mark.
    Utf8Marked,
    /// Windows-1252.
    Windows1252,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf8Marked => "UTF-8 with byte order mark",
            Encoding::Windows1252 => "Windows-1252",
        })
    }
}

/// Why bytes are no text that is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotText {
    /// UTF-16, which spreadsheets call "Unicode text".
    Utf16,
    /// Bytes that are in none of the encodings.
    Unknown,
}

/// The bytes 0x80 to 0x9F of Windows-1252; five of them are no character.
const UPPER: [Option<char>; 32] = [
    Some('€'),
    None,
    Some('‚'),
    Some('ƒ'),
    Some('„'),
    Some('…'),
    Some('†'),
    Some('‡'),
    Some('ˆ'),
    Some('‰'),
    Some('Š'),
    Some('‹'),
    Some('Œ'),
    None,
    Some('Ž'),
    None,
    None,
    Some('‘'),
    Some('’'),
    Some('“'),
    Some('”'),
    Some('•'),
    Some('–'),
    Some('—'),
    Some('˜'),
    Some('™'),
    Some('š'),
    Some('›'),
    Some('œ'),
    None,
    Some('ž'),
    Some('Ÿ'),
];

/// The text of a file's bytes, without a byte order mark.
///
/// # Errors
/// When the bytes are in none of the encodings.
pub fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), NotText> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || looks_like_utf16(bytes) {
        return Err(NotText::Utf16);
    }
    if bytes.contains(&0) {
        return Err(NotText::Unknown);
    }
    let (encoding, unmarked) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (Encoding::Utf8Marked, rest),
        None => (Encoding::Utf8, bytes),
    };
    match (std::str::from_utf8(unmarked), encoding) {
        (Ok(text), _) => Ok((Cow::Borrowed(text), encoding)),
        (Err(_), Encoding::Utf8) => {
            windows_1252(bytes).map(|text| (Cow::Owned(text), Encoding::Windows1252)).ok_or(NotText::Unknown)
        }
        (Err(_), _) => Err(NotText::Unknown),
    }
}

/// The text of bytes in Windows-1252; none where a byte is no character of it.
pub(super) fn windows_1252(bytes: &[u8]) -> Option<String> {
    bytes
        .iter()
        .map(|byte| match byte {
            0x80..=0x9f => UPPER.get(usize::from(byte - 0x80)).copied().flatten(),
            other => Some(char::from(*other)),
        })
        .collect()
}

/// ASCII in UTF-16 without a mark has a zero in every other byte.
fn looks_like_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0, second, 0, fourth, ..] | [second, 0, fourth, 0, ..] if *second != 0 && *fourth != 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_encoding_is_recognised_and_named() {
        assert_eq!(decode("Zoë".as_bytes()), Ok(("Zoë".into(), Encoding::Utf8)));
        assert_eq!(decode("\u{feff}Zoë".as_bytes()), Ok(("Zoë".into(), Encoding::Utf8Marked)));
        assert_eq!(decode(b"Zo\xeb \x96 O\x92Brien"), Ok(("Zoë – O’Brien".into(), Encoding::Windows1252)));
        assert_eq!(decode(b"\xff\xfeA\0"), Err(NotText::Utf16));
        assert_eq!(decode(b"A\0B\0"), Err(NotText::Utf16));
        assert_eq!(decode(b"\xef\xbb\xbfZo\xeb"), Err(NotText::Unknown));
        assert_eq!(decode(b"\x81\xff"), Err(NotText::Unknown));
        assert_eq!(decode(b"abcd\0"), Err(NotText::Unknown));
        assert_eq!(Encoding::Utf8Marked.to_string(), "UTF-8 with byte order mark");
    }

    proptest! {
        #[test]
        fn utf_8_is_never_taken_for_anything_else(text in "[^\0]{0,40}") {
            prop_assume!(!text.starts_with('\u{feff}'));
            let (read, encoding) = decode(text.as_bytes()).unwrap();
            prop_assert_eq!((read.as_ref(), encoding), (text.as_str(), Encoding::Utf8));
        }

        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = decode(&bytes);
        }
    }
}
