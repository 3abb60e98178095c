//! A ULN to the learner whom it means: itself, or the master into which it was merged. A deleted learner is not there for anybody.

use super::super::matching::{Agreement, names_agree};
use super::super::{Error, Service};
use crate::model::{Learner, LearnerStatus, Uln};
use crate::store::learners::{Stored, by_uln, linked_to};
use crate::store::{AnyConnection, StoreError};

/// The learner whom a ULN means.
pub(in crate::domain) struct Resolved {
    /// The learner: the master where the number was merged.
    pub(in crate::domain) learner: Learner,
    /// The merged record of the number that was asked for.
    pub(in crate::domain) merged: Option<Learner>,
    /// The numbers that were merged into the learner.
    pub(in crate::domain) linked_ulns: Vec<Uln>,
}

impl Resolved {
    /// Whether the number asked for was merged into another.
    pub(in crate::domain) const fn is_substituted(&self) -> bool {
        self.merged.is_some()
    }

    /// The records with which details of a request may agree: that of the number asked for, then its master's.
    pub(in crate::domain) fn records(&self) -> impl Iterator<Item = &Learner> {
        self.merged.iter().chain([&self.learner])
    }

    /// The learner's number and those merged into it.
    pub(in crate::domain) fn all_ulns(&self) -> impl Iterator<Item = Uln> {
        std::iter::once(self.learner.uln).chain(self.linked_ulns.iter().copied())
    }

    /// Whether the names are those of one of the records, or similar.
    pub(in crate::domain) fn names_agree(&self, given: &str, family: &str) -> bool {
        self.agreement(given, family) != Agreement::No
    }

    /// How well the names agree with the record that they agree with best.
    pub(in crate::domain) fn agreement(&self, given: &str, family: &str) -> Agreement {
        // Names as they are stored need no normalising: the usual case by far.
        let same = |learner: &Learner| {
            learner.given_name.eq_ignore_ascii_case(given) && learner.family_name.eq_ignore_ascii_case(family)
        };
        if self.records().any(same) {
            return Agreement::Exact;
        }
        self.records().fold(Agreement::No, |best, learner| match (best, names_agree(learner, given, family)) {
            (Agreement::Exact, _) | (_, Agreement::Exact) => Agreement::Exact,
            (Agreement::Similar, _) | (_, Agreement::Similar) => Agreement::Similar,
            (Agreement::No, Agreement::No) => Agreement::No,
        })
    }
}

impl Service {
    /// The learner whom a ULN means; text that is no ULN means nobody.
    pub(in crate::domain) fn resolve(&self, uln: &str) -> Result<Option<Resolved>, Error> {
        match uln.parse() {
            Ok(uln) => Ok(self.inner.store.read(|store| resolve_in(store, uln))?),
            Err(_) => Ok(None),
        }
    }
}

fn resolve_in(store: &mut AnyConnection, uln: Uln) -> Result<Option<Resolved>, StoreError> {
    let Some(asked) = by_uln(store, uln)? else { return Ok(None) };
    let (current, merged) = match (asked.learner.status, asked.learner.master) {
        (LearnerStatus::Deleted, _) => return Ok(None),
        (LearnerStatus::Merged, Some(master)) => match by_uln(store, master)? {
            Some(current) if current.learner.status == LearnerStatus::Active => (current, Some(asked.learner)),
            _ => return Err(StoreError::Corrupt("learners.master_uln")),
        },
        (LearnerStatus::Active | LearnerStatus::Merged, _) => (asked, None),
    };
    let Stored { learner, has_linked } = current;
    let linked_ulns = if has_linked {
        linked_to(store, &[learner.uln])?.into_iter().map(|(linked, _)| linked).collect()
    } else {
        Vec::new()
    };
    Ok(Some(Resolved { learner, merged, linked_ulns }))
}
