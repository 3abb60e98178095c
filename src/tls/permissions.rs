//! Whether the server's private key is private.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::TlsError;
use super::material::unusable;

/// Warns of a key that every user can read, and refuses one that others could replace.
pub(super) fn check(key: &Path) -> Result<(), TlsError> {
    // A file that is not there is reported where it is read.
    let Ok(metadata) = std::fs::metadata(key) else { return Ok(()) };
    let mode = metadata.permissions().mode() & 0o777;
    let path = key.display();
    if mode & 0o022 != 0 {
        let reason = format!("others than its owner can write this key (mode {mode:03o}): run 'chmod 600 {path}'");
        return Err(unusable(key, reason));
    }
    if mode & 0o004 != 0 {
        log::warn!("every user can read the key {path} (mode {mode:03o}): run 'chmod 600 {path}'");
    }
    Ok(())
}
