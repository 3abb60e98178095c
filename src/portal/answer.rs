//! What a page answers: HTML, the way to another page, or a file; with the headers that keep it
//! safe.

use std::borrow::Cow;
use std::time::Duration;

use askama::Template;
use serde::Serialize;

use super::problem::Problem;
use crate::http::{HeaderValue, Response, StatusCode, header};

/// Scripts, styles and pictures come from this site alone; nothing is inline.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// An answer, before its session's cookie.
pub(super) struct Answer {
    status: StatusCode,
    kind: Kind,
    cookies: Vec<String>,
    retry_after: Option<u64>,
    failure: Option<Cow<'static, str>>,
}

enum Kind {
    Page(String),
    Redirect(String),
    Json(String),
    File { content_type: &'static str, name: String, bytes: Vec<u8> },
}

impl Answer {
    fn new(status: StatusCode, kind: Kind) -> Self {
        Self { status, kind, cookies: Vec::new(), retry_after: None, failure: None }
    }

    /// Its status.
    pub(super) const fn status(&self) -> StatusCode {
        self.status
    }

    /// No page, where not even that can be made.
    pub(super) fn bare(status: StatusCode) -> Self {
        Self::new(status, Kind::Page(String::new()))
    }

    /// A page.
    pub(super) fn page(template: &impl Template) -> Result<Self, Problem> {
        Self::page_with(StatusCode::OK, template)
    }

    /// A page with another status.
    pub(super) fn page_with(status: StatusCode, template: &impl Template) -> Result<Self, Problem> {
        Ok(Self::new(status, Kind::Page(template.render()?)))
    }

    /// The form again, with what is wrong with it.
    pub(super) fn form_again(template: &impl Template) -> Result<Self, Problem> {
        Self::page_with(StatusCode::UNPROCESSABLE_ENTITY, template)
    }

    /// Another page of this portal, by its path. It is fetched with GET.
    pub(super) fn redirect(path: impl Into<String>) -> Self {
        Self::new(StatusCode::SEE_OTHER, Kind::Redirect(path.into()))
    }

    /// A value for the script of a page.
    pub(super) fn json(value: &impl Serialize) -> Result<Self, Problem> {
        let json = serde_json::to_string(value).map_err(|error| Problem::Failed(format!("a value: {error}").into()))?;
        Ok(Self::new(StatusCode::OK, Kind::Json(json)))
    }

    /// A file to download. The name is ASCII without quotes.
    pub(super) fn file(content_type: &'static str, name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self::new(StatusCode::OK, Kind::File { content_type, name: name.into(), bytes })
    }

    /// Sets a cookie for this site alone, until the browser is closed; an empty value removes it.
    #[must_use]
    pub(super) fn with_cookie(mut self, name: &str, value: &str) -> Self {
        let end = if value.is_empty() { "; Max-Age=0" } else { "" };
        self.cookies.push(format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{end}"));
        self
    }

    /// Says how long the visitor has to wait.
    pub(super) fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait.as_secs().max(1));
        self
    }

    /// Notes why the page failed, for the log alone.
    pub(super) fn failed(mut self, reason: Cow<'static, str>) -> Self {
        self.failure = Some(reason);
        self
    }

    /// Why the page failed, if it did.
    pub(super) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// The answer as it is sent.
    pub(super) fn into_response(self) -> Response {
        let Self { status, kind, cookies, retry_after, .. } = self;
        let response = match kind {
            Kind::Page(html) => Response::new(status, "text/html; charset=utf-8", html),
            Kind::Json(json) => Response::new(status, "application/json", json),
            Kind::Redirect(path) => {
                Response::new(status, "text/plain; charset=utf-8", "").with(header::LOCATION, value(&path))
            }
            Kind::File { content_type, name, bytes } => Response::new(status, content_type, bytes)
                .with(header::CONTENT_DISPOSITION, value(&format!("attachment; filename=\"{name}\""))),
        };
        let response =
            cookies.iter().fold(safe(response), |response, cookie| response.and(header::SET_COOKIE, value(cookie)));
        let response = retry_after
            .into_iter()
            .fold(response, |response, seconds| response.with(header::RETRY_AFTER, HeaderValue::from(seconds)));
        response.with(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
    }
}

/// The headers that every answer of the portal has.
pub(super) fn safe(response: Response) -> Response {
    response
        .with(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY))
        .with(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"))
        .with(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))
        .with(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"))
        .with(header::VARY, HeaderValue::from_static("Accept-Encoding"))
}

/// Our own texts are ASCII; anything else would be a mistake in a page, and is left out.
fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
