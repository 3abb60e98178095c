//! The key that encrypts backups: 32 random bytes, in a file of their own as 64 hexadecimal digits.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use super::BackupError;

/// What the key of a file is derived for; never change it.
const PURPOSE: &str = "learning-records 2026-11-29 key of one backup file";

/// The key of all backups.
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// Writes a new key to a new file that its owner alone can read.
    ///
    /// # Errors
    /// The file exists or cannot be written.
    pub fn create(path: &Path) -> Result<(), BackupError> {
        let key = Zeroizing::new(random()?);
        let text = Zeroizing::new(format!("{}\n", blake3::Hash::from_bytes(*key).to_hex()));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|cause| {
            match cause.kind() {
                std::io::ErrorKind::AlreadyExists => BackupError::Exists(path.to_owned()),
                _ => BackupError::File { path: path.to_owned(), cause },
            }
        })?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(BackupError::of_file(path))
    }

    /// Reads a key from its file.
    ///
    /// # Errors
    /// The file cannot be read, does not have 64 hexadecimal digits, or others than its owner and
    /// group can read it.
    pub fn read(path: &Path) -> Result<Self, BackupError> {
        let metadata = fs::metadata(path).map_err(BackupError::of_file(path))?;
        let mode = metadata.permissions().mode() & 0o777;
        let name = path.display();
        if mode & 0o026 != 0 {
            let text =
                format!("other users can read or replace the key {name} (mode {mode:03o}): run 'chmod 600 {name}'");
            return Err(BackupError::Key(text));
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(BackupError::of_file(path))?);
        let key = blake3::Hash::from_hex(text.trim()).map_err(|_| {
            BackupError::Key(format!(
                "{name} is not a key: it must have 64 hexadecimal digits, as 'lrs backup key' writes"
            ))
        })?;
        Ok(Self(Zeroizing::new(*key.as_bytes())))
    }

    /// The key of one file, so that no two files share one: their nonces all begin at zero.
    pub(super) fn of_file(&self, salt: &str) -> Zeroizing<[u8; 32]> {
        let mut hasher = blake3::Hasher::new_derive_key(PURPOSE);
        hasher.update(&*self.0).update(salt.as_bytes());
        Zeroizing::new(*hasher.finalize().as_bytes())
    }
}

/// A new salt, in hexadecimal digits.
pub(super) fn salt() -> Result<String, BackupError> {
    Ok(blake3::Hash::from_bytes(random()?).to_hex().to_string())
}

fn random() -> Result<[u8; 32], BackupError> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| BackupError::NoRandomNumbers)?;
    Ok(bytes)
}
