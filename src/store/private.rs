//! Restricts the database's files to their owner, whatever the umask: they hold names, dates of
//! birth and addresses.

use std::fs::{self, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Read and write for the owner only.
pub(super) const OWNER_ALONE: u32 = 0o600;

/// SQLite gives its WAL and shared-memory files the permissions of the database.
const BESIDE: [&str; 3] = ["", "-wal", "-shm"];

/// Creates an SQLite database file before SQLite does, and restricts files that an earlier release
/// left open to others.
pub(super) fn close(database: &str) {
    // If the file cannot be created, SQLite will report why.
    let _ = OpenOptions::new().write(true).create_new(true).mode(OWNER_ALONE).open(database);
    for beside in BESIDE {
        let path = format!("{database}{beside}");
        if let Err(error) = close_file(Path::new(&path)) {
            log::warn!("other users may be able to read {path}: {error}. Run 'chmod 600' as its owner");
        }
    }
}

/// Removes other users' access to a file. A missing file is not an error.
pub(super) fn close_file(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.permissions().mode() & 0o077 != 0 => {
            fs::set_permissions(path, Permissions::from_mode(OWNER_ALONE))
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
