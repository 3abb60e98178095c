//! How bodies are packed: what a request says of its own, and whether its answer is to be packed.

use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap};
use actix_web::web::Bytes;

use super::blocking::block;
use super::gzip;
use super::refused::Refused;
use super::response::Packed;

/// Longer answers are packed on a thread of their own, so that other connections do not wait for
/// it.
const INLINE: usize = 64 * 1024;

/// How a request's body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// Not at all.
    Identity,
    /// With gzip, once.
    Gzip,
}

/// What the Content-Encoding says; every other coding is refused.
pub(super) fn of_request(headers: &HeaderMap) -> Result<Coding, Refused> {
    let mut coded = Coding::Identity;
    for value in headers.get_all(CONTENT_ENCODING) {
        for coding in value.to_str().map_err(|_| Refused::CODING)?.split(',').map(str::trim) {
            if coding.is_empty() || coding.eq_ignore_ascii_case("identity") {
                continue;
            }
            if coded == Coding::Gzip || !is_gzip(coding) {
                return Err(Refused::CODING);
            }
            coded = Coding::Gzip;
        }
    }
    Ok(coded)
}

/// Packs an answer where its client asked for that and it is worth it.
pub(super) async fn pack(body: Bytes, headers: &HeaderMap) -> Packed {
    if body.len() < gzip::WORTHWHILE || !accepts_gzip(headers) {
        return Packed::Plain(body);
    }
    if body.len() <= INLINE {
        return Packed::Gzip(Bytes::from(gzip::deflate(&body)));
    }
    let plain = body.clone();
    match block(move || gzip::deflate(&plain)).await {
        Some(packed) => Packed::Gzip(Bytes::from(packed)),
        None => Packed::Plain(body),
    }
}

/// The form of an answer that its client asked for.
pub(super) fn choose(plain: Bytes, gzip: Bytes, headers: &HeaderMap) -> Packed {
    if accepts_gzip(headers) { Packed::Gzip(gzip) } else { Packed::Plain(plain) }
}

/// Whether the client asks for gzip by name, with a weight above zero. Several clients break on
/// gzip that they did not ask for.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let mut accepted = None;
    for value in headers.get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok()) {
        for item in value.split(',') {
            let (coding, parameters) = item.split_once(';').map_or((item, None), |(c, p)| (c, Some(p)));
            if is_gzip(coding.trim()) {
                let wanted = parameters.is_none_or(|weight| has_weight(weight.trim()));
                // If stated twice, a refusal wins.
                accepted = Some(accepted.unwrap_or(true) && wanted);
            }
        }
    }
    accepted.unwrap_or(false)
}

fn is_gzip(coding: &str) -> bool {
    coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip")
}

/// `q=` with a number above 0 and up to 1, with at most three decimals (RFC 9110 12.4.2).
fn has_weight(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let decimals = value.split_once('.').map_or("", |(_, decimals)| decimals);
    name.trim_end().eq_ignore_ascii_case("q")
        && decimals.len() <= 3
        && value.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && value.parse::<f32>().is_ok_and(|weight| weight > 0.0 && weight <= 1.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(name: HeaderName, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn content_codings() {
        let of = |values: &[&str]| of_request(&headers(CONTENT_ENCODING, values)).ok();
        assert_eq!(of(&[]), Some(Coding::Identity));
        assert_eq!(of(&["identity"]), Some(Coding::Identity));
        assert_eq!(of(&["gzip"]), Some(Coding::Gzip));
        assert_eq!(of(&["X-GZIP"]), Some(Coding::Gzip));
        for refused in [&["gzip, gzip"][..], &["gzip", "gzip"], &["br"], &["deflate"], &["gzip, br"], &["zstd"]] {
            assert_eq!(of(refused), None, "{refused:?}");
        }
    }

    #[test]
    fn gzip_only_when_asked_for() {
        let of = |values: &[&str]| accepts_gzip(&headers(ACCEPT_ENCODING, values));
        for yes in
            [&["gzip"][..], &["deflate, gzip"], &["gzip;q=0.3"], &["br;q=1, GZIP ; q=1.0"], &["deflate", "x-gzip"]]
        {
            assert!(of(yes), "{yes:?}");
        }
        for no in [
            &[][..],
            &[""],
            &["none"],
            &["*"],
            &["identity"],
            &["gzip;q=0"],
            &["gzip;q=0.000"],
            &["gzip;q=2"],
            &["gzip;q=nan"],
            &["gzip;q=1e0"],
            &["gzip;x=1"],
            &["gzip;q=0.0001"],
            &["gzipped"],
            &["gzip;q=0, gzip"],
            &["gzip", "gzip;q=0"],
        ] {
            assert!(!of(no), "{no:?}");
        }
    }
}
