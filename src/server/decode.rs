//! Bytes to text: UTF-8 and UTF-16 in either byte order, with and without a byte order mark; the charset parameter wins over the XML
//! declaration, and without it mark, first bytes and declaration must agree. Everything else is refused, because two parsers that read
//! the same bytes differently are how checks are passed by.

use std::ops::Deref;

use memchr::memmem;

use super::media::Charset;

/// A body as text, without byte order mark and XML declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    whole: String,
    start: usize,
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.whole.get(self.start..).unwrap_or_default()
    }
}

/// Text that is already decoded and has no declaration.
impl From<String> for Text {
    fn from(whole: String) -> Self {
        Self { whole, start: 0 }
    }
}

const NOT_UTF8: &str = "The body is not valid UTF-8.";
const NOT_UTF16: &str = "The body is not valid UTF-16.";
const UNSUPPORTED: &str = "The encoding of the body is not supported: use UTF-8 or UTF-16.";
const MISMATCH: &str = "The encoding of the body is not the one that it declares.";
const DECLARATION: &str = "The XML declaration is malformed.";
const VERSION: &str = "Only XML 1.0 is supported.";

/// The text of a body, or what is wrong with it in words for the client.
pub(super) fn decode(bytes: Vec<u8>, charset: Option<Charset>) -> Result<Text, &'static str> {
    let charset_is_given = charset.is_some();
    let looks = Looks::of(&bytes);
    let encoding = encoding(charset, looks)?;
    let whole = match encoding {
        Encoding::Utf8 => String::from_utf8(bytes).map_err(|_| NOT_UTF8)?,
        Encoding::Utf16Le => utf16(&bytes, u16::from_le_bytes)?,
        Encoding::Utf16Be => utf16(&bytes, u16::from_be_bytes)?,
    };
    let start = if whole.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let declaration = Declaration::read(whole.get(start..).unwrap_or_default())?;
    if let (Some(declared), false) = (declaration.encoding, charset_is_given) {
        let declared = Charset::named(declared).ok_or(UNSUPPORTED)?;
        let agrees = match declared {
            Charset::Utf8 => encoding == Encoding::Utf8,
            Charset::Utf16 => encoding != Encoding::Utf8,
            Charset::Utf16Le => encoding == Encoding::Utf16Le,
            Charset::Utf16Be => encoding == Encoding::Utf16Be,
        };
        if !agrees {
            return Err(MISMATCH);
        }
    }
    let start = start + declaration.length;
    Ok(Text { whole, start })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// What the first bytes look like (XML 1.0, appendix F).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looks {
    Plain,
    Marked(Encoding),
    Utf16Le,
    Utf16Be,
    Utf32,
}

impl Looks {
    fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0x00, 0x00, 0xfe, 0xff, ..]
            | [0xff, 0xfe, 0x00, 0x00, ..]
            | [0x00, 0x00, 0x00, _, ..]
            | [_, 0x00, 0x00, 0x00, ..] => Self::Utf32,
            [0xef, 0xbb, 0xbf, ..] => Self::Marked(Encoding::Utf8),
            [0xff, 0xfe, ..] => Self::Marked(Encoding::Utf16Le),
            [0xfe, 0xff, ..] => Self::Marked(Encoding::Utf16Be),
            [first, 0x00, ..] if *first != 0 => Self::Utf16Le,
            [0x00, second, ..] if *second != 0 => Self::Utf16Be,
            _ => Self::Plain,
        }
    }
}

fn encoding(charset: Option<Charset>, looks: Looks) -> Result<Encoding, &'static str> {
    match (charset, looks) {
        (_, Looks::Utf32) => Err(UNSUPPORTED),
        (None, Looks::Plain) => Ok(Encoding::Utf8),
        (None | Some(Charset::Utf16), Looks::Utf16Le) => Ok(Encoding::Utf16Le),
        (None | Some(Charset::Utf16), Looks::Utf16Be) => Ok(Encoding::Utf16Be),
        (None, Looks::Marked(encoding)) => Ok(encoding),
        (Some(Charset::Utf8), Looks::Plain | Looks::Marked(Encoding::Utf8)) => Ok(Encoding::Utf8),
        (Some(Charset::Utf16), Looks::Marked(encoding @ (Encoding::Utf16Le | Encoding::Utf16Be))) => Ok(encoding),
        // Big-endian is what the name means where nothing else tells (RFC 2781).
        (Some(Charset::Utf16), Looks::Plain) => Ok(Encoding::Utf16Be),
        (Some(Charset::Utf16Le), Looks::Utf16Le | Looks::Plain | Looks::Marked(Encoding::Utf16Le)) => {
            Ok(Encoding::Utf16Le)
        }
        (Some(Charset::Utf16Be), Looks::Utf16Be | Looks::Plain | Looks::Marked(Encoding::Utf16Be)) => {
            Ok(Encoding::Utf16Be)
        }
        _ => Err(MISMATCH),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, &'static str> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(NOT_UTF16);
    }
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect::<Result<_, _>>().map_err(|_| NOT_UTF16)
}

/// The XML declaration at the very beginning, if there is one.
#[derive(Debug, Clone, Copy, Default)]
struct Declaration<'a> {
    length: usize,
    encoding: Option<&'a str>,
}

