//! What a visitor sends: read from the connection, so that a page can be made on another thread.

use std::net::IpAddr;

use super::form::Form;
use super::problem::Problem;
use super::upload::Upload;
use crate::http::{Body, HeaderMap, Method, Refused, Request, Unread, header};

/// The longest form: the longest of ours has some forty fields of at most 300 letters.
const LONGEST_FORM: usize = 64 * 1024;

/// A request for a page.
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) address: Option<IpAddr>,
    pub(super) origin: Origin,
    cookies: Vec<(String, String)>,
    pub(super) form: Form,
    /// The form, where it has a file.
    pub(super) upload: Option<Upload>,
}

/// Which site sent the request, as the browser says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A page of this portal.
    Ours,
    /// Another site.
    Foreign,
    /// The browser does not say.
    Unknown,
}

impl Asked {
    /// The request without its body. `own` is the portal's origin where it is known: behind a
    /// proxy, which may have replaced the header `Host`.
    pub(super) fn of(request: &Request<'_>, own: Option<&str>) -> Self {
        Self {
            method: request.method().clone(),
            path: request.path().to_owned(),
            query: request.query().to_owned(),
            address: request.address(),
            origin: Origin::of(request.headers(), own),
            cookies: cookies(request.headers()),
            form: Form::default(),
            upload: None,
        }
    }

    /// Reads the form.
    ///
    /// # Errors
    /// The connection broke or was too slow. The page can say the rest: the inner error.
    pub(super) async fn read(
        &mut self,
        request: &Request<'_>,
        body: &mut Body<'_>,
    ) -> Result<Result<(), Problem>, Refused> {
        let is_form = text(request.headers(), header::CONTENT_TYPE)
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        // Beyond what is taken, so that the page can say what is wrong.
        body.admit(body.coding()?, LONGEST_FORM * 4)?;
        let mut bytes = Vec::new();
        loop {
            match body.next().await {
                Ok(Some(piece)) if bytes.len() + piece.len() > LONGEST_FORM => return Ok(Err(Problem::TooLarge)),
                Ok(Some(piece)) => bytes.extend_from_slice(piece),
                Ok(None) => break,
                Err(Unread::Damaged) => return Ok(Err(Problem::Malformed)),
                Err(Unread::Refused(refused)) => return Err(refused),
            }
        }
        if !is_form && !bytes.is_empty() {
            return Ok(Err(Problem::Malformed));
        }
        self.form = Form::of(&bytes);
        Ok(Ok(()))
    }

    /// A cookie; empty where it was not sent.
    pub(super) fn cookie(&self, name: &str) -> &str {
        self.cookies.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

impl Origin {
    /// From `Origin`, or where that says nothing, from `Sec-Fetch-Site`: with the referrer policy
    /// `no-referrer`, browsers send `Origin: null` with the forms of the same site (Fetch, "append
    /// a request Origin header").
    fn of(headers: &HeaderMap, own: Option<&str>) -> Self {
        match text(headers, header::ORIGIN) {
            "" | "null" => match text(headers, header::HeaderName::from_static("sec-fetch-site")) {
                "same-origin" | "none" => Self::Ours,
                "" => Self::Unknown,
                _ => Self::Foreign,
            },
            origin if own.is_some_and(|own| origin.eq_ignore_ascii_case(own)) => Self::Ours,
            _ if own.is_some() => Self::Foreign,
            origin => {
                let host = text(headers, header::HOST);
                let is_ours = origin.strip_prefix("https://").is_some_and(|site| site.eq_ignore_ascii_case(host));
                if is_ours && !host.is_empty() { Self::Ours } else { Self::Foreign }
            }
        }
    }
}

fn cookies(headers: &HeaderMap) -> Vec<(String, String)> {
    let lines = headers.get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HeaderValue;

    fn origin(sent: &[(&'static str, &'static str)]) -> Origin {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.insert(header::HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        Origin::of(&headers, None)
    }

    #[test]
    fn a_form_of_another_site_is_known_by_its_origin() {
        let host = ("host", "localhost:8444");
        assert_eq!(origin(&[host, ("origin", "https://localhost:8444")]), Origin::Ours);
        for foreign in ["http://localhost:8444", "https://localhost:8443", "https://localhost", "https://evil.example"]
        {
            let sent = [host, ("origin", foreign), ("sec-fetch-site", "same-origin")];
            assert_eq!(origin(&sent), Origin::Foreign, "{foreign}");
        }
        assert_eq!(origin(&[host, ("origin", "null"), ("sec-fetch-site", "same-origin")]), Origin::Ours);
        assert_eq!(origin(&[host, ("origin", "null"), ("sec-fetch-site", "cross-site")]), Origin::Foreign);
        assert_eq!(origin(&[host, ("sec-fetch-site", "same-site")]), Origin::Foreign);
        assert_eq!(origin(&[host]), Origin::Unknown);
        assert_eq!(origin(&[("origin", "https://")]), Origin::Foreign);
    }

    #[test]
    fn behind_a_proxy_the_host_says_nothing() {
        let sent = |origin| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:8444"));
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            Origin::of(&headers, Some("https://portal.example.org"))
        };
        assert_eq!(sent("https://portal.example.org"), Origin::Ours);
        for foreign in
            ["https://127.0.0.1:8444", "http://portal.example.org", "https://portal.example.org.evil.example"]
        {
            assert_eq!(sent(foreign), Origin::Foreign, "{foreign}");
        }
    }
}
