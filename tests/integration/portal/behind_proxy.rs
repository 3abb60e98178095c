//! The portal behind a reverse proxy on the same machine: plain HTTP, the visitor's address, and
//! forms.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::harness::{Deployment, Setup, on_both};

const PUBLIC: &str = "https://portal.example.org";

/// What a proxy gets that sends these lines for a form, or for a page where there is no form.
fn through(deployment: &Deployment, lines: &str, form: Option<&str>) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", deployment.portal_port())).expect("the portal");
    let (method, body) = form.map_or(("GET", ""), |form| ("POST", form));
    let request = format!(
        "{method} /sign-in HTTP/1.1\r\nHost: 127.0.0.1:8444\r\nConnection: close\r\n{lines}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer)
}

on_both! {
    fn a_proxy_opens_tls_and_says_where_visitors_come_from(database) {
        let mut deployment = Deployment::with(database, Setup {
            environment: vec![
                ("LRS_PORTAL_BEHIND_PROXY", "true".to_owned()),
                ("LRS_PORTAL_PUBLIC_URL", PUBLIC.to_owned()),
                ("LRS_PORTAL_HSTS_S", "86400".to_owned()),
            ],
        });
        let (status, page) = through(&deployment, "", None);
        assert_eq!(status, 200);
        assert!(page.to_lowercase().contains("\r\nstrict-transport-security: max-age=86400\r\n"), "{page}");

        let form = "email=nobody%40college.example&password=Wrong-one-1";
        let sent = |origin: &str, address: &str| {
            let lines = format!("Origin: {origin}\r\nX-Forwarded-For: 198.51.100.7, {address}\r\n");
            through(&deployment, &lines, Some(form)).0
        };
        assert_eq!(sent("https://127.0.0.1:8444", "203.0.113.1"), 403, "the host is the proxy's, not the portal's");
        let mut refused = 0;
        while sent(PUBLIC, "203.0.113.9") == 422 {
            refused += 1;
            assert!(refused < 30, "an address is slowed down after 20 failures");
        }
        assert_eq!(sent(PUBLIC, "203.0.113.9"), 429);
        assert_eq!(sent(PUBLIC, "203.0.113.10"), 422, "another visitor of the same proxy is not slowed down");
        assert_eq!(deployment.stop(), Some(0));
    }
}
