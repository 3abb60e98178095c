//! `[portal]`: the listener for people at a browser.

use std::net::SocketAddr;

use super::ConfigError;
use super::listeners::PublicUrl;
use super::reader::Reader;

/// The portal's listener. It asks for no client certificate, and has the TLS material of the web
/// services.
#[derive(Debug, Clone)]
pub struct Portal {
    /// Address and port.
    pub listen: SocketAddr,
    /// Public address, for links in e-mails, without a trailing slash.
    pub public_url: String,
}

impl Portal {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        let listen = reader.get("portal.listen", SocketAddr::from(([127, 0, 0, 1], 8444)))?;
        let PublicUrl(public_url) =
            reader.get("portal.public_url", PublicUrl(format!("https://localhost:{}", listen.port())))?;
        Ok(Self { listen, public_url })
    }
}
