//! The service desk: cases are logged, listed and rectified, each with a clock in support hours
//! (rules.md 9, rows 3 to 8). Other parts of the domain open and rectify their cases within their
//! own transactions, by `open` and `rectify`.

mod figures;
mod limits;
#[cfg(test)]
mod tests;

use chrono::TimeDelta;

use super::throttle::Burst;
use super::{Caller, Error, Service};
use crate::model::{AuditEntry, Case, CaseKind, Category, Outage, Reason, Rectified, Timestamp};
use crate::store::{StoreError, Transaction, audit, cases as rows};

pub use figures::{CategoryFigures, DeskMonth};
pub use limits::{CaseClock, ClockState, TARGET, limit};

/// How long before it is logged an outage may have begun (our choice).
pub const LONGEST_AGO: TimeDelta = TimeDelta::days(7);
/// Rectified cases on a page of the list.
const ON_A_PAGE: i64 = 50;

/// The service desk.
#[derive(Clone, Copy)]
pub struct Desk<'s>(pub(super) &'s Service);

/// A case to log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCase {
    /// What it is about.
    pub kind: CaseKind,
    /// How soon it is to be rectified.
    pub category: Category,
    /// What the user said.
    pub summary: Reason,
    /// What everybody is told of an incident of category 1 or 2, and how long ago it began.
    pub outage: Option<(TimeDelta, Reason)>,
}

/// What became of a case to log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logged {
    /// It has this number, and its clock runs.
    Logged(i32),
    /// Nothing was logged.
    Refused(NotLogged),
}

/// Why a case is not logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotLogged {
    /// Challenges, ULN problems and requests are of category 4 (the charter).
    #[error("only an incident can have a category other than 4")]
    Category,
    /// Incidents of category 1 and 2 are shown on the status page.
    #[error("an incident of category 1 or 2 needs words for the status page")]
    NoOutage,
    /// Other cases are not.
    #[error("only an incident of category 1 or 2 is shown on the status page")]
    Outage,
    /// It cannot begin in the future, or long ago.
    #[error("an outage must have begun within the last seven days")]
    Began,
}

/// What became of a case to rectify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The user is advised, and the clock has stopped.
    Rectified,
    /// It was rectified before.
    Already,
    /// No case has this number.
    Unknown,
}

/// Cases, each with its clock.
#[derive(Debug, Clone)]
pub struct CaseList {
    /// The cases.
    pub cases: Vec<(Case, CaseClock)>,
    /// The number below which further rectified cases follow.
    pub next: Option<i32>,
}

