//! `[mail]`: how messages to users are sent.

use std::path::PathBuf;

use super::ConfigError;
use super::reader::Reader;
use super::value::{FromValue, Optional};

/// How messages to users are sent: by a server, or into a folder. With neither, they wait.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The mail server as a URL.
    pub server: Option<ServerUrl>,
    /// The sender's address.
    pub from: String,
    /// A folder that keeps messages instead; for demonstrations.
    pub folder: Option<PathBuf>,
    /// A file of certificates to trust for the server, in place of the public ones.
    pub ca: Option<PathBuf>,
}

/// `smtps://user:password@host`, or `smtp://` with `?tls=required`. Without TLS only to this
/// machine.
#[derive(Clone)]
pub struct ServerUrl(String);

impl Mail {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        let Optional(server) = reader.get("mail.server", Optional(None))?;
        let from = reader.get("mail.from", "Learning Records <no-reply@localhost.localdomain>".to_owned())?;
        let Optional(folder) = reader.get("mail.folder", Optional(None))?;
        let Optional(ca) = reader.get("mail.ca", Optional(None))?;
        Ok(Self { server, from, folder, ca })
    }
}

impl ServerUrl {
    /// The URL, with its password.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn host(text: &str) -> Option<(&str, &str)> {
        let (scheme, rest) = text.split_once("://")?;
        let authority = rest.split(['/', '?']).next()?;
        let host = authority.rsplit('@').next()?;
        (!host.is_empty()).then_some((scheme, host))
    }
}

impl std::fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.show())
    }
}

impl FromValue for ServerUrl {
    fn from_text(text: &str) -> Result<Self, String> {
        let wrong = || "expected smtps://USER:PASSWORD@HOST or smtp://USER:PASSWORD@HOST?tls=required".to_owned();
        let (scheme, host) = Self::host(text).ok_or_else(wrong)?;
        let is_here = ["localhost", "127.0.0.1", "[::1]"]
            .iter()
            .any(|name| host.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')));
        match scheme {
            "smtps" => Ok(Self(text.to_owned())),
            "smtp" if is_here || text.ends_with("?tls=required") => Ok(Self(text.to_owned())),
            "smtp" => Err("a server on another machine needs TLS: smtps://, or ?tls=required at the end".to_owned()),
            _ => Err(wrong()),
        }
    }

    fn show(&self) -> String {
        match Self::host(&self.0) {
            Some((scheme, host)) if self.0.contains('@') => format!("{scheme}://***@{host}"),
            _ => self.0.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_needs_tls_and_no_password_is_shown() {
        let shown = |text: &str| ServerUrl::from_text(text).map(|url| url.show());
        assert_eq!(shown("smtps://ada:secret@mail.example"), Ok("smtps://***@mail.example".to_owned()));
        assert_eq!(shown("smtp://a:s@mail.example:587?tls=required"), Ok("smtp://***@mail.example:587".to_owned()));
        assert_eq!(shown("smtp://127.0.0.1:1025"), Ok("smtp://127.0.0.1:1025".to_owned()));
        for text in ["smtp://mail.example", "smtp://localhost.example", "mail.example", "http://localhost", "smtps://"]
        {
            assert!(shown(text).is_err(), "{text}");
        }
    }
}
