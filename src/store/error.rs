//! What can go wrong with the store. Texts name the cause, never a stored value and never a URL's password.

use std::sync::Arc;

use diesel::result::{DatabaseErrorKind, Error as DatabaseError};

/// An error of the store. It is cheap to clone, because all writes of one commit share its fate.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The store's address cannot be used; the text says why and what is possible.
    #[error("{0}")]
    Address(String),
    /// No connection could be made or borrowed.
    #[error("cannot connect to the database: {0}")]
    Unreachable(String),
    /// The tables could not be brought up to date.
    #[error("cannot migrate the database: {0}")]
    Migration(String),
    /// The database refused a statement.
    #[error("database error: {0}")]
    Database(Arc<DatabaseError>),
    /// A stored value is not what the model allows; the text names the column.
    #[error("the column {0} contains an invalid value")]
    Corrupt(&'static str),
    /// Somebody else changed a row between reading and writing it.
    #[error("another change was made first")]
    Overtaken,
    /// A write panicked. Its changes were undone, those of others were not touched.
    #[error("a write panicked and was rolled back")]
    Panicked,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Whether the connection is gone, so that the same statement may succeed on a new one.
    pub(super) fn is_disconnection(&self) -> bool {
        match self {
            Self::Database(error) => matches!(
                **error,
                DatabaseError::DatabaseError(
                    DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                    _
                ) | DatabaseError::BrokenTransactionManager
            ),
            _ => false,
        }
    }

    /// Whether another writer was in the way (a deadlock or a serialisation failure), so that the same write may succeed alone.
    /// A deadlock has no kind of its own in diesel and its text depends on the server's language, so that every unnamed kind counts.
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

    /// Whether a row of the same key exists already.
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
