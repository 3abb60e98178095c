//! Reads a backup file, and checks it while reading.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::DeflateDecoder;

use super::seal::Opener;
use super::{BackupError, Header, Key};
use crate::domain::Database;

/// The length of the digest at the end.
const DIGEST: usize = 32;
/// No row is as long as this: the longest ones hold a piece of an uploaded file.
const LONGEST_ROW: u64 = 64 * 1024 * 1024;

/// A backup file.
pub struct Backup {
    path: PathBuf,
    header: Header,
    rows: BufReader<DeflateDecoder<BufReader<Checked>>>,
    /// The rows that have not been read yet.
    left: u64,
}

impl Backup {
    /// Opens a backup and reads its header. The rest is checked while it is read.
    ///
    /// # Errors
    /// The file is not a backup, or the key is missing, or not needed.
    pub fn open(path: &Path, key: Option<&Key>) -> Result<Self, BackupError> {
        let failed = BackupError::of_file(path);
        let mut file = BufReader::new(File::open(path).map_err(&failed)?);
        let (header, bytes) = Header::read(&mut file, path)?;
        let inner: Box<dyn Read> = match (&header.salt, key) {
            (None, None) => Box::new(file),
            (Some(salt), Some(key)) => Box::new(Opener::new(file, &key.of_file(salt), &bytes).map_err(&failed)?),
            (Some(_), None) => return Err(BackupError::KeyNeeded),
            (None, Some(_)) => return Err(BackupError::NotEncrypted),
        };
        let mut hasher = blake3::Hasher::new();
        hasher.update(&bytes);
        let content = BufReader::new(Checked { inner, hasher, held: Vec::new() });
        let left = header.rows();
        Ok(Self { path: path.to_owned(), header, rows: BufReader::new(DeflateDecoder::new(content)), left })
    }

    /// What the backup says about itself. It is only certain once the backup was read to its end.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Reads the whole backup: every byte is checked, and the rows are counted.
    ///
    /// # Errors
    /// It is not as it was written.
    pub fn verify(mut self) -> Result<Header, BackupError> {
        while self.next_row()?.is_some() {}
        Ok(self.header)
    }

    /// Loads the backup into the database of this address, which must be empty: all of it or
    /// nothing.
    ///
    /// # Errors
    /// The database is not empty or fails, or the backup is damaged.
    pub fn restore(mut self, url: &str) -> Result<(), BackupError> {
        let contents = self.header.contents.clone();
        Database::load(url, &contents, || self.next_row())
    }

    /// The next row; `None` after the last, once everything is checked.
    fn next_row(&mut self) -> Result<Option<String>, BackupError> {
        let failed = damaged_or(&self.path);
        let mut row = Vec::new();
        (&mut self.rows).take(LONGEST_ROW).read_until(b'\n', &mut row).map_err(&failed)?;
        if self.left == 0 && row.is_empty() {
            // The compressed rows have ended; nothing but the digest may follow.
            let rest = self.rows.get_mut().get_mut();
            return if rest.fill_buf().map_err(&failed)?.is_empty() { Ok(None) } else { Err(TOO_LONG) };
        }
        let Some(left) = self.left.checked_sub(1) else { return Err(TOO_LONG) };
        self.left = left;
        if row.pop() != Some(b'\n') || row.first() != Some(&b'[') || row.last() != Some(&b']') {
            return Err(BackupError::Damaged("it does not have all its rows"));
        }
        String::from_utf8(row).map(Some).map_err(|_| BackupError::Damaged("a row is not text"))
    }
}

const TOO_LONG: BackupError = BackupError::Damaged("it is longer than it should be");

/// Errors while reading the content. The decoder of deflate reports damage as errors of reading.
fn damaged_or(path: &Path) -> impl Fn(io::Error) -> BackupError + use<> {
    let path = path.to_owned();
    move |cause| match cause.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            BackupError::Damaged("its content cannot be unpacked")
        }
        _ => BackupError::of_file(&path)(cause),
    }
}

/// Hashes what is read through it, holds the digest at the end back, and compares it.
struct Checked {
    inner: Box<dyn Read>,
    hasher: blake3::Hasher,
    /// Read, but perhaps part of the digest.
    held: Vec<u8>,
}

impl Read for Checked {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let wanted = bytes.len().saturating_add(DIGEST).saturating_sub(self.held.len());
        let wanted = u64::try_from(wanted).unwrap_or(u64::MAX);
        (&mut self.inner).take(wanted).read_to_end(&mut self.held)?;
        let free = self.held.len().saturating_sub(DIGEST).min(bytes.len());
        if free == 0 && !bytes.is_empty() && *self.hasher.finalize().as_bytes() != *self.held {
            return Err(io::Error::other(BackupError::Damaged("its digest is another")));
        }
        for (byte, read) in bytes.iter_mut().zip(self.held.drain(..free)) {
            *byte = read;
        }
        self.hasher.update(bytes.get(..free).unwrap_or_default());
        Ok(free)
    }
}
