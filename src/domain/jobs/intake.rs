//! The intake of a batch: records are committed as they arrive, and workers see the job only once
//! it is complete.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde::Serialize;

use super::{BatchFile, JobId, JobKind, MOST_LEARNERS};
use crate::domain::{Caller, Error, Limit, Service};
use crate::model::{AuditEntry, UploadId};
use crate::store::jobs::{self, NewJob};
use crate::store::{Begun, StoreError, audit, uploads};

/// The number of records buffered before they are written: as many as SQLite writes in a few
/// milliseconds, so that other calls need not wait long behind a large batch.
const RECORDS_AT_ONCE: usize = 250;
/// Bytes of the file that are written at once: as many as SQLite writes in about a millisecond.
const BYTES_AT_ONCE: usize = 256 * 1024;
/// A submission that is incomplete after this long was abandoned: no request takes so long.
const ABANDONED_AFTER: TimeDelta = TimeDelta::hours(6);

/// When to try again with too many open jobs.
const RETRY_AFTER: Duration = Duration::from_secs(60);

/// The outcome of submitting learners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Submission {
    /// The job was created (WSRC0007, or WSRC0025 for a verify batch).
    Accepted(JobId),
    /// The stated count differs from the number of records (WSRC0017 or WSRC0030).
    WrongCount,
    /// More records than allowed.
    TooMany,
    /// No records.
    Empty,
}

/// A job whose records are arriving. It is discarded unless [`Intake::submit`] is called.
pub struct Intake<'s> {
    service: &'s Service,
    new: NewJob,
    entry: AuditEntry,
    id: Option<JobId>,
    /// The write in progress while further records arrive.
    begun: Option<Begun<JobId>>,
    written: i32,
    waiting: Vec<String>,
    file: Vec<u8>,
    pieces_written: i32,
    upload: Option<UploadId>,
}

impl Service {
    /// Starts a submission. The caller has checked the permission; its thread must be allowed to
    /// block.
    ///
    /// # Errors
    /// [`Error::Busy`] if the organisation or the certificate has the maximum number of open jobs.
    /// Simultaneous submissions may exceed it by their number.
    pub(in crate::domain) fn receive(
        &self,
        caller: &Caller<'_>,
        kind: JobKind,
        settings: &impl Serialize,
    ) -> Result<Intake<'_>, Error> {
        caller.call.must_be_able_to_block()?;
        let organisation_id = caller.organisation()?.id;
        let open = self.inner.store.read(|store| jobs::open_jobs(store, organisation_id))?;
        if open >= i64::from(self.inner.settings.open_batches) {
            return Err(self.refuse_batch(caller, Limit::BatchesOfOrganisation, RETRY_AFTER));
        }
        if let Some(certificate) = caller.certificate() {
            let open = self.inner.store.read(|store| jobs::open_jobs_of_certificate(store, certificate))?;
            if open >= i64::from(self.inner.settings.open_batches_by_certificate) {
                return Err(self.refuse_batch(caller, Limit::BatchesOfCertificate, RETRY_AFTER));
            }
        }
        let new = NewJob {
            kind,
            organisation_id,
            user_name: caller.user_name().to_owned(),
            certificate: caller.certificate(),
            door: caller.call.door(),
            file_name: None,
            settings: serde_json::to_string(settings)
                .map_err(|_| Error::Unexpected("settings that cannot be written"))?,
        };
        let mut entry = caller.entry(self.inner.clock.now(), None, "");
        entry.action = self.inner.kinds.get(kind)?.action().text().into();
        Ok(Intake {
            service: self,
            new,
            entry,
            id: None,
            begun: None,
            written: 0,
            waiting: Vec::new(),
            file: Vec::new(),
            pieces_written: 0,
            upload: None,
        })
    }

    /// Deletes incomplete submissions. Workers call it from time to time.
    pub fn forget_broken_submissions(&self) -> Result<usize, Error> {
        let now = self.inner.clock.now();
        let before = now.checked_sub_signed(ABANDONED_AFTER).unwrap_or(now);
        Ok(self.inner.store.write_aside(move |store| jobs::forget_unfinished(store, before))?)
    }
}

