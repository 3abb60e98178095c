//! Why a backup cannot be written, read or restored.

use std::io;
use std::path::{Path, PathBuf};

use crate::domain;
use crate::domain::backup::StoreError;

/// Why a backup failed. The texts contain no personal data and no secrets.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file cannot be read or written.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The file is there already.
    #[error("{} exists, and a backup never replaces a file", .0.display())]
    Exists(PathBuf),
    /// Another process writes a backup with this name.
    #[error("another process is writing this backup")]
    InProgress,
    /// The file is something else.
    #[error("the file is not a backup of lrs")]
    NotABackup,
    /// The file has a format that this release does not know.
    #[error(
        "the backup has format {0}, which this release does not know: use the release that made it, or a later one"
    )]
    UnknownFormat(String),
    /// The content is not what was written; the text says what was noticed.
    #[error("the backup is damaged: {0}")]
    Damaged(&'static str),
    /// It was encrypted with another key, or was changed.
    #[error("the backup was encrypted with another key, or is damaged")]
    OtherKey,
    /// It is encrypted, and no key was given.
    #[error("the backup is encrypted: name the key with --key-file")]
    KeyNeeded,
    /// It is not encrypted although a key was given: it may not be the file that it should be.
    #[error("the backup is not encrypted, although a key was given; without --key-file it can be read")]
    NotEncrypted,
    /// The key file is unusable; the text says why.
    #[error("{0}")]
    Key(String),
    /// The operating system has no random numbers.
    #[error("no random numbers are available")]
    NoRandomNumbers,
    /// The database refused.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The domain refused.
    #[error("{0}")]
    Refused(#[from] domain::Error),
}

impl BackupError {
    /// For `map_err`: a file could not be read or written.
    pub(super) fn of_file(path: &Path) -> impl Fn(io::Error) -> Self {
        move |cause| match cause.downcast() {
            // An error of our own, on its way through a reader.
            Ok(own) => own,
            Err(cause) => Self::File { path: path.to_owned(), cause },
        }
    }
}
