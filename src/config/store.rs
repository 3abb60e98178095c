//! `[store]`: the database. The URL may have a password, which is never shown.

use std::fmt;
use std::path::Path;

use super::reader::Reader;
use super::value::Optional;
use super::{ConfigError, FromValue};

/// The database.
#[derive(Clone)]
pub struct StoreLocation {
    /// `sqlite:PATH`, a path, or `postgres://user:password@host/name`. Paths in the configuration
    /// file are relative to its folder.
    pub url: String,
    /// A standby of it that answers searches; only with PostgreSQL.
    pub replica_url: Option<String>,
    /// Number of connections for reading.
    pub readers: u32,
}

impl StoreLocation {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        let StoreUrl(url) = reader.get("store.url", StoreUrl("lrs.db".to_owned()))?;
        let replica_url = reader.get_checked("store.replica_url", Optional(None), |replica| match replica {
            Optional(Some(_)) if !is_postgres(&url) => {
                Err("needs a PostgreSQL database in store.url: SQLite has no replicas".to_owned())
            }
            _ => Ok(()),
        })?;
        let replica_url = replica_url.0.map(|ReplicaUrl(url)| url);
        let readers = reader.get_checked("store.readers", 8, |n| match n {
            1..=1_000 => Ok(()),
            _ => Err("must be from 1 to 1000".to_owned()),
        })?;
        Ok(Self { url, replica_url, readers })
    }
}

impl fmt::Debug for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreLocation")
            .field("url", &mask(&self.url))
            .field("replica_url", &self.replica_url.as_deref().map(mask))
            .field("readers", &self.readers)
            .finish()
    }
}

struct StoreUrl(String);

impl FromValue for StoreUrl {
    fn from_text(text: &str) -> Result<Self, String> {
        let known = match text.split_once("://") {
            Some((scheme, _)) => matches!(scheme, "postgres" | "postgresql" | "sqlite"),
            None => !text.is_empty(),
        };
        if known { Ok(Self(text.to_owned())) } else { Err("expected sqlite:PATH or postgres://...".to_owned()) }
    }

    fn from_toml(value: &toml::Value, folder: &Path) -> Result<Self, String> {
        let text = value.as_str().ok_or_else(|| format!("expected text, found {}", value.type_str()))?;
        let Self(url) = Self::from_text(text)?;
        if url.contains("://") {
            return Ok(Self(url));
        }
        let path = folder.join(url.strip_prefix("sqlite:").unwrap_or(&url));
        Ok(Self(format!("sqlite:{}", path.display())))
    }

    fn show(&self) -> String {
        mask(&self.0)
    }
}

fn is_postgres(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, _)| matches!(scheme, "postgres" | "postgresql"))
}

struct ReplicaUrl(String);

impl FromValue for ReplicaUrl {
    fn from_text(text: &str) -> Result<Self, String> {
        if is_postgres(text) { Ok(Self(text.to_owned())) } else { Err("expected postgres://...".to_owned()) }
    }

    fn show(&self) -> String {
        mask(&self.0)
    }
}

/// Masks the password in `scheme://user:password@host/...` and in `password=` parameters.
fn mask(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (address, query) = rest.split_once('?').map_or((rest, None), |(a, q)| (a, Some(q)));
    let address = match address.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((name, _)) => format!("{name}:***@{host}"),
            None => format!("{user}@{host}"),
        },
        None => address.to_owned(),
    };
    let masked = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if name.to_ascii_lowercase().contains("password") => format!("{name}=***"),
        _ => pair.to_owned(),
    };
    let query = query.map(|q| format!("?{}", q.split('&').map(masked).collect::<Vec<_>>().join("&")));
    format!("{scheme}://{address}{}", query.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked() {
        assert_eq!(mask("postgres://lrs:s3cret@db:5432/lrs"), "postgres://lrs:***@db:5432/lrs");
        assert_eq!(mask("postgres://lrs:a@b@db/lrs"), "postgres://lrs:***@db/lrs");
        assert_eq!(mask("postgres://db/lrs?user=a&password=s3cret"), "postgres://db/lrs?user=a&password=***");
        assert_eq!(mask("postgres://lrs@db/lrs"), "postgres://lrs@db/lrs");
        assert_eq!(mask("sqlite:/var/lib/lrs.db"), "sqlite:/var/lib/lrs.db");
    }
}
