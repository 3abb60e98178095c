//! Requests that are large, deep or packed beyond reason. The tests send them, and so does the bench that measures what it costs to
//! refuse them.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

/// One request.
pub struct Case {
    /// What is wrong with it.
    pub name: &'static str,
    /// Head and body.
    pub bytes: Vec<u8>,
}

/// Every such request. None has credentials: they are refused before anybody asks for them.
pub fn cases() -> Vec<Case> {
    let mut shadowing: String = (0..1_000).fold(String::new(), |mut text, n| {
        let _ = write!(text, "<p:a xmlns:p=\"urn:{n}\">");
        text
    });
    shadowing.push_str(&"</p:a>".repeat(1_000));
    let list = [
        ("depth 100", nested(100)),
        ("depth 10,000", nested(10_000)),
        ("depth 100,000", nested(100_000)),
        ("depth 1,000,000", nested(1_000_000)),
        ("depth 30,000 without an end", "<a>".repeat(30_000)),
        ("20,000 siblings", inside(&"<b/>".repeat(20_000))),
        ("100,000 siblings", inside(&"<b/>".repeat(100_000))),
        ("1,000 attributes", attributes(1_000, "")),
        ("40,000 attributes", attributes(40_000, "")),
        ("200 namespaces", attributes(200, "xmlns:")),
        ("40,000 namespaces", attributes(40_000, "xmlns:")),
        ("a prefix bound anew at 1,000 levels", inside(&shadowing)),
        ("an attribute of 100 kB", inside(&format!("<b a=\"{}\"/>", "x".repeat(100_000)))),
        ("an attribute of 2 MB", inside(&format!("<b a=\"{}\"/>", "x".repeat(2_000_000)))),
        ("an attribute of 10 MB", inside(&format!("<b a=\"{}\"/>", "x".repeat(10_000_000)))),
        ("a text of 200 kB", inside(&"x".repeat(200_000))),
        ("a text of 2 MB", inside(&"x".repeat(2_000_000))),
        ("a text of 10 MB", inside(&"x".repeat(10_000_000))),
        ("a comment of 2 MB", inside(&format!("<!--{}-->", "x".repeat(2_000_000)))),
        ("a name of 1 MB", inside(&format!("<{}/>", "x".repeat(1_000_000)))),
        ("400,000 entities that nobody defined", inside(&"&a;".repeat(400_000))),
    ];
    let mut cases: Vec<Case> = list
        .into_iter()
        .map(|(name, body)| Case { name, bytes: post("LearnerService", "utf-8", "", body.as_bytes()) })
        .collect();
    let wide: Vec<u8> =
        format!("\u{FEFF}{}", inside(&"<b/>".repeat(230_000))).encode_utf16().flat_map(u16::to_le_bytes).collect();
    cases.push(Case { name: "230,000 siblings in UTF-16", bytes: post("LearnerService", "utf-16", "", &wide) });
    let bomb = bomb();
    let twice = gzip(&bomb);
    let packed = "Content-Encoding: gzip\r\n";
    let siblings = gzip(inside(&"<b/>".repeat(400_000)).as_bytes());
    cases.push(Case { name: "a bomb of 1 GB", bytes: post("LearnerService", "utf-8", packed, &bomb) });
    cases.push(Case { name: "a bomb where batches go", bytes: post("ExternalService", "utf-8", packed, &bomb) });
    cases.push(Case { name: "a bomb in a bomb", bytes: post("LearnerService", "utf-8", packed, &twice) });
    cases.push(Case { name: "400,000 siblings, packed", bytes: post("LearnerService", "utf-8", packed, &siblings) });
    cases
}

/// Bytes in one gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

/// A megabyte that becomes a gigabyte of blanks.
fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let blanks = [b' '; 1 << 16];
    for _ in 0..1 << 14 {
        encoder.write_all(&blanks).expect("in memory");
    }
    encoder.finish().expect("in memory")
}

fn nested(depth: usize) -> String {
    inside(&format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth)))
}

fn attributes(count: usize, prefix: &str) -> String {
    let mut text = "<b".to_owned();
    for n in 0..count {
        let _ = write!(text, " {prefix}a{n}=\"u\"");
    }
    inside(&format!("{text}/>"))
}

fn inside(content: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <f:FindLearnerByULN xmlns:f=\"http://api.lrs.miap.gov.uk/findmsg\">{content}</f:FindLearnerByULN></s:Body></s:Envelope>"
    )
}

fn post(service: &str, charset: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "POST /{service}.svc HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset={charset}\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend(body);
    bytes
}
