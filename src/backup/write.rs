//! Writes a backup file. It gets its name when it is complete and durable.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::seal::Sealer;
use super::{BackupError, Header, Key, key};
use crate::domain::backup::{Contents, Sink};

/// A backup that is being written.
pub struct Writer<'k> {
    path: PathBuf,
    unfinished: PathBuf,
    file: File,
    key: Option<&'k Key>,
    release: &'static str,
    taken_at: String,
    begun: Option<Begun>,
}

/// What is there once the contents are known.
struct Begun {
    header: Header,
    rows: u64,
    content: DeflateEncoder<Hashed<Out>>,
}

enum Out {
    Plain(BufWriter<File>),
    Sealed(Box<Sealer<BufWriter<File>>>),
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Sealed(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Sealed(file) => file.flush(),
        }
    }
}

impl<'k> Writer<'k> {
    /// Begins a backup, which gets this name when it is complete; until then it has another one in
    /// the same folder. It is encrypted if there is a key.
    ///
    /// # Errors
    /// The file exists, or cannot be written.
    pub fn create(
        path: &Path,
        key: Option<&'k Key>,
        release: &'static str,
        taken_at: String,
    ) -> Result<Self, BackupError> {
        let name = path.file_name().ok_or_else(|| BackupError::File {
            path: path.to_owned(),
            cause: io::Error::from(io::ErrorKind::IsADirectory),
        })?;
        let mut unfinished = std::ffi::OsString::from(".");
        unfinished.push(name);
        unfinished.push(".unfinished");
        let unfinished = path.with_file_name(unfinished);
        let file = begin(&unfinished)?;
        // Only now: a process that held the lock until a moment ago may have finished this backup.
        if fs::symlink_metadata(path).is_ok() {
            let _ = fs::remove_file(&unfinished);
            return Err(BackupError::Exists(path.to_owned()));
        }
        Ok(Self { path: path.to_owned(), unfinished, file, key, release, taken_at, begun: None })
    }

    /// Completes the backup: makes it durable, then gives it its name.
    ///
    /// # Errors
    /// It cannot be written, or does not have all its rows.
    pub fn finish(mut self) -> Result<Header, BackupError> {
        let Some(Begun { header, rows, content }) = self.begun.take() else {
            return Err(BackupError::Damaged("it has no content"));
        };
        if rows != header.rows() {
            return Err(BackupError::Damaged("the numbers of rows changed while it was written"));
        }
        let name = || -> io::Result<()> {
            let Hashed { mut inner, hasher } = content.finish()?;
            inner.write_all(hasher.finalize().as_bytes())?;
            match inner {
                Out::Plain(mut file) => file.flush()?,
                Out::Sealed(file) => file.finish()?.flush()?,
            }
            self.file.sync_all()?;
            fs::rename(&self.unfinished, &self.path)?;
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
        };
        name().map_err(BackupError::of_file(&self.path))?;
        Ok(header)
    }
}

/// Creates the unfinished file and locks it. One that a killed process left is removed before, not
/// written to: somebody else might have put it there, or a link.
fn begin(unfinished: &Path) -> Result<File, BackupError> {
    let failed = BackupError::of_file(unfinished);
    let create = || OpenOptions::new().write(true).create_new(true).mode(0o600).open(unfinished);
    let file = match create() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if let Ok(left) = File::open(unfinished) {
                lock(&left, &failed)?;
            }
            fs::remove_file(unfinished).map_err(&failed)?;
            create()
        }
        created => created,
    };
    match file {
        Ok(file) => {
            lock(&file, &failed)?;
            // Another process may have taken it for one that was left, and replaced it, before it
            // was locked.
            let named = fs::symlink_metadata(unfinished).map_err(&failed)?;
            let own = file.metadata().map_err(&failed)?;
            if (named.dev(), named.ino()) == (own.dev(), own.ino()) { Ok(file) } else { Err(BackupError::InProgress) }
        }
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(BackupError::InProgress),
        Err(error) => Err(failed(error)),
    }
}

fn lock(file: &File, failed: &impl Fn(io::Error) -> BackupError) -> Result<(), BackupError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(BackupError::InProgress),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

impl Sink for Writer<'_> {
    type Error = BackupError;

    fn begin(&mut self, contents: &Contents) -> Result<(), BackupError> {
        let salt = self.key.map(|_| key::salt()).transpose()?;
        let header = Header {
            release: self.release.to_owned(),
            taken_at: self.taken_at.clone(),
            salt,
            contents: contents.clone(),
        };
        let bytes = header.to_bytes();
        let begin = || -> io::Result<DeflateEncoder<Hashed<Out>>> {
            let mut file = BufWriter::new(self.file.try_clone()?);
            file.write_all(&bytes)?;
            let inner = match self.key.zip(header.salt.as_deref()) {
                Some((key, salt)) => Out::Sealed(Box::new(Sealer::new(file, &key.of_file(salt), &bytes)?)),
                None => Out::Plain(file),
            };
            let mut hasher = blake3::Hasher::new();
            hasher.update(&bytes);
            Ok(DeflateEncoder::new(Hashed { inner, hasher }, Compression::fast()))
        };
        let content = begin().map_err(BackupError::of_file(&self.unfinished))?;
        self.begun = Some(Begun { header, rows: 0, content });
        Ok(())
    }

    fn row(&mut self, row: &str) -> Result<(), BackupError> {
        let begun = self.begun.as_mut().ok_or(BackupError::Damaged("it has no content"))?;
        begun.rows += 1;
        let written = begun.content.write_all(row.as_bytes()).and_then(|()| begun.content.write_all(b"\n"));
        written.map_err(BackupError::of_file(&self.unfinished))
    }
}

impl Drop for Writer<'_> {
    /// Removes what was not finished. After `finish` that name no longer exists.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.unfinished);
    }
}

/// Hashes what is written through it.
struct Hashed<W> {
    inner: W,
    hasher: blake3::Hasher,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
