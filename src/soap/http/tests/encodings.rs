//! Encodings of text and codings of bodies.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::http::test_support::{deflate, inflate};

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn utf_8_and_utf_16_with_and_without_mark() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    let text = "<a>Zoë</a>";
    let declared = format!("<?xml version='1.0' encoding='utf-16'?>{text}");
    for (content_type, body) in [
        ("text/xml", text.as_bytes().to_vec()),
        ("text/xml", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("text/xml; charset=utf-16", utf16(&format!("\u{feff}{declared}"))),
        ("text/xml; charset=UTF-16LE", utf16(&declared)),
        ("text/xml", utf16(&declared)),
        ("text/xml; charset=\"UTF-8\"", format!("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>{text}").into_bytes()),
    ] {
        let response = connection.ask(post(&format!("Content-Type: {content_type}\r\n"), body));
        assert_eq!((response.status, response.text()), (200, "0|Synthetic Provider|11|<a>Zoë</a>"), "{content_type}");
        assert_eq!(response.header("content-type"), Some("text/xml; charset=utf-8"));
    }
}

#[test]
fn other_encodings_get_a_fault() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    for body in [
        &b"<?xml version='1.0' encoding='windows-1252'?><a/>"[..],
        b"<?xml version='1.0' encoding='utf-7'?>+ADw-a/+AD4-",
        b"<a>Zo\xeb</a>",
        b"\x00\x00\xfe\xff\x00\x00\x00<",
        b"<a>\xc0\xaf</a>",
        b"<?xml version='1.1'?><a/>",
    ] {
        let response = connection.ask(post("Content-Type: text/xml\r\n", body));
        assert_eq!(response.status, 500);
        assert!(response.text().starts_with("fault 0 Malformed"), "{}", response.text());
    }
    assert_eq!(stage.calls(), 0);
}

#[test]
fn gzip_comes_in() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    let headers = format!("{XML}Content-Encoding: gzip\r\n");
    assert!(connection.ask(post(&headers, deflate(b"<a>word</a>"))).text().ends_with("|<a>word</a>"));
    let long: String = (0..5_000).map(|n| format!("<ULN>{}</ULN><a>some more</a>", n * 7919)).collect();
    let response = connection.ask(post(&headers, deflate(long.as_bytes())));
    assert!(response.text().ends_with(&long) && response.text().contains("blocking"));
    let packed = deflate(b"<a>word and some more words</a>");
    let response = connection.ask(post(&headers, &packed[..packed.len() - 3]));
    assert_eq!((response.status, response.text()), (500, "fault 0 Malformed(\"The gzip body is damaged.\")"));
}

#[test]
fn gzip_goes_out_only_when_asked_for_and_worth_it() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    let gzip = format!("{XML}Accept-Encoding: deflate, gzip;q=0.5\r\n");
    let response = connection.ask(post(&gzip, "long"));
    assert_eq!(response.header("content-encoding"), Some("gzip"));
    let plain = inflate(&response.body);
    assert!(plain.ends_with(b"</a>"));
    for headers in [
        XML.to_owned(),
        format!("{XML}Accept-Encoding: gzip;q=0\r\n"),
        format!("{XML}Accept-Encoding: none\r\n"),
        format!("{XML}TE: deflate,gzip;q=0.3\r\n"),
        format!("{XML}Accept-Encoding: *\r\n"),
    ] {
        let response = connection.ask(post(&headers, "long"));
        assert_eq!(response.header("content-encoding"), None, "{headers}");
        assert_eq!(response.body, plain);
    }
    assert_eq!(connection.ask(post(&gzip, "short")).header("content-encoding"), None);
}

#[test]
fn a_gzip_bomb_is_stopped() {
    let stage = Stage::new();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b' '; 50_000_000]).unwrap();
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 256 * 1024, "it is small enough to be let in");
    for path in [PATH, "/ExternalService.svc"] {
        let response = stage.ask(post_to(path, &format!("{XML}Content-Encoding: gzip\r\n"), &bomb));
        assert_eq!(response.status, 413, "{path}");
    }
    assert_eq!(stage.calls(), 0);
}
