//! Reports of merged, unmerged and deleted ULNs, for the organisations that know the learners
//! (rules.md 2.20, our choice).

use chrono::{Days, NaiveDate};

use super::Linking;
use crate::domain::{Caller, Error, codes};
use crate::model::{Learner, LinkChange, LinkKind, Permission, Uln, london_midnight};
use crate::store::learners as rows;
use crate::store::links::{self, ReportFilter};

/// The most changes of a report, the first first (our choice). A caller who gets as many asks again
/// from the day of the last one.
pub const MOST_REPORTED: i64 = 5_000;

/// Which changes are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportedKinds {
    /// ULNs that were merged, or unmerged.
    MergedAndUnmerged,
    /// ULNs that were deleted.
    Deleted,
}

/// The days of a report, in London.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportedDays {
    /// The first day.
    pub from: NaiveDate,
    /// The last day; today if absent.
    pub until: Option<NaiveDate>,
}

/// The outcome of a report.
#[derive(Clone, PartialEq, Eq)]
pub enum LinkReport {
    /// These changes, the first first.
    Changes(Vec<ReportedChange>),
    /// Nothing that the organisation would see was changed in these days.
    Nothing,
    /// The first day is after the last.
    NoDays,
}

/// A change of a learner's link. It contains personal data: it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct ReportedChange {
    /// What was done.
    pub kind: LinkKind,
    /// The day, in London.
    pub day: NaiveDate,
    /// The learner whose link changed.
    pub learner: Learner,
    /// The master that it was merged into, or unmerged from.
    pub master: Option<Learner>,
}

impl LinkReport {
    /// The response code (rules.md 3; which one is our choice).
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Changes(_) => codes::FOUND,
            Self::Nothing => codes::NO_ULNS_FOR_REPORT,
            Self::NoDays => codes::REPORT_NOT_FOUND,
        }
    }
}

impl Linking<'_> {
    /// What was done to links in these days ([`Action::ReportLinks`](
    /// crate::domain::Action::ReportLinks)), about learners whom the caller's organisation
    /// registered or whose learning record it was shown: so nobody collects the numbers of others.
    /// Each learner who is named gets an audit line.
    ///
    /// # Errors
    /// [`Error::InsufficientAccess`] for organisations that may not retrieve ULNs, with an audit
    /// line; errors of the store.
    pub fn report(&self, caller: &Caller<'_>, kinds: ReportedKinds, days: ReportedDays) -> Result<LinkReport, Error> {
        caller.require(Permission::RetrieveUlns)?;
        caller.call.must_be_able_to_block()?;
        let service = self.0;
        let until = days.until.unwrap_or_else(|| service.inner.clock.today());
        let Some(after) = until.checked_add_days(Days::new(1)).filter(|_| days.from <= until) else {
            caller.trail([None], codes::REPORT_NOT_FOUND);
            return Ok(LinkReport::NoDays);
        };
        let organisation = caller.organisation()?;
        let filter = ReportFilter {
            from: london_midnight(days.from),
            before: london_midnight(after),
            kinds: kinds.each(),
            registered_by: organisation.org_ref,
            shown_to: organisation.id,
            limit: MOST_REPORTED,
        };
        service.inner.store.flush_trail()?;
        let changes = service.inner.store.read(|store| {
            let changes = links::known_to(store, &filter)?;
            let ulns: Vec<Uln> =
                changes.iter().flat_map(|change| std::iter::once(change.uln).chain(change.master)).collect();
            let learners =
                rows::by_ulns(store, &ulns)?.into_iter().map(|stored| (stored.learner.uln, stored.learner)).collect();
            Ok(changes.into_iter().filter_map(|change| reported(change, &learners)).collect::<Vec<_>>())
        })?;
        let report = if changes.is_empty() { LinkReport::Nothing } else { LinkReport::Changes(changes) };
        self.trail_report(caller, &report);
        Ok(report)
    }

    /// A line for each learner of the report, or one that says that there was nothing.
    fn trail_report(&self, caller: &Caller<'_>, report: &LinkReport) {
        match report {
            LinkReport::Changes(changes) => {
                let named = changes.iter().flat_map(|change| {
                    std::iter::once(change.learner.uln).chain(change.master.as_ref().map(|master| master.uln))
                });
                caller.trail(named.map(Some), report.code());
            }
            LinkReport::Nothing | LinkReport::NoDays => caller.trail([None], report.code()),
        }
    }
}

impl ReportedKinds {
    const fn each(self) -> &'static [LinkKind] {
        match self {
            Self::MergedAndUnmerged => &[LinkKind::Merge, LinkKind::Follow, LinkKind::Unmerge],
            Self::Deleted => &[LinkKind::Delete],
        }
    }
}

fn reported(change: LinkChange, learners: &std::collections::HashMap<Uln, Learner>) -> Option<ReportedChange> {
    let learner = learners.get(&change.uln)?.clone();
    let master = change.master.and_then(|master| learners.get(&master)).cloned();
    Some(ReportedChange { kind: change.kind, day: crate::model::london_day(change.at), learner, master })
}
