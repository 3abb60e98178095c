//! Requests that are unreasonably large, deep or compressed. Sent by the tests, and by the bench
//! that measures the cost of refusing them.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

/// A request.
pub struct Case {
    /// What is wrong with it.
    pub name: &'static str,
    /// Head and body.
    pub bytes: Vec<u8>,
}

/// The maximum length of a request about one learner, and of one to a web service that takes
/// batches.
const LONG: usize = 2_000_000;
const LONGEST: usize = 32 << 20;

/// All such requests. None has credentials: they are refused before those are checked.
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
    cases.extend(full());
    cases
}

/// Requests of the maximum length, full of what is slow to read.
fn full() -> Vec<Case> {
    let attributes = (0..60).fold("<b".to_owned(), |mut text, n| {
        let _ = write!(text, " a{n:02}=\"\"");
        text
    }) + "/>";
    let deep = "<b>".repeat(25) + &"</b>".repeat(25);
    let name = format!("<{}/>", "b".repeat(250));
    let entities = "&lt;".repeat(10_000);
    let list = [
        ("2 MB of entities", "LearnerService", format!("<b>{}</b>", "&lt;".repeat(LONG / 4))),
        ("2 MB of entities in many elements", "LearnerService", format!("<b>{entities}</b>").repeat(LONG / 40_007)),
        ("2 MB of attributes", "LearnerService", attributes.repeat(LONG / attributes.len())),
        ("2 MB of deep elements", "LearnerService", deep.repeat(LONG / deep.len())),
        ("2 MB of long names", "LearnerService", name.repeat(LONG / name.len())),
        ("2 MB of CDATA", "LearnerService", format!("<b>{}</b>", "<![CDATA[]]>".repeat(LONG / 12))),
        ("2 MB of comments", "LearnerService", "<!---->".repeat(LONG / 7)),
        ("2 MB of entities to R9", "LearnerServiceR9", format!("<b>{entities}</b>").repeat(LONG / 40_007)),
        ("2 MB of attributes to R9", "LearnerServiceR9", attributes.repeat(LONG / attributes.len())),
        ("32 MB of entities", "ExternalService", format!("<b>{}</b>", "&lt;".repeat(LONGEST / 4 - 200))),
        ("32 MB of attributes", "ExternalService", attributes.repeat(LONGEST / attributes.len() - 2)),
        ("32 MB of deep elements", "ExternalService", deep.repeat(LONGEST / deep.len() - 5)),
    ];
    let mut cases = Vec::new();
    for (name, service, content) in list {
        let body = body_for(service, &content);
        let wide = name.starts_with("2 MB of deep").then(|| {
            let half: String = body.chars().take(LONG / 2).collect();
            half.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
        });
        cases
            .extend(wide.map(|wide| Case { name: "1 MB in UTF-16, cut", bytes: post(service, "utf-16le", "", &wide) }));
        cases.push(Case { name, bytes: post(service, "utf-8", "", body.as_bytes()) });
    }
    let packed = gzip(body_for("ExternalService", &format!("<b>{}</b>", "&lt;".repeat(LONGEST / 4 - 200))).as_bytes());
    let headers = "Content-Encoding: gzip\r\n";
    cases.push(Case { name: "32 MB of entities, packed", bytes: post("ExternalService", "utf-8", headers, &packed) });
    cases
}

fn body_for(service: &str, content: &str) -> String {
    let (root, namespace) = match service {
        "ExternalService" => ("SubmitAchievementBatchJob", "http://api.lrs.qcf.gov.uk/services"),
        "LearnerServiceR9" => ("GetOrganisation", "http://tempuri.org/"),
        _ => return inside(content),
    };
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <{root} xmlns=\"{namespace}\">{content}</{root}></s:Body></s:Envelope>"
    )
}

/// Compresses bytes as one gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

/// A megabyte that expands to a gigabyte of blanks.
pub fn bomb() -> Vec<u8> {
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
