//! Problems with ULNs: users report them, each as a case of the service desk, and see what came of
//! them. What the desk does about links is in `linking` (rules.md 7.6 and 1.5).

#[cfg(test)]
mod tests;

use super::desk::{self, CaseClock, NewCase};
use super::{Caller, Error, Service, Verification, VerifyQuery};
use crate::model::{AuditEntry, Case, CaseKind, Permission, Reason, Uln, UlnProblem, UlnProblemKind};
use crate::store::{audit, cases, uln_problems as rows};

/// Reports that an organisation sees of its own.
const SHOWN: i64 = 100;

/// Problems with ULNs.
#[derive(Clone, Copy)]
pub struct UlnProblems<'s>(pub(super) &'s Service);

/// A problem to report.
pub struct NewUlnProblem<'a> {
    /// What is wrong.
    pub kind: UlnProblemKind,
    /// The learner, by ULN and names.
    pub learner: VerifyQuery<'a>,
    /// Another ULN of the same person, or of the other one; nobody need have it.
    pub other: Option<Uln>,
    /// What the user says about it.
    pub explanation: Reason,
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reported {
    /// It is a case with this number.
    Reported(i32),
    /// No learner has this ULN with these names.
    NotFound,
}

impl UlnProblems<'_> {
    /// Reports a problem ([`Action::ReportUlnProblem`](super::Action::ReportUlnProblem)): its case
    /// is logged. The learner is verified first, so that nobody learns by a report who has a ULN.
    ///
    /// # Errors
    /// [`Error::InsufficientAccess`] for callers who may not verify learners, with an audit line;
    /// those of a verification; errors of the store.
    pub fn report(&self, caller: &Caller<'_>, new: &NewUlnProblem<'_>) -> Result<Reported, Error> {
        caller.call.must_be_able_to_block()?;
        let verification: Verification = self.0.learners().verify(caller, &new.learner)?;
        let Some(uln) = new.learner.uln.filter(|_| verification.outcome.is_verified()) else {
            return Ok(Reported::NotFound);
        };
        let line = caller.entry(self.0.inner.clock.now(), Some(uln), "");
        let (kind, other, explanation) = (new.kind, new.other, new.explanation.clone());
        let case = NewCase::minor(CaseKind::UlnProblem, summary(kind)?);
        Ok(self.0.inner.store.write(move |store| {
            let case = desk::open(store, &case, &line)?;
            rows::insert(store, &UlnProblem { case, kind, uln, other, explanation: explanation.clone() })?;
            let line = AuditEntry { outcome: format!("case {case}"), ..line.clone() };
            audit::insert(store, std::iter::once(&line))?;
            Ok(Reported::Reported(case))
        })?)
    }

    /// The last reports of the caller's organisation, the newest first: cases without the learner
    /// ([`Action::ViewUlnProblems`](super::Action::ViewUlnProblems)).
    ///
    /// # Errors
    /// As for [`Self::report`].
    pub fn own(&self, caller: &Caller<'_>) -> Result<Vec<Case>, Error> {
        caller.require(Permission::VerifyLearner)?;
        let organisation = caller.organisation()?.id;
        caller.trail([None], "own reports");
        Ok(self.0.inner.store.read(|store| {
            let numbers = rows::cases_of(store, organisation, SHOWN)?;
            numbers.into_iter().filter_map(|number| cases::find(store, number).transpose()).collect()
        })?)
    }

    /// The problem of a case, with the case and its clock, for the service desk
    /// ([`Action::ViewUlnProblems`](super::Action::ViewUlnProblems)).
    ///
    /// # Errors
    /// [`Error::InsufficientAccess`] for anybody but operators and the service desk, with an audit
    /// line; errors of the store.
    pub fn find(&self, caller: &Caller<'_>, number: i32) -> Result<Option<(UlnProblem, Case, CaseClock)>, Error> {
        caller.require_desk()?;
        let found = self.0.inner.store.read(|store| Ok((rows::find(store, number)?, cases::find(store, number)?)))?;
        let (Some(problem), Some(case)) = found else { return Ok(None) };
        caller.trail([Some(problem.uln)], &format!("case {number}"));
        let clock = CaseClock::of(&case, self.0.inner.clock.now());
        Ok(Some((problem, case, clock)))
    }
}

/// What the list of cases says. It names nobody.
fn summary(kind: UlnProblemKind) -> Result<Reason, Error> {
    let words = match kind {
        UlnProblemKind::CreatedIncorrectly => "A ULN was created incorrectly",
        UlnProblemKind::MergedIncorrectly => "A ULN was merged incorrectly",
        UlnProblemKind::Shared => "Two people share a ULN, or something else is wrong with it",
    };
    words.parse().map_err(|_| crate::store::StoreError::Corrupt("cases.summary").into())
}
