//! The database's files are for their owner alone, whatever the umask: they hold people's names, dates of birth and addresses.

use std::fs::{self, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Read and written by the owner.
pub(super) const OWNER_ALONE: u32 = 0o600;

/// SQLite gives its log and its index of the log the permissions of the database.
const BESIDE: [&str; 3] = ["", "-wal", "-shm"];

/// Makes an SQLite database's file before SQLite does, and closes those that an earlier release left open to others.
pub(super) fn close(database: &str) {
    // SQLite says what is wrong with a file that cannot be made.
    let _ = OpenOptions::new().write(true).create_new(true).mode(OWNER_ALONE).open(database);
    for beside in BESIDE {
        let path = format!("{database}{beside}");
        if let Err(error) = close_file(Path::new(&path)) {
            log::warn!("other users may be able to read {path}: {error}. Run 'chmod 600' as its owner");
        }
    }
}

/// Takes a file from everybody but its owner. A file that is not there is closed.
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
