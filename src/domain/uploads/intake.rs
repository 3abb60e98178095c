//! The intake of an upload: its bytes are stored as they arrive. Once it is said to be received,
//! nothing of it can be lost.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::{MOST_BYTES, UploadId, Uploads};
use crate::domain::{Busy, Caller, Error, Service};
use crate::model::{AuditEntry, JobKind, Permission};
use crate::store::{Begun, StoreError, audit, uploads};

/// Bytes that are written at once: as many as SQLite writes in about a millisecond.
const PIECE: usize = 256 * 1024;
/// The most uploads of an organisation that are checked or wait for a decision (our choice).
const MOST_OPEN: i64 = 50;
/// An upload that is incomplete after this long was abandoned.
const ABANDONED_AFTER: TimeDelta = TimeDelta::hours(1);
/// The longest file name, in characters; a longer one is cut at the front (our choice).
const LONGEST_NAME: usize = 254;

const TOO_MANY_OPEN: Busy = Busy {
    why: "Your organisation has 50 uploaded files that are not submitted. Submit or cancel some of them.",
    retry_after: Duration::from_secs(60),
};

/// A file about to be uploaded.
#[derive(Debug, Clone, Copy)]
pub struct NewUpload<'a> {
    /// The file's name, as the browser gives it.
    pub name: &'a str,
    /// The kind of its records; if absent, the check finds it.
    pub kind: Option<JobKind>,
    /// Whether it may only be checked, and never submitted.
    pub check_only: bool,
}

/// What became of an upload whose bytes have all arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// Durable; a worker checks it next.
    Stored(UploadId),
    /// The file has no bytes; nothing was kept.
    Empty,
    /// The file is larger than [`MOST_BYTES`]; nothing was kept.
    TooLarge,
}

/// An upload whose bytes are arriving. It is discarded unless [`UploadIntake::finish`] is called.
pub struct UploadIntake<'s> {
    service: &'s Service,
    new: uploads::NewUpload,
    entry: AuditEntry,
    id: Option<UploadId>,
    /// The write in progress while further bytes arrive.
    begun: Option<Begun<Option<UploadId>>>,
    waiting: Vec<u8>,
    size: usize,
    pieces: i32,
}

impl<'s> Uploads<'s> {
    /// Starts an upload. The caller's thread must be allowed to block.
    ///
    /// # Errors
    /// [`Error::InsufficientAccess`] for a caller who may not submit batches; [`Error::Busy`] if
    /// the organisation has too many uploads to decide on.
    pub fn receive(&self, caller: &Caller<'_>, file: NewUpload<'_>) -> Result<UploadIntake<'s>, Error> {
        caller.require(Permission::SubmitBatches)?;
        caller.call.must_be_able_to_block()?;
        let organisation_id = caller.organisation()?.id;
        let service = self.0;
        if service.inner.store.read(|store| uploads::open_uploads(store, organisation_id))? >= MOST_OPEN {
            return Err(TOO_MANY_OPEN.into());
        }
        let new = uploads::NewUpload {
            organisation_id,
            user_name: caller.user_name().to_owned(),
            door: caller.call.door(),
            file_name: last_part(file.name),
            kind: file.kind,
            check_only: file.check_only,
        };
        Ok(UploadIntake {
            service,
            new,
            entry: caller.entry(service.inner.clock.now(), None, ""),
            id: None,
            begun: None,
            waiting: Vec::new(),
            size: 0,
            pieces: 0,
        })
    }
}

impl Service {
    /// Deletes incomplete uploads. Workers call it from time to time.
    ///
    /// # Errors
    /// When the store fails.
    pub fn forget_broken_uploads(&self) -> Result<usize, Error> {
        let now = self.inner.clock.now();
        let before = now.checked_sub_signed(ABANDONED_AFTER).unwrap_or(now);
        Ok(self.inner.store.write_aside(move |store| uploads::forget_unfinished(store, before))?)
    }
}

