//! Where a request comes from that a reverse proxy hands on.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR};

/// The visitor's address: the last that `X-Forwarded-For` names, because the proxy adds its own
/// client at the end, and what stands before it may be invented. Only a proxy on this machine is
/// believed. Where it names no address, all its visitors share its own.
pub(super) fn address(headers: &HeaderMap, proxy: IpAddr) -> IpAddr {
    if !proxy.to_canonical().is_loopback() {
        return proxy;
    }
    let last = headers.get_all(X_FORWARDED_FOR).last().and_then(|value| value.to_str().ok());
    let last = last.and_then(|list| list.rsplit(',').next()).map(str::trim).unwrap_or_default();
    last.parse().or_else(|_| last.parse().map(|address: SocketAddr| address.ip())).unwrap_or(proxy)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use actix_web::http::header::HeaderValue;

    use super::*;

    fn seen(lines: &[&'static str], proxy: &str) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_static(line));
        }
        address(&headers, proxy.parse().unwrap()).to_string()
    }

    #[test]
    fn the_proxy_is_believed_and_nobody_before_it() {
        assert_eq!(seen(&["203.0.113.9"], "127.0.0.1"), "203.0.113.9");
        assert_eq!(seen(&["10.0.0.1, 203.0.113.9"], "127.0.0.1"), "203.0.113.9");
        assert_eq!(seen(&["10.0.0.1", "2001:db8::9"], "::1"), "2001:db8::9", "the last line");
        assert_eq!(seen(&["203.0.113.9:4711"], "127.0.0.1"), "203.0.113.9");
        assert_eq!(seen(&["[2001:db8::9]:4711"], "127.0.0.1"), "2001:db8::9");
        for nothing in [&["203.0.113.9, unknown"][..], &[""], &[]] {
            assert_eq!(seen(nothing, "127.0.0.1"), "127.0.0.1", "{nothing:?}");
        }
        assert_eq!(seen(&["203.0.113.9"], "198.51.100.1"), "198.51.100.1", "not from another machine");
    }
}
