//! A user of the demo at a browser, for the benches of the portal.

use std::net::SocketAddr;
use std::path::Path;

use learning_records::model::Learner;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::{Outcome, connect, connector};

const BOUNDARY: &str = "----a-boundary-of-the-benches";

/// A user of the demo at a browser.
pub struct Visitor {
    pub stream: TlsStream<TcpStream>,
    cookies: Vec<(String, String)>,
}

impl Visitor {
    /// Another browser with the session of one that is signed in.
    pub async fn beside(demo: &Path, signed_in: &Self) -> Outcome<Self> {
        let stream = connect(&connector(demo, "provider")?, portal_address(demo)?).await?;
        Ok(Self { stream, cookies: signed_in.cookies.clone() })
    }

    /// Signs in, with password and code, as the user whose address this variable of `demo.env` has.
    pub async fn signed_in(demo: &Path, user: &str) -> Outcome<Self> {
        let variable = |name: &str| variable(demo, name);
        let stream = connect(&connector(demo, "provider")?, portal_address(demo)?).await?;
        let mut visitor = Self { stream, cookies: Vec::new() };
        let fields = [("email", &*variable(user)?), ("password", &*variable("PORTAL_PASSWORD")?)];
        visitor.send("/sign-in", &fields).await?;
        let secret = totp_rs::Secret::try_from_base32(variable("PORTAL_TOTP_SECRET")?)?;
        let totp = totp_rs::Builder::new().with_secret(secret).build()?;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
        let code = totp.generate(now.as_secs()).to_string();
        visitor.send("/sign-in/second-factor", &[("code", &code)]).await?;
        Ok(visitor)
    }

    /// Finds a learner by ULN and names, and returns the address of the learner's page.
    pub async fn learner_page(&mut self, learner: &Learner) -> Outcome<String> {
        let token = self.form_token("/learners/find").await?;
        let fields = [
            ("csrf", &*token),
            ("way", "uln"),
            ("uln", learner.uln.as_str()),
            ("given_name", &learner.names.given),
            ("family_name", &learner.names.family),
        ];
        let found = self.send("/learners/find", &fields).await?;
        Ok(header(&found, "location").ok_or("the learner was not found")?)
    }

    /// The token of the form on this page.
    pub async fn form_token(&mut self, path: &str) -> Outcome<String> {
        let page = self.exchange("GET", path, "").await?;
        let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        Ok(token.ok_or("no form of a session")?.to_owned())
    }

    /// Sends a form.
    pub async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Outcome<String> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.exchange("POST", path, &form).await
    }

    /// A request, head and body.
    pub fn request(&self, method: &str, path: &str, form: &str) -> Vec<u8> {
        self.request_of(method, path, "application/x-www-form-urlencoded", form)
    }

    fn request_of(&self, method: &str, path: &str, media_type: &str, body: &str) -> Vec<u8> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: {media_type}\r\nContent-Length: {}\r\n\r\n{body}",
            cookies.join("; "),
            body.len()
        )
        .into_bytes()
    }

    /// Sends a form with a file, and returns the whole answer.
    pub async fn send_file(&mut self, path: &str, fields: &[(&str, &str)], name: &str, file: &str) -> Outcome<String> {
        let mut body = String::new();
        for (field, value) in fields {
            body.push_str(&format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
            ));
        }
        body.push_str(&format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: text/csv\r\n\r\n{file}\r\n--{BOUNDARY}--\r\n"
        ));
        let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
        self.answered(&self.request_of("POST", path, &media_type, &body)).await
    }

    /// Sends a request, keeps its cookies, and returns the whole answer.
    pub async fn exchange(&mut self, method: &str, path: &str, form: &str) -> Outcome<String> {
        self.answered(&self.request(method, path, form)).await
    }

    async fn answered(&mut self, request: &[u8]) -> Outcome<String> {
        self.stream.write_all(request).await?;
        self.stream.flush().await?;
        let mut bytes = Vec::new();
        let answer = loop {
            if self.stream.read_buf(&mut bytes).await? == 0 {
                return Err("the server closed the connection".into());
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = header(head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                break text;
            }
        };
        for cookie in headers(&answer, "set-cookie") {
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).unwrap_or_default();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        Ok(answer)
    }
}

/// Where the demo's portal listens.
pub fn portal_address(demo: &Path) -> Outcome<SocketAddr> {
    Ok(variable(demo, "PORTAL_URL")?.replace("https://localhost", "127.0.0.1").parse()?)
}

/// A header of an answer.
pub fn header(answer: &str, name: &str) -> Option<String> {
    headers(answer, name).next().map(str::to_owned)
}

/// All headers of a name.
fn headers<'a>(answer: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// A variable of the demo's `demo.env`.
fn variable(demo: &Path, name: &str) -> Outcome<String> {
    let text = std::fs::read_to_string(demo.join("demo.env"))?;
    let start = format!("export {name}=");
    let value = text.lines().find_map(|line| line.strip_prefix(&start)).ok_or("a variable of demo.env is missing")?;
    Ok(value.trim_matches(['\'', '"']).to_owned())
}
