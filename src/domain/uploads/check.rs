//! Checking an upload: claim it, read its bytes, keep what was found. A worker calls this and
//! checks the file itself: the domain knows no file formats.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use super::{FindingKind, Upload, UploadFinding, UploadState, Uploads, Weight};
use crate::domain::{Caller, Error, Service};
use crate::model::{JobKind, Timestamp, Ukprn, london_day};
use crate::store::jobs::Lease;
use crate::store::uploads::{self, CheckResult};
use crate::store::{StoreError, Transaction};

/// Attempts to check a file before it is refused (our choice). A file that ends the process three
/// times must not end it a fourth time.
const MOST_ATTEMPTS: i32 = 3;
/// The pause before the next attempt.
const PAUSE: TimeDelta = TimeDelta::seconds(2);
/// Findings that are written at once: as many as SQLite writes in a few milliseconds.
const FINDINGS_AT_ONCE: usize = 500;

/// An upload that this worker checks.
pub struct HeldUpload<'s> {
    service: &'s Service,
    upload: Upload,
    terms: Terms,
    owner: String,
    lease: TimeDelta,
}

/// What a file is checked against, apart from its own content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The organisation that it must belong to.
    pub ukprn: Ukprn,
    /// The day on which ages are calculated.
    pub today: NaiveDate,
    /// The youngest and oldest age, in years, at which a learner may be registered.
    pub ages: (u32, u32),
}

/// What the check of a file came to, in numbers and words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CheckSummary {
    /// The format: CSV, XML or spreadsheet.
    pub format: String,
    /// The encoding, for a text file.
    pub encoding: Option<String>,
    /// The version of the layout; empty if the file could not be read.
    pub version: String,
    /// The number of records.
    pub records: usize,
    /// The number of records without a finding that would refuse them.
    pub good: usize,
}

/// The outcome of a check, with its findings.
#[derive(Debug, Clone, Default)]
pub struct CheckedUpload {
    /// The kind of the records, if it was recognised.
    pub kind: Option<JobKind>,
    /// Whether the whole file would be refused.
    pub refused: bool,
    /// Numbers and words.
    pub summary: CheckSummary,
    kinds: Vec<FindingKind>,
    numbers: HashMap<(Weight, String, String, String, String), i32>,
    findings: Vec<UploadFinding>,
}

/// A finding as it is added; the texts are those of [`FindingKind`] and [`UploadFinding`].
#[derive(Debug, Clone)]
pub struct NewFinding {
    /// What it causes to be refused.
    pub weight: Weight,
    /// The code that the record would get; empty for the file and for remarks.
    pub code: String,
    /// The column's heading.
    pub heading: String,
    /// The rule.
    pub rule: String,
    /// What to do about it.
    pub advice: String,
    /// The row.
    pub row: Option<usize>,
    /// What was found there.
    pub found: String,
}

impl CheckedUpload {
    /// An outcome without findings.
    pub fn new(kind: Option<JobKind>, refused: bool, summary: CheckSummary) -> Self {
        Self { kind, refused, summary, ..Self::default() }
    }

    /// Adds a finding. Findings of the same rule in the same column are of one kind.
    pub fn add(&mut self, finding: NewFinding) {
        let NewFinding { weight, code, heading, rule, advice, row, found } = finding;
        let row = row.map(|row| i32::try_from(row).unwrap_or(i32::MAX));
        let next = i32::try_from(self.kinds.len()).unwrap_or(i32::MAX).saturating_add(1);
        let key = (weight, code, heading, rule, advice);
        let kind = match self.numbers.get(&key) {
            Some(kind) => *kind,
            None => {
                self.numbers.insert(key.clone(), next);
                let (weight, code, heading, rule, advice) = key;
                self.kinds.push(FindingKind {
                    kind: next,
                    weight,
                    code,
                    heading,
                    rule,
                    advice,
                    findings: 0,
                    first_row: row,
                });
                next
            }
        };
        let index = usize::try_from(kind).unwrap_or_default().saturating_sub(1);
        if let Some(known) = self.kinds.get_mut(index) {
            known.findings = known.findings.saturating_add(1);
        }
        let number = i32::try_from(self.findings.len()).unwrap_or(i32::MAX).saturating_add(1);
        self.findings.push(UploadFinding { number, kind, row, found });
    }

    /// The kinds of findings, in the order of first occurrence.
    pub fn kinds(&self) -> &[FindingKind] {
        &self.kinds
    }

    /// The findings, in the order of the report.
    pub fn findings(&self) -> &[UploadFinding] {
        &self.findings
    }

    /// A file that could not be checked, although it was tried several times.
    fn given_up() -> Self {
        let mut checked = Self::new(None, true, CheckSummary::default());
        checked.add(NewFinding {
            weight: Weight::File,
            code: String::new(),
            heading: "the file".to_owned(),
            rule: "must be a file that can be checked".to_owned(),
            advice: "Save it as \"CSV UTF-8 (comma delimited)\" and upload it again.".to_owned(),
            row: None,
            found: "content that stopped the check".to_owned(),
        });
        checked
    }
}

