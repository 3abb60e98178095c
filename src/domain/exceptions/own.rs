//! An organisation's queue of exceptions: it counts, lists and reads them. Those of another
//! organisation are not found. Reading records leaves an audit line; counts do not (our choice).

use chrono::TimeDelta;

use super::{CODES, Exception, ExceptionId, Exceptions};
use crate::domain::registrations::{JobType, RegisteredRow, RegistrationRow, settings_of};
use crate::domain::{Caller, Error, codes};
use crate::model::{JobId, Permission};
use crate::store::StoreError;
use crate::store::exceptions::{self, ExceptionFilter};

/// The most exceptions on a page, and in an export (our choice).
const MOST: usize = 10_000;

/// Selects exceptions.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExceptionQuery<'a> {
    /// Only of this job.
    pub job: Option<JobId>,
    /// Only with one of these codes of [`CODES`]; empty means all.
    pub codes: &'a [&'a str],
    /// Only of jobs that ended at least this long ago.
    pub older_than: Option<TimeDelta>,
    /// Those that were worked instead of those that are open.
    pub worked: bool,
    /// Only after this one: the last one of the previous page.
    pub after: Option<ExceptionId>,
    /// The maximum number, from 1 to 10,000.
    pub limit: usize,
}

/// Exceptions, oldest job first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionPage {
    /// The exceptions.
    pub exceptions: Vec<Exception>,
    /// The [`ExceptionQuery::after`] of the next page, if there are more.
    pub next: Option<ExceptionId>,
}

impl Exceptions<'_> {
    /// The number of open exceptions for each code that has any.
    ///
    /// # Errors
    /// When the caller may not submit batches, or the store fails.
    pub fn counts(&self, caller: &Caller<'_>) -> Result<Vec<(String, i64)>, Error> {
        caller.require(Permission::SubmitBatches)?;
        let organisation_id = caller.organisation()?.id;
        let settings = settings_of(JobType::Full);
        Ok(self.0.inner.store.read(|store| exceptions::count_open(store, organisation_id, &settings, &CODES))?)
    }

    /// A page of exceptions, with an audit line.
    ///
    /// # Errors
    /// When the caller may not submit batches, or the store fails.
    pub fn list(&self, caller: &Caller<'_>, query: &ExceptionQuery<'_>) -> Result<ExceptionPage, Error> {
        let page = self.page(caller, query)?;
        let ulns = page.exceptions.iter().filter_map(|each| each.worked.as_ref()?.uln).map(Some);
        caller.trail(ulns.chain([None]), "exceptions");
        Ok(page)
    }

    /// An exception, with an audit line; `None` if the organisation has no such exception.
    ///
    /// # Errors
    /// When the caller may not submit batches, or the store fails.
    pub fn get(&self, caller: &Caller<'_>, id: ExceptionId) -> Result<Option<Exception>, Error> {
        let found = self.find(caller, id)?;
        match &found {
            None => caller.trail([None], codes::UNKNOWN_JOB),
            Some(found) => {
                caller.trail([found.worked.as_ref().and_then(|worked| worked.uln)], &of_exception(id));
            }
        }
        Ok(found)
    }

    /// The exceptions as rows of the output layout, with an audit line for every ULN: open ones as
    /// they were sent, worked ones as they are now.
    ///
    /// # Errors
    /// When the caller may not submit batches, or the store fails.
    pub fn export(&self, caller: &Caller<'_>, query: &ExceptionQuery<'_>) -> Result<Vec<RegisteredRow>, Error> {
        let page = self.page(caller, &ExceptionQuery { limit: MOST, ..*query })?;
        let rows = page.exceptions.iter().map(Exception::registered_row).collect::<Result<Vec<_>, _>>()?;
        self.0.trail_rows(caller, &rows, "exceptions");
        Ok(rows)
    }

    pub(super) fn find(&self, caller: &Caller<'_>, id: ExceptionId) -> Result<Option<Exception>, Error> {
        caller.require(Permission::SubmitBatches)?;
        let organisation_id = caller.organisation()?.id;
        let full = self.0.own_job(caller, id.job)?.filter(|job| job.settings == settings_of(JobType::Full));
        if full.is_none() {
            return Ok(None);
        }
        let found = self.0.inner.store.read(|store| exceptions::by_id(store, organisation_id, id))?;
        Ok(found.filter(|found| CODES.contains(&found.code.as_str())))
    }

    fn page(&self, caller: &Caller<'_>, query: &ExceptionQuery<'_>) -> Result<ExceptionPage, Error> {
        caller.require(Permission::SubmitBatches)?;
        let ExceptionQuery { job, codes, older_than, worked, after, limit } = *query;
        let now = self.0.inner.clock.now();
        let settings = settings_of(JobType::Full);
        let filter = ExceptionFilter {
            organisation_id: caller.organisation()?.id,
            settings: &settings,
            job,
            codes: if codes.is_empty() { &CODES } else { codes },
            before: older_than.and_then(|age| now.checked_sub_signed(age)),
            worked,
            after,
        };
        let limit = limit.clamp(1, MOST);
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut exceptions = self.0.inner.store.read(|store| exceptions::list(store, filter, one_more))?;
        let more = exceptions.len() > limit;
        exceptions.truncate(limit);
        let next = exceptions.last().filter(|_| more).map(|last| last.id);
        Ok(ExceptionPage { exceptions, next })
    }
}

impl Exception {
    /// The record as sent.
    ///
    /// # Errors
    /// When the stored record is not a registration row.
    pub fn row(&self) -> Result<RegistrationRow, Error> {
        parse(&self.input)
    }

    /// The record with its code, as in an output file: with the ULN if it was worked.
    fn registered_row(&self) -> Result<RegisteredRow, Error> {
        let Some(worked) = &self.worked else { return Ok(RegisteredRow { row: self.row()?, code: self.code.clone() }) };
        let mut row = parse(&worked.input)?;
        row.uln = worked.uln.map(|uln| uln.to_string());
        Ok(RegisteredRow { row, code: worked.code.clone() })
    }
}

fn parse(input: &str) -> Result<RegistrationRow, Error> {
    Ok(serde_json::from_str(input).map_err(|_| StoreError::Corrupt("job_records.input"))?)
}

/// The outcome in an audit line that names an exception and no learner.
pub(super) fn of_exception(id: ExceptionId) -> String {
    format!("exception {id}")
}
