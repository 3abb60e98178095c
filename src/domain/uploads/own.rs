//! An organisation's own uploads: it lists them, reads what the check found, fetches and cancels
//! them. An upload of another organisation is not found. Findings name no learner and leave no
//! audit line; reading the file does (our choice).

use super::intake::of_upload;
use super::{FINDINGS_ON_A_PAGE, FindingKind, Upload, UploadFinding, UploadId, UploadState, Uploads};
use crate::domain::jobs::Cancelled;
use crate::domain::{Caller, Error, codes};
use crate::model::{JobId, Permission};
use crate::store::{audit, uploads};

/// The most uploads on a page (our choice).
const MOST_UPLOADS: usize = 1_000;

/// Uploads, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadPage {
    /// The uploads.
    pub uploads: Vec<Upload>,
    /// The last upload of this page, if there are more.
    pub next: Option<UploadId>,
}

/// A page of findings, in the order of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingPage {
    /// All kinds of findings in the upload, with their numbers.
    pub kinds: Vec<FindingKind>,
    /// The findings of this page.
    pub findings: Vec<UploadFinding>,
    /// This page, from 1.
    pub page: usize,
    /// The number of pages, at least 1.
    pub pages: usize,
}

impl Uploads<'_> {
    /// Lists the organisation's uploads that were not submitted, newest first: those older than
    /// `before`, at most `limit`.
    ///
    /// # Errors
    /// When the caller may not submit batches, or the store fails.
    pub fn list(&self, caller: &Caller<'_>, before: Option<UploadId>, limit: usize) -> Result<UploadPage, Error> {
        caller.require(Permission::SubmitBatches)?;
        let organisation_id = caller.organisation()?.id;
        let limit = limit.clamp(1, MOST_UPLOADS);
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut uploads = self.0.inner.store.read(|store| uploads::newest(store, organisation_id, before, one_more))?;
        let more = uploads.len() > limit;
        uploads.truncate(limit);
        let next = uploads.last().filter(|_| more).map(|upload| upload.id);
        Ok(UploadPage { uploads, next })
    }

    /// An upload; `None` if the organisation has no such upload.
    ///
    /// # Errors
    /// When the caller may not submit batches, or the store fails.
    pub fn get(&self, caller: &Caller<'_>, id: UploadId) -> Result<Option<Upload>, Error> {
        caller.require(Permission::SubmitBatches)?;
        let organisation_id = caller.organisation()?.id;
        let upload = self.0.inner.store.read(|store| uploads::by_id(store, id))?;
        Ok(upload.filter(|upload| upload.organisation_id == organisation_id))
    }

    /// The upload that was submitted as this job, if it was one.
    ///
    /// # Errors
    /// When the caller may not submit batches, or the store fails.
    pub fn of_job(&self, caller: &Caller<'_>, id: JobId) -> Result<Option<Upload>, Error> {
        caller.require(Permission::SubmitBatches)?;
        let organisation_id = caller.organisation()?.id;
        let upload = self.0.inner.store.read(|store| uploads::by_job(store, id))?;
        Ok(upload.filter(|upload| upload.organisation_id == organisation_id))
    }

    /// A page of what the check found, of one kind or of all. A page beyond the last is the last.
    /// `None` if the organisation has no such upload, or it is not checked.
    ///
    /// # Errors
    /// When the caller may not submit batches, or the store fails.
    pub fn findings(
        &self,
        caller: &Caller<'_>,
        id: UploadId,
        kind: Option<i32>,
        page: usize,
    ) -> Result<Option<FindingPage>, Error> {
        let checked = self.get(caller, id)?.filter(|upload| upload.checked_at.is_some());
        if checked.is_none() {
            return Ok(None);
        }
        let kinds = self.0.inner.store.read(|store| uploads::finding_kinds(store, id))?;
        let wanted = kinds.iter().filter(|each| kind.is_none_or(|kind| each.kind == kind));
        let total: usize = wanted.map(|each| usize::try_from(each.findings).unwrap_or_default()).sum();
        let pages = total.div_ceil(FINDINGS_ON_A_PAGE).max(1);
        let page = page.clamp(1, pages);
        let limit = i64::try_from(FINDINGS_ON_A_PAGE).unwrap_or(i64::MAX);
        let offset = limit.saturating_mul(i64::try_from(page - 1).unwrap_or(i64::MAX));
        let findings = self.0.inner.store.read(|store| uploads::findings(store, id, kind, offset, limit))?;
        Ok(Some(FindingPage { kinds, findings, page, pages }))
    }

    /// The bytes of an upload, with an audit line; `None` if the organisation has no such upload,
    /// or its bytes were deleted.
    ///
    /// # Errors
    /// When the caller may not submit batches, or the store fails.
    pub fn file(&self, caller: &Caller<'_>, id: UploadId) -> Result<Option<(Upload, Vec<u8>)>, Error> {
        let Some(upload) = self.get(caller, id)?.filter(|upload| upload.state != UploadState::Cancelled) else {
            caller.trail([None], codes::UNKNOWN_JOB);
            return Ok(None);
        };
        let bytes = self.0.inner.store.read(|store| uploads::file(store, id))?;
        caller.trail([None], &of_upload(id));
        Ok(Some((upload, bytes)))
    }

    /// Cancels an upload that was not submitted: its bytes and findings are deleted.
    ///
    /// # Errors
    /// When the caller may not submit batches, or the store fails.
    pub fn cancel(&self, caller: &Caller<'_>, id: UploadId) -> Result<Cancelled, Error> {
        caller.call.must_be_able_to_block()?;
        if self.get(caller, id)?.is_none() {
            caller.trail([None], codes::UNKNOWN_JOB);
            return Ok(Cancelled::Unknown);
        }
        let now = self.0.inner.clock.now();
        let entry = caller.entry(now, None, &of_upload(id));
        let cancelled = self.0.inner.store.write(move |store| {
            let cancelled = uploads::cancel(store, id, now)?;
            if cancelled {
                audit::insert(store, std::iter::once(&entry))?;
            }
            Ok(cancelled)
        })?;
        Ok(if cancelled { Cancelled::Done } else { Cancelled::Over })
    }
}
