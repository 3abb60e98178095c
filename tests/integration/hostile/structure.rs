//! Messages that two readers of HTTP may understand differently, so that one request smuggles
//! another, and heads that are too large. They are the same for every listener.

/// A message for each case: `head` is a request line and its headers, `body` what belongs to it.
pub fn cases(head: &str, body: &str) -> Vec<(&'static str, String)> {
    let length = body.len();
    let many: String = (0..10_000).map(|n| format!("X-{n}: 1\r\n")).collect();
    let long = "x".repeat(1_000_000);
    vec![
        (
            "both lengths",
            format!("{head}Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{body}"),
        ),
        ("two lengths", format!("{head}Content-Length: {length}\r\nContent-Length: 5\r\n\r\n{body}")),
        ("a signed length", format!("{head}Content-Length: +{length}\r\n\r\n{body}")),
        ("a negative length", format!("{head}Content-Length: -1\r\n\r\n{body}")),
        ("an overflowing length", format!("{head}Content-Length: 99999999999999999999999\r\n\r\n{body}")),
        ("an overflowing chunk", format!("{head}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{body}")),
        ("a chunk that is no number", format!("{head}Transfer-Encoding: chunked\r\n\r\nxyz\r\n{body}")),
        ("a coding after chunked", format!("{head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")),
        ("10,000 headers", format!("{head}{many}Content-Length: 0\r\n\r\n")),
        ("a header of 1 MB", format!("{head}X-Long: {long}\r\n\r\n")),
        ("a folded header", format!("{head}X-Folded: a\r\n b\r\nContent-Length: {length}\r\n\r\n{body}")),
        ("a space before the colon", format!("{head}Content-Length : {length}\r\n\r\n{body}")),
        ("not HTTP", "\x16\x03\x01 hello\r\n\r\n".to_owned()),
    ]
}
