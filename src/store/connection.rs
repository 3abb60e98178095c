//! Which database an address names, and how to open and prepare a connection to it.

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

/// The settings of every SQLite connection. WAL lets readers work beside the writer; FULL makes
/// acknowledged writes survive a power cut; the busy timeout waits for another process; temporary
/// tables stay in memory. The file is not memory-mapped, because every commit would unmap it for
/// every reader. A commit checkpoints the WAL only beyond 32 MB, because a thread does so beside
/// the writer; a longer one would make every read slower, which looks in it for the newest page.
#[cfg(feature = "sqlite")]
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 8000;";

/// The page cache of a connection: 4 MiB. The operating system caches the rest.
#[cfg(feature = "sqlite")]
pub(super) const SQLITE_PAGE_CACHE: &str = "PRAGMA cache_size = -4096;";

/// What bounds a connection to PostgreSQL whose network is silent, unless the address says
/// otherwise: without these, opening one may take forever, and one in use hangs for a quarter of an
/// hour (data that is not acknowledged) or two hours (an answer that does not come). In seconds,
/// but the last in milliseconds.
#[cfg(feature = "postgres")]
const CLIENT_BOUNDS: [(&str, &str); 5] = [
    ("connect_timeout", "4"),
    ("keepalives_idle", "3"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "8000"),
];

/// The settings of every connection to PostgreSQL. The server ends the session of a node that is
/// silent as soon as the node would: its transaction may hold locks for which other nodes wait.
#[cfg(feature = "postgres")]
const POSTGRES_SETTINGS: &str = "SET TIME ZONE 'UTC'; SET client_min_messages TO WARNING; \
     SET tcp_keepalives_idle TO 3; SET tcp_keepalives_interval TO 2; SET tcp_keepalives_count TO 3; \
     SET tcp_user_timeout TO 8000";

/// How long the writer's transaction may stand still before PostgreSQL ends it. The writer never
/// waits in a transaction, so its process was stopped, or it is cut off behind something that
/// answers keepalives.
#[cfg(feature = "postgres")]
const POSTGRES_WRITER_SETTINGS: &str = "SET idle_in_transaction_session_timeout TO '30s'";

/// The location of the database.
#[derive(Clone)]
pub(super) enum Address {
    #[cfg(feature = "sqlite")]
    Sqlite(String),
    #[cfg(feature = "postgres")]
    Postgres(String),
}

impl Address {
    /// Parses `sqlite:PATH`, a plain path, or `postgres://...`; the error lists these.
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

    /// Whether the database runs inside this process.
    pub(super) fn is_embedded(&self) -> bool {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => true,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => false,
        }
    }

    /// The database file, if it has one.
    pub(super) fn file(&self) -> Option<PathBuf> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => Some(plain(path).into()),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }

    /// The path of the trail file, if the database is a file (see `trail`).
    pub(super) fn trail(&self) -> Option<PathBuf> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => Some(format!("{}-trail", plain(path)).into()),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }

    /// Checkpoints SQLite's WAL as far as readers allow. PostgreSQL does this by itself.
    pub(super) fn checkpoint(connection: &mut AnyConnection) -> Result<(), StoreError> {
        match connection {
            #[cfg(feature = "sqlite")]
            AnyConnection::Sqlite(c) => Ok(c.batch_execute("PRAGMA wal_checkpoint(PASSIVE)")?),
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(_) => Ok(()),
        }
    }

    /// Opens a connection and applies the settings.
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
                let mut connection = diesel::PgConnection::establish(&bounded(url))
                    .map_err(|error| StoreError::Unreachable(error.to_string()))?;
                connection.batch_execute(POSTGRES_SETTINGS)?;
                Ok(AnyConnection::Postgres(connection))
            }
        }
    }

    /// Opens the connection of the thread that writes.
    pub(super) fn connect_writer(&self) -> Result<AnyConnection, StoreError> {
        let mut connection = self.connect()?;
        match &mut connection {
            #[cfg(feature = "sqlite")]
            AnyConnection::Sqlite(_) => {}
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(c) => c.batch_execute(POSTGRES_WRITER_SETTINGS)?,
        }
        Ok(connection)
    }
}

/// The address with those of [`CLIENT_BOUNDS`] that it does not set.
#[cfg(feature = "postgres")]
fn bounded(url: &str) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let is_set = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let bounds = CLIENT_BOUNDS.iter().filter(|(name, _)| !is_set(name)).map(|(name, value)| format!("{name}={value}"));
    let given = Some(query.to_owned()).filter(|query| !query.is_empty());
    let all: Vec<String> = given.into_iter().chain(bounds).collect();
    format!("{}?{}", url.split('?').next().unwrap_or(url), all.join("&"))
}

/// The path in an SQLite address, which may be a URI such as `file:lrs.db?mode=ro`.
#[cfg(feature = "sqlite")]
fn plain(path: &str) -> &str {
    path.strip_prefix("file:").map_or(path, |uri| uri.split_once('?').map_or(uri, |(path, _)| path))
}

impl fmt::Debug for Address {
    /// Omits user, password and host.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_embedded() { "sqlite" } else { "postgres" })
    }
}

/// A pooled connection, with a flag that marks it as lost.
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

    #[cfg(feature = "postgres")]
    #[test]
    fn the_network_is_bounded_where_the_address_does_not_say_how() {
        let all = "connect_timeout=4&keepalives_idle=3&keepalives_interval=2&keepalives_count=3&tcp_user_timeout=8000";
        assert_eq!(bounded("postgres://lrs@a,b/lrs"), format!("postgres://lrs@a,b/lrs?{all}"));
        assert_eq!(bounded("postgres://lrs@a/lrs?"), format!("postgres://lrs@a/lrs?{all}"));
        let bounded = bounded("postgres://lrs@a/lrs?sslmode=require&connect_timeout=30");
        let others = all.replace("connect_timeout=4&", "");
        assert_eq!(bounded, format!("postgres://lrs@a/lrs?sslmode=require&connect_timeout=30&{others}"));
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
