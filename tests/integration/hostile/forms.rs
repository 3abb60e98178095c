//! Requests to the portal that are unreasonably large or broken. Sent by the tests, and by the
//! bench that measures the cost of refusing them.

use std::fmt::Write as _;

use super::large::{Case, bomb, gzip};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const PARTS: &str = "Content-Type: multipart/form-data; boundary=b\r\n";

/// All such requests, by somebody who has not signed in.
pub fn cases() -> Vec<Case> {
    let fields = (0..200_000).fold(String::new(), |mut text, n| {
        let _ = write!(text, "f{n}=1&");
        text
    });
    let part = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n";
    let long = "x".repeat(2_000_000);
    let packed = format!("{FORM}Content-Encoding: gzip\r\n");
    let bodies = [
        ("a form of 2 MB", FORM, format!("email={long}").into_bytes()),
        ("200,000 fields", FORM, fields.into_bytes()),
        ("a field's name of 2 MB", FORM, format!("{long}=1").into_bytes()),
        ("2 MB of percent signs", FORM, "%".repeat(2_000_000).into_bytes()),
        ("a bomb of 1 GB as a form", packed.as_str(), bomb()),
        ("a bomb in a bomb as a form", packed.as_str(), gzip(&bomb())),
        (
            "a form in another coding",
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Encoding: br\r\n",
            b"email=a".to_vec(),
        ),
        ("JSON", "Content-Type: application/json\r\n", b"{\"email\":\"a\"}".to_vec()),
        ("XML", "Content-Type: text/xml\r\n", b"<!DOCTYPE x><x/>".to_vec()),
        ("100,000 parts", PARTS, part.repeat(100_000).into_bytes()),
        ("parts without a boundary", "Content-Type: multipart/form-data\r\n", part.into()),
        ("a part's header of 2 MB", PARTS, format!("--b\r\nX-Long: {long}\r\n\r\n1\r\n--b--\r\n").into_bytes()),
    ];
    let posted = bodies.into_iter().map(|(name, headers, body)| Case { name, bytes: post("/sign-in", headers, &body) });
    let cookies: String = (0..5_000).map(|n| format!("c{n}=1; ")).collect();
    let traversals = "../".repeat(2_000);
    let got = [
        ("an address of 1 MB", format!("/{}", "a".repeat(1_000_000)), String::new()),
        ("a query of 1 MB", format!("/sign-in?{}", "a=1&".repeat(250_000)), String::new()),
        ("a way out of the folder", format!("/assets/{traversals}etc/passwd"), String::new()),
        ("an encoded way out of the folder", "/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd".to_owned(), String::new()),
        ("a backslash in the address", "/assets\\..\\..\\lrs.db".to_owned(), String::new()),
        ("a byte of zero in the address", "/sign-in%00.html".to_owned(), String::new()),
        ("another server's address", "https://evil.example/sign-in/none".to_owned(), String::new()),
        ("5,000 cookies", "/nothing".to_owned(), format!("Cookie: {cookies}\r\n")),
    ];
    let got = got.into_iter().map(|(name, target, headers)| {
        let head = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        Case { name, bytes: head.into_bytes() }
    });
    posted.chain(got).collect()
}

fn post(target: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("POST {target} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