impl Desk<'_> {
    /// Logs a case ([`Action::LogCase`](super::Action::LogCase)): its clock runs from now.
    ///
    /// # Errors
    /// [`Error::InsufficientAccess`] for anybody but operators and the service desk, with an audit
    /// line; errors of the store.
    pub fn log(&self, caller: &Caller<'_>, new: &NewCase) -> Result<Logged, Error> {
        caller.require_desk()?;
        caller.call.must_be_able_to_block()?;
        if let Some(refusal) = new.refusal() {
            caller.trail([None], &format!("{refusal:?}"));
            return Ok(Logged::Refused(refusal));
        }
        let now = self.0.inner.clock.now();
        let (new, line) = (new.clone(), caller.entry(now, None, ""));
        Ok(self.0.inner.store.write(move |store| {
            let number = open(store, &new, &line)?;
            let line = AuditEntry { outcome: of_case(number), ..line.clone() };
            audit::insert(store, std::iter::once(&line))?;
            Ok(Logged::Logged(number))
        })?)
    }

    /// All open cases, those whose clocks run out first at the top; cases without a limit last
    /// ([`Action::ViewCases`](super::Action::ViewCases)).
    ///
    /// # Errors
    /// As for [`Self::log`].
    pub fn open(&self, caller: &Caller<'_>) -> Result<CaseList, Error> {
        caller.require_desk()?;
        caller.trail([None], "open cases");
        let now = self.0.inner.clock.now();
        let mut cases = with_clocks(self.0.inner.store.read(rows::open)?, now);
        cases.sort_by_key(|(case, clock)| (clock.runs_out_at.is_none(), clock.runs_out_at, case.number));
        Ok(CaseList { cases, next: None })
    }

    /// The organisations whose calls were held back in the last day by this process, the latest
    /// first ([`Action::ViewCases`](super::Action::ViewCases)).
    ///
    /// # Errors
    /// [`Error::InsufficientAccess`].
    pub fn bursts(&self, caller: &Caller<'_>) -> Result<Vec<Burst>, Error> {
        caller.require_desk()?;
        Ok(self.0.inner.throttle.held.recent(self.0.inner.clock.now()))
    }

    /// Rectified cases with a number below this one, the newest first
    /// ([`Action::ViewCases`](super::Action::ViewCases)).
    ///
    /// # Errors
    /// As for [`Self::log`].
    pub fn rectified(&self, caller: &Caller<'_>, below: Option<i32>) -> Result<CaseList, Error> {
        caller.require_desk()?;
        caller.trail([None], "rectified cases");
        let below = below.unwrap_or(i32::MAX);
        let mut cases = self.0.inner.store.read(|store| rows::rectified(store, below, ON_A_PAGE.saturating_add(1)))?;
        let on_a_page = usize::try_from(ON_A_PAGE).unwrap_or(usize::MAX);
        let has_more = cases.len() > on_a_page;
        cases.truncate(on_a_page);
        let next = cases.last().map(|case| case.number).filter(|_| has_more);
        Ok(CaseList { cases: with_clocks(cases, self.0.inner.clock.now()), next })
    }

    /// A case ([`Action::ViewCases`](super::Action::ViewCases)).
    ///
    /// # Errors
    /// As for [`Self::log`].
    pub fn find(&self, caller: &Caller<'_>, number: i32) -> Result<Option<(Case, CaseClock)>, Error> {
        caller.require_desk()?;
        caller.trail([None], &of_case(number));
        let case = self.0.inner.store.read(|store| rows::find(store, number))?;
        let now = self.0.inner.clock.now();
        Ok(case.map(|case| {
            let clock = CaseClock::of(&case, now);
            (case, clock)
        }))
    }

    /// Rectifies a case ([`Action::RectifyCase`](super::Action::RectifyCase)): the user is advised
    /// in these words, and the clock stops.
    ///
    /// # Errors
    /// As for [`Self::log`].
    pub fn rectify(&self, caller: &Caller<'_>, number: i32, advice: &Reason) -> Result<Closed, Error> {
        caller.require_desk()?;
        caller.call.must_be_able_to_block()?;
        let line = caller.entry(self.0.inner.clock.now(), None, &of_case(number));
        let advice = advice.clone();
        Ok(self.0.inner.store.write(move |store| {
            let closed = rectify(store, number, &advice, &line)?;
            audit::insert(store, std::iter::once(&line))?;
            Ok(closed)
        })?)
    }
}

/// Opens a case as part of a change, and returns its number. The audit line of the change says who
/// opens it, and when. The change itself keeps the number.
pub(in crate::domain) fn open(
    store: &mut Transaction<'_>,
    new: &NewCase,
    line: &AuditEntry,
) -> Result<i32, StoreError> {
    let outage = new.outage.as_ref().map(|(ago, words)| Outage { began_at: line.at - *ago, words: words.clone() });
    let case = Case {
        number: 0,
        kind: new.kind,
        category: new.category,
        summary: new.summary.clone(),
        logged_at: line.at,
        logged_by: line.user_name.clone(),
        organisation_id: line.organisation_id,
        rectified: None,
        outage,
    };
    rows::insert(store, &case)
}

/// Rectifies a case as part of a change. The audit line of the change says who does, and when.
pub(in crate::domain) fn rectify(
    store: &mut Transaction<'_>,
    number: i32,
    advice: &Reason,
    line: &AuditEntry,
) -> Result<Closed, StoreError> {
    let how = Rectified { at: line.at, by: line.user_name.clone(), advice: advice.clone() };
    if rows::rectify(store, number, &how)? {
        return Ok(Closed::Rectified);
    }
    Ok(if rows::find(store, number)?.is_some() { Closed::Already } else { Closed::Unknown })
}

impl NewCase {
    /// A case of a user that is not an incident; all of them are of category 4 (the charter).
    pub fn minor(kind: CaseKind, summary: Reason) -> Self {
        Self { kind, category: Category::Four, summary, outage: None }
    }

    fn refusal(&self) -> Option<NotLogged> {
        let is_incident = self.kind == CaseKind::Incident;
        let is_public = is_incident && matches!(self.category, Category::One | Category::Two);
        match &self.outage {
            _ if !is_incident && self.category != Category::Four => Some(NotLogged::Category),
            None if is_public => Some(NotLogged::NoOutage),
            Some(_) if !is_public => Some(NotLogged::Outage),
            Some((ago, _)) if *ago < TimeDelta::zero() || *ago > LONGEST_AGO => Some(NotLogged::Began),
            _ => None,
        }
    }
}

fn with_clocks(cases: Vec<Case>, now: Timestamp) -> Vec<(Case, CaseClock)> {
    cases
        .into_iter()
        .map(|case| {
            let clock = CaseClock::of(&case, now);
            (case, clock)
        })
        .collect()
}

/// The outcome in the audit trail.
fn of_case(number: i32) -> String {
    format!("case {number}")
}
