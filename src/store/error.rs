//! Errors of the store. The texts name the cause, but never a stored value or a URL's password.

use std::sync::Arc;

use diesel::result::{DatabaseErrorKind, Error as DatabaseError};

/// An error of the store. Cheap to clone, because it goes to every write in a failed commit.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The address is invalid; the text says why and what is allowed.
    #[error("{0}")]
    Address(String),
    /// No connection could be opened or borrowed.
    #[error("cannot connect to the database: {0}")]
    Unreachable(String),
    /// A migration failed.
    #[error("cannot migrate the database: {0}")]
    Migration(String),
    /// Migrations cannot be undone as asked; the text says why and what to do.
    #[error("{0}")]
    Undo(String),
    /// The database rejected a statement.
    #[error("database error: {0}")]
    Database(Arc<DatabaseError>),
    /// A stored value violates the model; the text names the column.
    #[error("the column {0} contains an invalid value")]
    Corrupt(&'static str),
    /// Someone else changed the row between reading and writing.
    #[error("another change was made first")]
    Overtaken,
    /// A write panicked. Only its own changes were rolled back.
    #[error("a write panicked and was rolled back")]
    Panicked,
    /// A backup cannot be taken or restored; the text says why and what to do.
    #[error("{0}")]
    Backup(String),
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Whether the connection is lost, so that the statement may succeed on a new one. One to a
    /// server that has become a standby is lost, too: a new one may lead to the primary.
    pub(super) fn is_disconnection(&self) -> bool {
        match self {
            Self::Database(error) => matches!(
                **error,
                DatabaseError::DatabaseError(
                    DatabaseErrorKind::ClosedConnection
                        | DatabaseErrorKind::UnableToSendCommand
                        | DatabaseErrorKind::ReadOnlyTransaction,
                    _
                ) | DatabaseError::BrokenTransactionManager
            ),
            _ => false,
        }
    }

    /// Whether the write collided with another (a deadlock or serialisation failure), so that it
    /// may succeed alone. diesel has no error kind for deadlocks and their text depends on the
    /// server's language, so all unknown kinds count.
    pub(super) fn is_collision(&self) -> bool {
        match self {
            Self::Database(error) => matches!(
                **error,
                DatabaseError::DatabaseError(DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::Unknown, _)
            ),
            Self::Overtaken => true,
            _ => false,
        }
    }

    /// Whether the database is unreachable, read-only or without room, whatever the statement was.
    /// PostgreSQL's errors are told by their kind alone, because their text depends on the server's
    /// language; [`super::Store::check_writable`] finds the rest.
    pub fn is_outage(&self) -> bool {
        const OF_SQLITE: [&str; 5] = ["is full", "disk I/O error", "readonly database", "is locked", "unable to open"];
        match self {
            Self::Unreachable(_) | Self::Closed => true,
            Self::Database(error) => match &**error {
                DatabaseError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => true,
                DatabaseError::DatabaseError(DatabaseErrorKind::Unknown, told) => {
                    OF_SQLITE.iter().any(|text| told.message().contains(text))
                }
                _ => self.is_disconnection(),
            },
            _ => false,
        }
    }

    /// Whether another process kept an SQLite database locked for as long as a connection waits.
    pub fn is_locked(&self) -> bool {
        match self {
            Self::Database(error) => match &**error {
                DatabaseError::DatabaseError(DatabaseErrorKind::Unknown, told) => told.message().contains("is locked"),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether the key already exists.
    pub fn is_duplicate(&self) -> bool {
        match self {
            Self::Database(error) => {
                matches!(**error, DatabaseError::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
            }
            _ => false,
        }
    }
}

impl From<DatabaseError> for StoreError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(Arc::new(error))
    }
}
