//! The header of a backup file.

use std::io::{self, BufRead, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::BackupError;
use crate::domain::backup::Contents;

/// The first line up to the version of the format.
const MAGIC: &str = "lrs-backup ";
/// The version of the format.
const FORMAT: &str = "1";
/// A header has a few kilobytes.
const LONGEST: u64 = 1024 * 1024;

/// What a backup says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The release that made it.
    pub release: String,
    /// When it was begun (UTC), such as `2026-01-31T09:30:00Z`. It has everything that was
    /// acknowledged before.
    pub taken_at: String,
    /// With a key, the random number from which the key of this file is derived.
    pub salt: Option<String>,
    /// The tables and the numbers of their rows.
    pub contents: Contents,
}

impl Header {
    /// The bytes in the file, first line included.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{MAGIC}{FORMAT}\n").into_bytes();
        // Serialising to memory cannot fail.
        let _ = serde_json::to_writer(&mut bytes, self);
        bytes.push(b'\n');
        bytes
    }

    /// Reads the header; also returns its bytes.
    pub(super) fn read(file: &mut impl BufRead, path: &Path) -> Result<(Self, Vec<u8>), BackupError> {
        let mut bytes = Vec::new();
        line(file, &mut bytes).map_err(BackupError::of_file(path))?;
        let format = bytes.strip_prefix(MAGIC.as_bytes()).and_then(|rest| rest.strip_suffix(b"\n"));
        let format =
            std::str::from_utf8(format.ok_or(BackupError::NotABackup)?).map_err(|_| BackupError::NotABackup)?;
        if format != FORMAT {
            return Err(BackupError::UnknownFormat(
                format.chars().filter(char::is_ascii_alphanumeric).take(20).collect(),
            ));
        }
        let first = bytes.len();
        line(file, &mut bytes).map_err(BackupError::of_file(path))?;
        let header = bytes.get(first..).and_then(|line| serde_json::from_slice(line).ok());
        Ok((header.ok_or(BackupError::Damaged("its header cannot be read"))?, bytes))
    }

    /// The number of rows of all tables.
    pub fn rows(&self) -> u64 {
        self.contents.tables.iter().map(|table| table.rows).sum()
    }
}

fn line(file: &mut impl BufRead, bytes: &mut Vec<u8>) -> io::Result<usize> {
    file.take(LONGEST).read_until(b'\n', bytes)
}
