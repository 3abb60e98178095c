//! Checks the file permissions of the server's private key.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::error::{TlsError, unusable};

/// Warns if every user can read the key, and refuses it if others can write it.
pub(super) fn check(key: &Path) -> Result<(), TlsError> {
    // A missing file is reported when it is read.
    let Ok(metadata) = std::fs::metadata(key) else { return Ok(()) };
    let mode = metadata.permissions().mode() & 0o777;
    let path = key.display();
    if mode & 0o022 != 0 {
        let reason = format!("users other than its owner can write this key (mode {mode:03o}): run 'chmod 600 {path}'");
        return Err(unusable(key, reason));
    }
    if mode & 0o004 != 0 {
        log::warn!("every user can read the key {path} (mode {mode:03o}): run 'chmod 600 {path}'");
    }
    Ok(())
}
