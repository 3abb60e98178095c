//! Which database the address names, and how a connection to it is opened and prepared.

#![allow(missing_docs, reason = "the derived connection declares public items of its own")]

use std::fmt;
use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, R2D2Connection};

use super::{StoreError, private};

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// The embedded database.
    #[cfg(feature = "sqlite")]
    Sqlite(diesel::SqliteConnection),
    /// PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres(diesel::PgConnection),
}

/// What every SQLite connection is told: readers beside the writer (WAL), an acknowledged write survives a loss of power (FULL),
/// patience with another process, temporary tables in memory.
/// It is not mapped into memory: every commit would unmap it for every reader. The log grows to 160 MB before a commit brings it into the
/// database: the writer does so when it has nothing else to do.
#[cfg(feature = "sqlite")]
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 40000;";

/// The page cache of a connection, 4 MiB; the system caches the rest.
#[cfg(feature = "sqlite")]
pub(super) const SQLITE_PAGE_CACHE: &str = "PRAGMA cache_size = -4096;";

/// Where the database is.
#[derive(Clone)]
pub(super) enum Address {
    #[cfg(feature = "sqlite")]
    Sqlite(String),
    #[cfg(feature = "postgres")]
    Postgres(String),
}

impl Address {
    /// Reads `sqlite:PATH`, a bare path, or `postgres://...`; the error says what is possible.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let refuse = |why: &str| {
            Err(StoreError::Address(format!("{why}; give a path, sqlite:PATH or postgres://USER@HOST/DATABASE")))
        };
        match url.split_once(':') {
            _ if url.trim().is_empty() => refuse("the store's address is empty"),
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => Self::postgres(url),
            Some(("postgres" | "postgresql", _)) => refuse("a PostgreSQL address starts with postgres://"),
            Some(("sqlite", path)) => Self::sqlite(path.strip_prefix("//").unwrap_or(path)),
            Some((scheme, rest))
                if rest.starts_with("//")
                    || (scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphanumeric())) =>
            {
                refuse(&format!("the store's address has the unknown scheme {scheme:?}"))
            }
            _ => Self::sqlite(url),
        }
    }

    #[cfg(feature = "sqlite")]
    fn sqlite(path: &str) -> Result<Self, StoreError> {
        if path.is_empty() || path == ":memory:" {
            return Err(StoreError::Address(
                "SQLite needs the path of a file: several connections share it".to_owned(),
            ));
        }
        Ok(Self::Sqlite(path.to_owned()))
    }

    #[cfg(not(feature = "sqlite"))]
    fn sqlite(_: &str) -> Result<Self, StoreError> {
        Err(StoreError::Address("this build has no SQLite support: build with --features sqlite".to_owned()))
    }

    #[cfg(feature = "postgres")]
    fn postgres(url: &str) -> Result<Self, StoreError> {
        Ok(Self::Postgres(url.to_owned()))
    }

    #[cfg(not(feature = "postgres"))]
    fn postgres(_: &str) -> Result<Self, StoreError> {
        Err(StoreError::Address("this build has no PostgreSQL support: build with --features postgres".to_owned()))
    }

    /// Whether the database lives inside this process.
    pub(super) fn is_embedded(&self) -> bool {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => true,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => false,
        }
    }

    /// The file of the database, when it lives in one.
    pub(super) fn file(&self) -> Option<PathBuf> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => Some(plain(path).into()),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }

    /// Where the trail of disclosures is kept, when the database lives in a file (see `trail`).
    pub(super) fn trail(&self) -> Option<PathBuf> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => Some(format!("{}-trail", plain(path)).into()),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }

    /// Brings what is in SQLite's log into the database, as far as no reader is in the way. PostgreSQL does so by itself.
    pub(super) fn checkpoint(connection: &mut AnyConnection) -> Result<(), StoreError> {
        match connection {
            #[cfg(feature = "sqlite")]
            AnyConnection::Sqlite(c) => Ok(c.batch_execute("PRAGMA wal_checkpoint(PASSIVE)")?),
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(_) => Ok(()),
        }
    }

    /// Opens a connection that is ready for use.
    pub(super) fn connect(&self) -> Result<AnyConnection, StoreError> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => {
                private::close(path);
                let mut connection = diesel::SqliteConnection::establish(path)
                    .map_err(|error| StoreError::Unreachable(format!("{path}: {error}")))?;
                connection.batch_execute(SQLITE_SETTINGS)?;
                connection.batch_execute(SQLITE_PAGE_CACHE)?;
                Ok(AnyConnection::Sqlite(connection))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => {
                let mut connection =
                    diesel::PgConnection::establish(url).map_err(|error| StoreError::Unreachable(error.to_string()))?;
                connection.batch_execute("SET TIME ZONE 'UTC'; SET client_min_messages TO WARNING")?;
                Ok(AnyConnection::Postgres(connection))
            }
        }
    }
}

/// The path in an address of SQLite that may be a URI, such as `file:lrs.db?mode=ro`.
#[cfg(feature = "sqlite")]
fn plain(path: &str) -> &str {
    path.strip_prefix("file:").map_or(path, |uri| uri.split_once('?').map_or(uri, |(path, _)| path))
}

impl fmt::Debug for Address {
    /// Without user, password and host.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_embedded() { "sqlite" } else { "postgres" })
    }
}

/// A connection of the pool, with a mark that it is lost.
pub(super) struct Reader {
    pub(super) connection: AnyConnection,
    pub(super) lost: bool,
}

impl ManageConnection for Address {
    type Connection = Reader;
    type Error = StoreError;

    fn connect(&self) -> Result<Reader, StoreError> {
        Ok(Reader { connection: Address::connect(self)?, lost: false })
    }

    fn is_valid(&self, reader: &mut Reader) -> Result<(), StoreError> {
        Ok(reader.connection.ping()?)
    }

    fn has_broken(&self, reader: &mut Reader) -> bool {
        reader.lost || std::thread::panicking() || reader.connection.is_broken()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn refusal(url: &str) -> String {
        Address::parse(url).unwrap_err().to_string()
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn a_path_is_sqlite() {
        for (url, expected) in [
            ("lrs.db", "lrs.db"),
            ("sqlite:lrs.db", "lrs.db"),
            ("sqlite:///var/lrs.db", "/var/lrs.db"),
            (r"C:\lrs.db", r"C:\lrs.db"),
        ] {
            match Address::parse(url).unwrap() {
                Address::Sqlite(path) => assert_eq!(path, expected),
                #[cfg(feature = "postgres")]
                Address::Postgres(_) => panic!("{url} is no PostgreSQL address"),
            }
        }
        assert!(refusal("sqlite::memory:").contains("path of a file"));
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn a_postgres_url_is_postgresql() {
        assert!(!Address::parse("postgres://lrs@localhost/lrs").unwrap().is_embedded());
        assert!(!Address::parse("postgresql://lrs@localhost/lrs").unwrap().is_embedded());
    }

    #[test]
    fn typing_errors_are_explained() {
        assert!(refusal("").contains("empty"));
        assert!(refusal("postgress://lrs:secret@db/lrs").contains("unknown scheme \"postgress\""));
        assert!(!refusal("postgress://lrs:secret@db/lrs").contains("secret"));
        assert!(refusal("mysql:lrs").contains("postgres://"));
        assert!(refusal("postgres:lrs").contains("postgres://"));
    }
}