impl UploadIntake<'_> {
    /// Adds bytes; `false` once there are too many, in which case the rest need not be read. It may
    /// wait until earlier ones are written.
    ///
    /// # Errors
    /// When the store fails; the upload is then lost.
    pub fn push(&mut self, bytes: &[u8]) -> Result<bool, Error> {
        self.size = self.size.saturating_add(bytes.len());
        if self.size > MOST_BYTES {
            return Ok(false);
        }
        self.waiting.extend_from_slice(bytes);
        while self.waiting.len() >= PIECE {
            let rest = self.waiting.split_off(PIECE);
            let piece = std::mem::replace(&mut self.waiting, rest);
            self.write(piece, None)?;
        }
        Ok(true)
    }

    /// Commits the upload. Once this has returned [`Received::Stored`], nothing can lose it.
    ///
    /// # Errors
    /// When the store fails; the upload is then lost.
    pub fn finish(mut self) -> Result<Received, Error> {
        if self.size > MOST_BYTES {
            return Ok(Received::TooLarge);
        }
        if self.size == 0 {
            return Ok(Received::Empty);
        }
        let rest = std::mem::take(&mut self.waiting);
        let entry = self.entry.clone();
        self.write(rest, Some(entry))?;
        let id = self.settle()?.ok_or(Error::Unexpected("an upload that was removed while it arrived"))?;
        self.id = None;
        self.service.inner.jobs_bell.ring();
        Ok(Received::Stored(id))
    }

    /// Waits for the write in progress; returns the upload, once there is one.
    fn settle(&mut self) -> Result<Option<UploadId>, Error> {
        if let Some(begun) = self.begun.take() {
            self.id = begun.wait()?;
        }
        Ok(self.id)
    }

    /// Starts writing a piece once the previous write is done; with an audit line, also makes the
    /// upload visible.
    fn write(&mut self, piece: Vec<u8>, received: Option<AuditEntry>) -> Result<(), Error> {
        let id = self.settle()?;
        let (new, number, piece): (_, _, Arc<[u8]>) = (self.new.clone(), self.pieces, piece.into());
        let size = i64::try_from(self.size).map_err(|_| Error::Unexpected("a size beyond the largest"))?;
        let clock = self.service.inner.clock.clone();
        let begun = self.service.inner.store.begin_aside(move |store| -> Result<_, StoreError> {
            let id = match id {
                Some(id) => id,
                None => uploads::begin(store, &new, clock.now())?,
            };
            if !piece.is_empty() {
                uploads::insert_piece(store, id, number, &piece)?;
            }
            if let Some(entry) = &received {
                if !uploads::received(store, id, size, clock.now())? {
                    return Ok(None);
                }
                let entry = AuditEntry { outcome: of_upload(id), ..entry.clone() };
                audit::insert(store, std::iter::once(&entry))?;
            }
            Ok(Some(id))
        })?;
        self.begun = Some(begun);
        self.pieces = self.pieces.saturating_add(1);
        Ok(())
    }
}

impl Drop for UploadIntake<'_> {
    /// A broken upload leaves nothing behind. If the store does not respond, the workers clean up
    /// later.
    fn drop(&mut self) {
        if let Ok(Some(id)) = self.settle() {
            let _ = self.service.inner.store.write_aside(move |store| uploads::forget(store, id));
        }
    }
}

/// The outcome in an audit line that names an upload and no learner.
pub(super) fn of_upload(id: UploadId) -> String {
    format!("upload {id}")
}

/// A file's name without its folder and without control characters. Some browsers send a path.
fn last_part(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let printable: Vec<char> = last.chars().filter(|character| !character.is_control()).collect();
    let start = printable.len().saturating_sub(LONGEST_NAME);
    let name: String = printable.into_iter().skip(start).collect();
    if name.trim().is_empty() { "file".to_owned() } else { name }
}