impl Upload {
    /// What the check came to; `None` before it has ended.
    pub fn summary(&self) -> Option<CheckSummary> {
        serde_json::from_str(self.summary.as_deref()?).ok()
    }
}

impl Uploads<'_> {
    /// What a file of the caller's organisation is checked against.
    ///
    /// # Errors
    /// When the caller acts for no organisation.
    pub fn terms(&self, caller: &Caller<'_>) -> Result<Terms, Error> {
        Ok(self.0.terms_of(caller.organisation()?.ukprn))
    }
}

impl Service {
    /// Claims the next upload to check, if there is one. `owner` is the worker's unique name;
    /// `lease` is how long it may take before others try.
    ///
    /// # Errors
    /// When the store fails.
    pub fn claim_upload(&self, owner: &str, lease: Duration) -> Result<Option<HeldUpload<'_>>, Error> {
        let now = self.inner.clock.now();
        let lasts = TimeDelta::from_std(lease).map_err(|_| Error::Unexpected("a lease that is too long"))?;
        let latest = later(now, lasts.max(PAUSE));
        let Some(id) = self.inner.store.read(|store| uploads::claimable(store, now, latest))? else { return Ok(None) };
        let lease = Lease { owner: owner.to_owned(), until: later(now, lasts) };
        let claimed = self.inner.store.write_aside(move |store| uploads::claim(store, id, &lease, now, latest))?;
        let Some(upload) = claimed else { return Ok(None) };
        let organisation = self.registry(true)?.organisation_of(upload.organisation_id).cloned();
        let Some(organisation) = organisation else {
            return Err(Error::Unexpected("an upload of an unknown organisation"));
        };
        let terms = self.terms_of(organisation.ukprn);
        let held = HeldUpload { service: self, upload, terms, owner: owner.to_owned(), lease: lasts };
        if held.upload.attempts >= MOST_ATTEMPTS {
            held.keep(&CheckedUpload::given_up())?;
            return Ok(None);
        }
        Ok(Some(held))
    }

    fn terms_of(&self, ukprn: Ukprn) -> Terms {
        let rules = &self.inner.settings;
        Terms { ukprn, today: london_day(self.inner.clock.now()), ages: (rules.minimum_age, rules.maximum_age) }
    }
}

impl HeldUpload<'_> {
    /// The upload.
    pub const fn upload(&self) -> &Upload {
        &self.upload
    }

    /// What it is checked against.
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Its bytes.
    ///
    /// # Errors
    /// When the store fails.
    pub fn bytes(&self) -> Result<Vec<u8>, Error> {
        let id = self.upload.id;
        Ok(self.service.inner.store.read(|store| uploads::file(store, id))?)
    }

    /// Keeps the outcome, a few findings at a time, and ends the check. `false` if the upload was
    /// cancelled meanwhile, or another worker has taken it.
    ///
    /// # Errors
    /// When the store fails; the upload is then checked again later.
    pub fn keep(&self, checked: &CheckedUpload) -> Result<bool, Error> {
        let id = self.upload.id;
        let mut kinds = checked.kinds.as_slice();
        for findings in checked.findings.chunks(FINDINGS_AT_ONCE) {
            let (kinds, findings) = (std::mem::take(&mut kinds).to_vec(), findings.to_vec());
            let kept = self.while_held(move |store| uploads::insert_findings(store, id, &kinds, &findings))?;
            if !kept {
                return Ok(false);
            }
        }
        let summary = serde_json::to_string(&checked.summary)
            .map_err(|_| Error::Unexpected("a summary that cannot be written"))?;
        let state = if checked.refused { UploadState::Refused } else { UploadState::Ready };
        let result = CheckResult { kind: checked.kind.or(self.upload.kind), state, summary };
        let (owner, now) = (self.owner.clone(), self.service.inner.clock.now());
        Ok(self.service.inner.store.write_aside(move |store| uploads::finish(store, id, &owner, &result, now))?)
    }

    /// Handles an error of the check: it is tried again after a pause, and the file is refused
    /// after too many attempts.
    ///
    /// # Errors
    /// When the store fails.
    pub fn fail(self) -> Result<(), Error> {
        let attempts = self.upload.attempts.saturating_add(1);
        log::warn!("upload {} could not be checked, attempt {attempts}", self.upload.id);
        let (id, owner) = (self.upload.id, self.owner.clone());
        let not_before = Some(later(self.service.inner.clock.now(), PAUSE));
        self.service.inner.store.write_aside(move |store| uploads::release(store, id, &owner, attempts, not_before))?;
        Ok(())
    }

    /// Writes in one transaction with the renewal of the lease; `false` if it was lost.
    fn while_held(
        &self,
        mut write: impl FnMut(&mut Transaction<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<bool, Error> {
        let id = self.upload.id;
        let lease = Lease { owner: self.owner.clone(), until: later(self.service.inner.clock.now(), self.lease) };
        Ok(self.service.inner.store.write_aside(move |store| {
            let held = uploads::renew(store, id, &lease)?;
            if held {
                write(store)?;
            }
            Ok(held)
        })?)
    }
}

fn later(now: Timestamp, by: TimeDelta) -> Timestamp {
    now.checked_add_signed(by).unwrap_or(Timestamp::MAX)
}
