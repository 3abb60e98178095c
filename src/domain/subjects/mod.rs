//! What is held about one person and what was disclosed of it: for a request of a data subject, by
//! the service's operators and its service desk (rules.md 8, our choice).

mod sections;
#[cfg(test)]
mod tests;

use super::{Administration, AdministrationError, Caller, Error, Service, codes};
use crate::model::Uln;
use crate::store::learners::{self as rows, Stored};
use crate::store::{AnyConnection, StoreError};

/// Data subjects.
#[derive(Clone, Copy)]
pub struct Subjects<'s>(pub(super) &'s Service);

/// Everything held about one person. It contains personal data: it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct SubjectReport {
    /// All ULNs of the person, the master first.
    pub ulns: Vec<Uln>,
    /// What is held, by kind, and last what was disclosed. Kinds of which there is nothing have no
    /// rows.
    pub sections: Vec<SubjectSection>,
}

/// One kind of data about a person, as a table. It contains personal data: it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct SubjectSection {
    /// What it is.
    pub title: &'static str,
    /// The headings of the columns: the contract's names where it has some.
    pub columns: Vec<&'static str>,
    /// A text for each column; times are London's.
    pub rows: Vec<Vec<String>>,
}

impl Subjects<'_> {
    /// Everything held about the person with this ULN, whatever the learner's status, and everybody
    /// to whom something was disclosed ([`Action::ViewSubject`](super::Action::ViewSubject)).
    /// `None` if the ULN is not in the register. Files of batches are not searched: their records
    /// are deleted after a time (`jobs.keep_days`).
    ///
    /// # Errors
    /// [`Error::InsufficientAccess`] for anybody but operators and the service desk, with an audit
    /// line; errors of the store.
    pub fn report(&self, caller: &Caller<'_>, uln: Uln) -> Result<Option<SubjectReport>, Error> {
        caller.require_desk()?;
        caller.call.must_be_able_to_block()?;
        let service = self.0;
        service.inner.store.flush_trail()?;
        let report = service.inner.store.read(|store| {
            let learners = of_person(store, uln)?;
            if learners.is_empty() {
                return Ok(None);
            }
            let ulns: Vec<Uln> = learners.iter().map(|stored| stored.learner.uln).collect();
            let sections = sections::all(store, &learners, &ulns)?;
            Ok(Some(SubjectReport { ulns, sections }))
        })?;
        caller.trail([Some(uln)], if report.is_some() { codes::DONE } else { codes::NO_MATCH });
        Ok(report)
    }
}

impl Administration<'_> {
    /// [`Subjects::report`] as an operator.
    pub fn subject(&self, uln: Uln) -> Result<Option<SubjectReport>, AdministrationError> {
        Ok(self.call(super::Action::ViewSubject, |operator| self.service.subjects().report(operator, uln))?)
    }
}

/// The master and the learners merged into it; nobody if the ULN is unknown.
fn of_person(store: &mut AnyConnection, uln: Uln) -> Result<Vec<Stored>, StoreError> {
    let Some(asked) = rows::by_uln(store, uln)? else { return Ok(Vec::new()) };
    let master = asked.learner.master.unwrap_or(uln);
    let linked = rows::linked_to(store, &[master])?.into_iter().map(|(linked, _)| linked);
    let ulns: Vec<Uln> = std::iter::once(master).chain(linked).collect();
    let mut learners = rows::by_ulns(store, &ulns)?;
    learners.sort_by_key(|stored| ulns.iter().position(|uln| *uln == stored.learner.uln));
    Ok(learners)
}
