//! `[portal]`: the listener for people at a browser.

use std::net::SocketAddr;

use super::ConfigError;
use super::listeners::PublicUrl;
use super::reader::Reader;

/// The longest time for which browsers can be told to use TLS alone: two years.
const LONGEST_HSTS_S: u64 = 2 * 365 * 24 * 60 * 60;

/// The portal's listener. It asks for no client certificate, and has the TLS material of the web
/// services, unless a reverse proxy opens TLS.
#[derive(Debug, Clone)]
pub struct Portal {
    /// Address and port.
    pub listen: SocketAddr,
    /// Public address, for links in e-mails, without a trailing slash.
    pub public_url: String,
    /// Whether a reverse proxy on this machine opens TLS. The listener is then plain HTTP, on
    /// loopback alone, and takes the visitor's address from `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// For so many seconds browsers use nothing but TLS for the portal's host name; 0 does not tell
    /// them.
    pub hsts_s: u64,
}

impl Portal {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        let behind_proxy = reader.get("portal.behind_proxy", false)?;
        let default = SocketAddr::from(([127, 0, 0, 1], 8444));
        let listen = reader.get_checked("portal.listen", default, |address| match address.ip().is_loopback() {
            false if behind_proxy => Err("must be a loopback address (127.0.0.1 or ::1), because portal.behind_proxy \
                                          is true and this listener has no TLS"
                .to_owned()),
            _ => Ok(()),
        })?;
        let PublicUrl(public_url) =
            reader.get("portal.public_url", PublicUrl(format!("https://localhost:{}", listen.port())))?;
        let hsts_s = reader.get_checked("portal.hsts_s", 0, |seconds| match *seconds {
            0..=LONGEST_HSTS_S => Ok(()),
            _ => Err(format!("must be at most {LONGEST_HSTS_S}, two years")),
        })?;
        Ok(Self { listen, public_url, behind_proxy, hsts_s })
    }
}