impl<'a> Declaration<'a> {
    fn read(text: &'a str) -> Result<Self, &'static str> {
        let Some(rest) = text.strip_prefix("<?xml") else { return Ok(Self::default()) };
        // Another processing instruction, such as <?xml-stylesheet?>: the reader refuses it.
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

/// Takes `name="value"` from the front, if it is there.
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const BODY: &str = "<a>Zoë €</a>";

    fn le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn be(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    fn marked(text: &str) -> String {
        format!("\u{feff}{text}")
    }

    fn read(bytes: impl Into<Vec<u8>>, charset: Option<Charset>) -> Result<String, &'static str> {
        decode(bytes.into(), charset).map(|text| text.to_string())
    }

    #[test]
    fn every_accepted_encoding() {
        let all = [None, Some(Charset::Utf8)];
        for charset in all {
            assert_eq!(read(BODY, charset).unwrap(), BODY);
            assert_eq!(read(marked(BODY), charset).unwrap(), BODY);
        }
        for (bytes, own) in [
            (le(BODY), Charset::Utf16Le),
            (be(BODY), Charset::Utf16Be),
            (le(&marked(BODY)), Charset::Utf16Le),
            (be(&marked(BODY)), Charset::Utf16Be),
        ] {
            for charset in [None, Some(Charset::Utf16), Some(own)] {
                assert_eq!(read(bytes.clone(), charset).unwrap(), BODY, "{charset:?}");
            }
        }
        assert_eq!(read("", None).unwrap(), "");
        assert_eq!(read("\n<a/>", None).unwrap(), "\n<a/>");
    }

    #[test]
    fn the_declaration_is_taken_off() {
        for declaration in [
            "<?xml version=\"1.0\"?>",
            "<?xml version='1.0' encoding='utf-8'?>",
            "<?xml version = \"1.0\"  encoding=\"UTF-8\" standalone=\"yes\" ?>",
        ] {
            assert_eq!(read(format!("{declaration}\n{BODY}"), None).unwrap(), format!("\n{BODY}"));
            assert_eq!(read(marked(&format!("{declaration}{BODY}")), None).unwrap(), BODY);
        }
        let declared = format!("<?xml version=\"1.0\" encoding=\"utf-16\"?>{BODY}");
        assert_eq!(read(le(&declared), None).unwrap(), BODY);
        assert_eq!(read(be(&marked(&declared)), None).unwrap(), BODY);
        assert_eq!(read("<?xml-stylesheet href='a'?><a/>", None).unwrap(), "<?xml-stylesheet href='a'?><a/>");
    }

    #[test]
    fn the_charset_parameter_wins_over_the_declaration() {
        let declared = format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{BODY}");
        assert_eq!(read(declared.clone(), Some(Charset::Utf8)).unwrap(), BODY);
        assert_eq!(read(declared, None), Err(UNSUPPORTED));
    }

    #[test]
    fn everything_else_is_refused() {
        for name in ["UTF-7", "UTF-32", "windows-1252", "us-ascii", "EBCDIC-CP-BE", ""] {
            assert_eq!(read(format!("<?xml version='1.0' encoding='{name}'?><a/>"), None), Err(UNSUPPORTED), "{name}");
        }
        assert_eq!(read("<?xml version='1.0' encoding='utf-16'?><a/>", None), Err(MISMATCH));
        assert_eq!(read(le("<?xml version='1.0' encoding='utf-8'?><a/>"), None), Err(MISMATCH));
        assert_eq!(read(be(&marked("<?xml version='1.0' encoding='utf-16le'?><a/>")), None), Err(MISMATCH));
        assert_eq!(read(le(BODY), Some(Charset::Utf8)), Err(MISMATCH));
        assert_eq!(read(le(BODY), Some(Charset::Utf16Be)), Err(MISMATCH));
        assert_eq!(read(marked(BODY), Some(Charset::Utf16)), Err(MISMATCH));
        for utf32 in [
            vec![0, 0, 0xfe, 0xff, 0, 0, 0, 60],
            vec![0xff, 0xfe, 0, 0, 60, 0, 0, 0],
            vec![60, 0, 0, 0],
            vec![0, 0, 0, 60],
        ] {
            assert_eq!(read(utf32, None), Err(UNSUPPORTED));
        }
        assert_eq!(read(b"<a>\xc0\xaf</a>", None), Err(NOT_UTF8));
        assert_eq!(read(b"<a>\xed\xa0\x80</a>", None), Err(NOT_UTF8));
        assert_eq!(read(b"<a>Zo\xeb</a>", Some(Charset::Utf8)), Err(NOT_UTF8));
        assert_eq!(read(b"\xff\xfe<\0a\0/", None), Err(NOT_UTF16));
        assert_eq!(read(b"\xff\xfe<\0\0\xd8", None), Err(NOT_UTF16));
    }

    #[test]
    fn a_malformed_declaration_is_said_to_be_one() {
        for declaration in [
            "<?xml ?>",
            "<?xml encoding='utf-8'?>",
            "<?xml version=1.0?>",
            "<?xml version='1.0'",
            "<?xml version='1.0'encoding='utf-8'?>",
            "<?xml version='1.0' standalone='maybe'?>",
            "<?xml version='1.0' encoding='utf-8' more='x'?>",
            "<?xml version='1.0' encoding='utf-8?>",
        ] {
            assert_eq!(read(format!("{declaration}<a/>"), None), Err(DECLARATION), "{declaration}");
        }
        assert_eq!(read("<?xml version='1.1'?><a/>", None), Err(VERSION));
    }
}