impl Intake<'_> {
    /// Says which file the batch comes in, before the first record. A file without a name is none.
    pub(in crate::domain) fn in_file(mut self, file: BatchFile) -> Self {
        let BatchFile { name, bytes, upload } = file;
        self.new.file_name = Some(name).filter(|name| !name.is_empty());
        self.file = bytes;
        self.upload = upload;
        self
    }

    /// Adds a record. It may wait until earlier ones are written.
    ///
    /// # Errors
    /// When the store fails; the submission is then lost.
    pub fn push(&mut self, record: &impl Serialize) -> Result<(), Error> {
        let record = serde_json::to_string(record).map_err(|_| Error::Unexpected("a record that cannot be written"))?;
        self.waiting.push(record);
        if self.waiting.len() >= RECORDS_AT_ONCE { self.write(None) } else { Ok(()) }
    }

    /// The number of records so far.
    pub fn len(&self) -> usize {
        usize::try_from(self.written).unwrap_or_default() + self.waiting.len()
    }

    /// Whether there are no records yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Commits the job and makes it available to workers. `code` is the outcome in the audit line.
    ///
    /// # Errors
    /// When the store fails, or the upload that it comes from was submitted or cancelled meanwhile;
    /// the submission is then lost.
    pub fn submit(mut self, code: &str) -> Result<JobId, Error> {
        code.clone_into(&mut self.entry.outcome);
        while self.bytes_written() + BYTES_AT_ONCE < self.file.len() {
            self.write(None)?;
        }
        let entry = self.entry.clone();
        self.write(Some(entry))?;
        let id = self.settle()?.ok_or(Error::Unexpected("a submission without a job"))?;
        self.id = None;
        self.service.inner.jobs_bell.ring();
        Ok(id)
    }

    /// Takes a whole batch of learners, or refuses one that contradicts its header.
    pub(in crate::domain) fn take_all<R: Serialize>(
        mut self,
        stated_count: usize,
        rows: impl IntoIterator<Item = R>,
        code: &str,
    ) -> Result<Submission, Error> {
        for row in rows {
            if self.len() == MOST_LEARNERS {
                return Ok(Submission::TooMany);
            }
            self.push(&row)?;
        }
        if self.is_empty() {
            return Ok(Submission::Empty);
        }
        if self.len() != stated_count {
            return Ok(Submission::WrongCount);
        }
        self.submit(code).map(Submission::Accepted)
    }

    fn bytes_written(&self) -> usize {
        usize::try_from(self.pieces_written).unwrap_or_default() * BYTES_AT_ONCE
    }

    /// The next piece of the file, with its number.
    fn next_piece(&mut self) -> Option<(i32, Arc<[u8]>)> {
        let piece: Arc<[u8]> = self.file.get(self.bytes_written()..)?.chunks(BYTES_AT_ONCE).next()?.into();
        let number = self.pieces_written;
        self.pieces_written = number.saturating_add(1);
        Some((number, piece))
    }

    /// Waits for the write in progress; returns the job, once there is one.
    fn settle(&mut self) -> Result<Option<JobId>, Error> {
        if let Some(begun) = self.begun.take() {
            self.id = Some(begun.wait()?);
        }
        Ok(self.id)
    }

    /// Starts writing the buffer once the previous write is done; with an audit line, also submits
    /// the job.
    fn write(&mut self, submitted: Option<AuditEntry>) -> Result<(), Error> {
        let id = self.settle()?;
        let inputs = std::mem::take(&mut self.waiting);
        let piece = self.next_piece();
        let (new, written) = (self.new.clone(), self.written);
        let count = i32::try_from(inputs.len()).map_err(|_| Error::Unexpected("too many records at once"))?;
        let (clock, upload) = (self.service.inner.clock.clone(), self.upload);
        let begun = self.service.inner.store.begin_aside(move |store| -> Result<JobId, StoreError> {
            let id = match id {
                Some(id) => id,
                None => jobs::begin(store, &new, clock.now())?,
            };
            jobs::insert_records(store, id, written.saturating_add(1), &inputs)?;
            if let Some((number, bytes)) = &piece {
                jobs::insert_piece(store, id, *number, bytes)?;
            }
            if let Some(entry) = &submitted {
                jobs::submit(store, id, written.saturating_add(count), clock.now())?;
                audit::insert(store, std::iter::once(entry))?;
                if let Some(upload) = upload
                    && !uploads::submitted(store, upload, id, clock.now())?
                {
                    return Err(StoreError::Overtaken);
                }
            }
            Ok(id)
        })?;
        self.begun = Some(begun);
        self.written = written.saturating_add(count);
        Ok(())
    }
}

impl Drop for Intake<'_> {
    /// A broken submission leaves nothing behind. If the store does not respond, the workers clean
    /// up later.
    fn drop(&mut self) {
        if let Ok(Some(id)) = self.settle() {
            let _ = self.service.inner.store.write_aside(move |store| jobs::forget(store, id));
        }
    }
}
