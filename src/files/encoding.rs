//! Detects a file's encoding and decodes it: UTF-8 with or without a byte order mark, or the
//! encodings in which spreadsheets save, Windows-1252 and Mac Roman. The report names the encoding,
//! because a wrong guess garbles names.

use std::borrow::Cow;
use std::fmt;

use encoding_rs::{MACINTOSH, WINDOWS_1252};

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, which includes ASCII.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Marked,
    /// Windows-1252.
    Windows1252,
    /// Mac Roman, in which spreadsheets on a Mac save CSV.
    MacRoman,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf8Marked => "UTF-8 with byte order mark",
            Encoding::Windows1252 => "Windows-1252",
            Encoding::MacRoman => "Mac Roman",
        })
    }
}

/// Why bytes cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotText {
    /// UTF-16, which spreadsheets call "Unicode text".
    Utf16,
    /// Bytes in none of the supported encodings.
    Unknown,
}

/// Decodes a file's bytes, dropping a byte order mark.
///
/// # Errors
/// When the bytes are in none of the supported encodings.
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
        (Err(_), Encoding::Utf8) if is_mac_roman(bytes) => {
            Ok((MACINTOSH.decode_without_bom_handling(bytes).0, Encoding::MacRoman))
        }
        (Err(_), Encoding::Utf8) => {
            windows_1252(bytes).map(|text| (Cow::Owned(text), Encoding::Windows1252)).ok_or(NotText::Unknown)
        }
        (Err(_), _) => Err(NotText::Unknown),
    }
}

/// Decodes Windows-1252; `None` if a byte is undefined in it.
pub(super) fn windows_1252(bytes: &[u8]) -> Option<String> {
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    let is_defined = !text.contains(|character| ('\u{80}'..='\u{9f}').contains(&character));
    is_defined.then(|| text.into_owned())
}

/// Whether bytes that are not UTF-8 are Mac Roman. Its letters appear in Windows-1252 as
/// punctuation, as undefined bytes, or as capitals after small letters: `Zo‘`, `MŸller`, `RenŽ`.
/// Text that makes sense in both (`O’Brien`, `Smith–Jones`) proves nothing; letters that exist only
/// in Windows-1252 are evidence against Mac Roman.
fn is_mac_roman(bytes: &[u8]) -> bool {
    let (mut mac, mut windows) = (0_usize, 0_usize);
    let at = |index: usize| bytes.get(index).copied().unwrap_or(b' ');
    for (index, byte) in bytes.iter().enumerate().filter(|(_, byte)| !byte.is_ascii()) {
        let (before, after) = (if index == 0 { b' ' } else { at(index - 1) }, at(index + 1));
        let is_beside_small = before.is_ascii_lowercase() || after.is_ascii_lowercase();
        let is_letter_of_mac = match byte {
            // Undefined in Windows-1252.
            0x81 | 0x8d | 0x8f | 0x90 | 0x9d => before.is_ascii_alphabetic() || after.is_ascii_alphabetic(),
            // Capitals in Windows-1252.
            0x8a | 0x8c | 0x8e | 0x9f => {
                before.is_ascii_lowercase() || (before.is_ascii_alphabetic() && after.is_ascii_lowercase())
            }
            // An apostrophe.
            0x92 => false,
            // Dashes, after which a second name would begin with a capital.
            0x96 | 0x97 => before.is_ascii_alphabetic() && after.is_ascii_lowercase(),
            // Small letters in Windows-1252.
            0x9a | 0x9c | 0x9e => false,
            // These may end a word: an ellipsis, a closing quotation mark, a bullet, a trade mark
            // sign.
            0x85 | 0x94 | 0x95 | 0x99 | 0x9b => before.is_ascii_alphabetic() && after.is_ascii_alphabetic(),
            0x80..=0x9f => before.is_ascii_alphabetic(),
            _ => false,
        } || (matches!(byte, 0x83 | 0x85 | 0x86) && after.is_ascii_lowercase());
        mac += usize::from(is_letter_of_mac);
        windows += usize::from(*byte >= 0xc0 && is_beside_small);
    }
    mac > windows
}

/// ASCII in UTF-16 without a byte order mark has a zero in every other byte.
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
        for (bytes, text) in [
            (&b"Zo\x91,Ren\x8e,M\x9fller"[..], "Zoë,René,Müller"),
            (b"Zo\x91", "Zoë"),
            (b"Fran\x8dois", "François"),
            (b"Mu\x96oz", "Muñoz"),
            (b"\x86nal", "Ünal"),
            (b"SJ\x85BERG", "SJÖBERG"),
        ] {
            assert_eq!(decode(bytes), Ok((text.into(), Encoding::MacRoman)));
        }
        for (bytes, text) in [
            (&b"O\x92Brien"[..], "O’Brien"),
            (b"Smith\x96Jones", "Smith–Jones"),
            (b"\x8ei\x9eek", "Žižek"),
            (b"the \x91Lodge\x92, \x93Rose\x94", "the ‘Lodge’, “Rose”"),
            (b"Zo\xeb\x85", "Zoë…"),
            (b"Ren\xe9 \x80uro M\xfcller", "René €uro Müller"),
        ] {
            assert_eq!(decode(bytes), Ok((text.into(), Encoding::Windows1252)));
        }
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
