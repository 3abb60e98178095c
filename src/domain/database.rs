//! The database under the service, for those who open, migrate, watch and close it. What it holds
//! is reached through the service's capabilities alone.

use std::path::PathBuf;

pub use crate::store::{Migration, MigrationState};
use crate::store::{ReplicaCounts, Store, StoreError, StoreSettings, migrations, missing_file};

/// How often a start tries a database that is locked; each time SQLite waits for five seconds.
const STARTS: usize = 6;

/// A database that is open. Clones share its connections.
#[derive(Clone)]
pub struct Database(pub(super) Store);

impl From<Store> for Database {
    fn from(store: Store) -> Self {
        Self(store)
    }
}

impl Database {
    /// Opens the database of an address (`sqlite:PATH`, a path, or `postgres://...`) with so many
    /// connections for reading; 0 means 8. An SQLite file is created if it is missing; tables come
    /// with [`Database::migrate`].
    ///
    /// # Errors
    /// The address is malformed, or the database cannot be reached.
    pub fn open(url: &str, readers: u32) -> Result<Self, StoreError> {
        Store::open(&StoreSettings { url: url.to_owned(), readers }).map(Self)
    }

    /// The SQLite file that an address names, if it is missing.
    pub fn missing_file(url: &str) -> Option<PathBuf> {
        missing_file(url)
    }

    /// Has a standby of this PostgreSQL database answer searches. It need not be there yet;
    /// whenever it cannot answer as the primary would, the primary does.
    ///
    /// # Errors
    /// The address is malformed, or the database is SQLite.
    pub fn use_replica(&self, url: &str) -> Result<(), StoreError> {
        self.0.use_replica(url)
    }

    /// Who answered searches so far; `None` without a replica.
    pub fn replica_counts(&self) -> Option<ReplicaCounts> {
        self.0.replica_counts()
    }

    /// Why the replica answers no searches now, if so.
    pub fn replica_trouble(&self) -> Option<String> {
        self.0.replica_trouble()
    }

    /// Brings the tables up to date; returns the names of the migrations that ran. Several nodes
    /// may do so at once.
    ///
    /// # Errors
    /// A migration failed; the ones before it stay.
    pub fn migrate(&self) -> Result<Vec<String>, StoreError> {
        self.0.migrate()
    }

    /// The migrations that this release knows, and those of later ones that the database of this
    /// address has, in the order of their numbers. It must exist, and nothing changes in it.
    ///
    /// # Errors
    /// The address is malformed, or the database does not answer.
    pub fn migrations(url: &str) -> Result<Vec<Migration>, StoreError> {
        migrations(url)
    }

    /// Whether the tables are those of this release.
    ///
    /// # Errors
    /// The database does not answer.
    pub fn is_ready(&self) -> Result<bool, StoreError> {
        self.0.is_ready()
    }

    /// Checks that an SQLite file was neither removed nor replaced since it was opened.
    ///
    /// # Errors
    /// It was; the text says what happened and what to do.
    pub fn check_place(&self) -> Result<(), StoreError> {
        self.0.check_place()
    }

    /// Checks that the database accepts changes, by one that leaves nothing behind. Blocks.
    ///
    /// # Errors
    /// It is read-only, has no room, or cannot be reached.
    pub fn check_writable(&self) -> Result<(), StoreError> {
        self.0.check_writable()
    }

    /// As [`Self::check_writable`], but for a start: waits up to half a minute for another process
    /// that keeps an SQLite database locked.
    ///
    /// # Errors
    /// As there.
    pub fn await_writable(&self) -> Result<(), StoreError> {
        let mut outcome = self.check_writable();
        for _ in 1..STARTS {
            if !outcome.as_ref().is_err_and(StoreError::is_locked) {
                break;
            }
            log::warn!("another process writes to the database, and this one waits for it");
            outcome = self.check_writable();
        }
        outcome
    }

    /// Whether the database runs inside this process (SQLite).
    pub fn is_embedded(&self) -> bool {
        self.0.is_embedded()
    }

    /// Finishes the queued writes and refuses later ones.
    pub fn close(&self) {
        self.0.close();
    }
}
