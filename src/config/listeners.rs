//! `[server]` and `[operations]`: the listeners.

use std::net::SocketAddr;

use super::reader::Reader;
use super::{ConfigError, FromValue};

/// The public listener: the three web services, over mutual TLS.
#[derive(Debug, Clone)]
pub struct Server {
    /// Address and port.
    pub listen: SocketAddr,
    /// Public address, for the published contracts, without a trailing slash. Must be https (WS-I
    /// R5001).
    pub public_url: String,
    /// Server threads; 0 for one per processor.
    pub workers: usize,
}

/// The listener for health, readiness and metrics. It has no authentication, so it must be on
/// loopback.
#[derive(Debug, Clone)]
pub struct Operations {
    /// Address and port; the address must be a loopback address.
    pub listen: SocketAddr,
}

impl Server {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        let listen = reader.get("server.listen", SocketAddr::from(([127, 0, 0, 1], 8443)))?;
        let PublicUrl(public_url) =
            reader.get("server.public_url", PublicUrl(format!("https://localhost:{}", listen.port())))?;
        let workers = reader.get_checked("server.workers", 0, |n| match n {
            0..=512 => Ok(()),
            _ => Err("must be at most 512".to_owned()),
        })?;
        Ok(Self { listen, public_url, workers })
    }
}

impl Operations {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        let default = SocketAddr::from(([127, 0, 0, 1], 9090));
        let listen = reader.get_checked("operations.listen", default, |address| {
            if address.ip().is_loopback() {
                Ok(())
            } else {
                Err("must be a loopback address (127.0.0.1 or ::1), because this listener has no authentication"
                    .to_owned())
            }
        })?;
        Ok(Self { listen })
    }
}

/// An https address without query or fragment. A trailing slash is removed.
pub(super) struct PublicUrl(pub(super) String);

impl FromValue for PublicUrl {
    fn from_text(text: &str) -> Result<Self, String> {
        let host = text.strip_prefix("https://").unwrap_or_default();
        let plain =
            host.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'?' | b'#' | b'@' | b'<' | b'>' | b'"' | b'&'));
        if host.is_empty() || !plain {
            return Err("expected an address such as https://lrs.example.org:8443".to_owned());
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}
