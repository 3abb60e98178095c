//! What the Content-Type says about a request: the version of SOAP, and the charset.

use super::super::envelope::Version;
use super::refused;
use crate::http::header::{CONTENT_TYPE, HeaderName};
use crate::http::{HeaderMap, Refused};

/// The media type and charset of a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Media {
    pub(super) version: Version,
    /// The charset parameter, if given. It overrides the XML declaration (WS-I R1018, R1019).
    pub(super) charset: Option<Charset>,
}

/// The accepted encodings (WS-I R1012).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    Utf8,
    /// Byte order by the mark, otherwise by the first character.
    Utf16,
    Utf16Le,
    Utf16Be,
}

impl Charset {
    pub(super) fn named(name: &str) -> Option<Self> {
        [
            ("utf-8", Self::Utf8),
            ("utf8", Self::Utf8),
            ("utf-16", Self::Utf16),
            ("utf-16le", Self::Utf16Le),
            ("utf-16be", Self::Utf16Be),
        ]
        .into_iter()
        .find_map(|(known, charset)| name.eq_ignore_ascii_case(known).then_some(charset))
    }
}

/// The media type, or why the body is refused: only `text/xml` and `application/soap+xml` are
/// accepted (WS-I R1115).
pub(super) fn media(headers: &HeaderMap) -> Result<Media, Refused> {
    let value = single(headers, &CONTENT_TYPE).ok_or(refused::MEDIA_TYPE)?;
    if value == "text/xml; charset=utf-8" {
        return Ok(Media { version: Version::V11, charset: Some(Charset::Utf8) });
    }
    let mut parts = Parts(Some(value));
    let essence = parts.next().unwrap_or_default();
    let version = if essence.eq_ignore_ascii_case("text/xml") {
        Version::V11
    } else if essence.eq_ignore_ascii_case("application/soap+xml") {
        Version::V12
    } else {
        return Err(refused::MEDIA_TYPE);
    };
    let mut charset = None;
    for parameter in parts {
        let Some((name, value)) = parameter.split_once('=') else { continue };
        if name.trim_end().eq_ignore_ascii_case("charset") {
            let named = Charset::named(unquoted(value.trim_start())).ok_or(refused::CHARSET)?;
            if charset.is_some_and(|earlier| earlier != named) {
                return Err(refused::CHARSET);
            }
            charset = Some(named);
        }
    }
    Ok(Media { version, charset })
}

/// The value of a header that must not be repeated.
fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name);
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() { None } else { Some(value) }
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner;
        }
    }
    value
}

/// Splits a media type at its semicolons, except within quotes (`action="a;b"`), and trims the
/// parts.
struct Parts<'a>(Option<&'a str>);

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.0?;
        let mut quoted = false;
        let end = rest.bytes().position(|byte| {
            quoted ^= byte == b'"';
            byte == b';' && !quoted
        });
        let (part, rest) = match end.and_then(|end| rest.split_at_checked(end)) {
            Some((part, rest)) => (part, rest.strip_prefix(';')),
            None => (rest, None),
        };
        self.0 = rest;
        Some(part.trim())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::http::HeaderValue;

    fn headers(name: HeaderName, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn of(value: &str) -> Result<Media, &'static str> {
        media(&headers(CONTENT_TYPE, &[value])).map_err(|refused| refused.reason())
    }

    #[test]
    fn media_types() {
        let soap11 = |charset| Ok(Media { version: Version::V11, charset });
        let soap12 = |charset| Ok(Media { version: Version::V12, charset });
        assert_eq!(of("text/xml"), soap11(None));
        assert_eq!(of("text/xml; charset=utf-8"), soap11(Some(Charset::Utf8)));
        assert_eq!(of("Text/XML;Charset=\"UTF-8\""), soap11(Some(Charset::Utf8)));
        assert_eq!(of("text/xml ; charset = 'utf-16'"), soap11(Some(Charset::Utf16)));
        assert_eq!(of("text/xml; charset=UTF-16LE;"), soap11(Some(Charset::Utf16Le)));
        assert_eq!(of("application/soap+xml; charset=utf-8; action=\"\""), soap12(Some(Charset::Utf8)));
        assert_eq!(of("application/soap+xml; action=\"a;charset=utf-7\""), soap12(None));
        assert_eq!(of("text/xml; charset=utf-8; charset=utf-8"), soap11(Some(Charset::Utf8)));
        for refused in [
            "application/xml",
            "application/json",
            "multipart/related; type=\"text/xml\"",
            "text/plain",
            "",
            "text/xmlx",
            "text/html",
        ] {
            assert_eq!(of(refused), Err("media_type"), "{refused}");
        }
        for refused in ["utf-7", "utf-32", "iso-8859-1", "windows-1252", "us-ascii", "", "utf-8; charset=utf-16"] {
            assert_eq!(of(&format!("text/xml; charset={refused}")), Err("charset"), "{refused}");
        }
        assert_eq!(media(&HeaderMap::new()).map_err(|r| r.reason()), Err("media_type"));
        assert!(media(&headers(CONTENT_TYPE, &["text/xml", "text/xml"])).is_err());
    }
}
