//! Every encoding that is read, and those that are not.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::xml::{DECLARATION, VERSION};

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
    let bytes = bytes.into();
    let decode = |size: usize| {
        let mut decoder = Decoder::new(charset);
        bytes.chunks(size).try_for_each(|piece| decoder.push(piece))?;
        decoder.finish().map(|text| text.to_string())
    };
    let whole = decode(bytes.len().max(1));
    assert_eq!((decode(1), decode(3)), (whole.clone(), whole.clone()), "the pieces make no difference");
    whole
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
    for name in ["UTF-7", "UTF-32", "windows-1252", "us-ascii", "EBCDIC-CP-BE"] {
        assert_eq!(read(format!("<?xml version='1.0' encoding='{name}'?><a/>"), None), Err(UNSUPPORTED), "{name}");
    }
    assert_eq!(read("<?xml version='1.0' encoding='utf-16'?><a/>", None), Err(MISMATCH));
    assert_eq!(read(le("<?xml version='1.0' encoding='utf-8'?><a/>"), None), Err(MISMATCH));
    assert_eq!(read(be(&marked("<?xml version='1.0' encoding='utf-16le'?><a/>")), None), Err(MISMATCH));
    assert_eq!(read(le(BODY), Some(Charset::Utf8)), Err(MISMATCH));
    assert_eq!(read(le(BODY), Some(Charset::Utf16Be)), Err(MISMATCH));
    assert_eq!(read(marked(BODY), Some(Charset::Utf16)), Err(MISMATCH));
    for utf32 in
        [vec![0, 0, 0xfe, 0xff, 0, 0, 0, 60], vec![0xff, 0xfe, 0, 0, 60, 0, 0, 0], vec![60, 0, 0, 0], vec![0, 0, 0, 60]]
    {
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
        "<?xml version='1.0' encoding=''?>",
        "<?xml version='1.0' encoding=' utf-8'?>",
        "<?xml version='1.0' encoding='8-bit'?>",
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
