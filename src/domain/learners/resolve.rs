//! Finds the learner of a ULN: its own record, or the master it was merged into. A deleted learner
//! is never found.

use std::collections::HashMap;

use super::super::Service;
use super::super::matching::{Agreement, names_agree};
use crate::model::{Learner, LearnerStatus, Uln};
use crate::store::learners::{Stored, by_uln, by_ulns, linked_to};
use crate::store::{AnyConnection, StoreError};

/// The learner that a ULN means.
pub(in crate::domain) struct Resolved {
    /// The learner; the master if the ULN was merged.
    pub(in crate::domain) learner: Learner,
    /// The merged learner of the ULN asked for.
    pub(in crate::domain) merged: Option<Learner>,
    /// The ULNs merged into the learner.
    pub(in crate::domain) linked_ulns: Vec<Uln>,
}

impl Resolved {
    /// Whether the ULN asked for was merged into another.
    pub(in crate::domain) const fn is_substituted(&self) -> bool {
        self.merged.is_some()
    }

    /// The learners whose details a request may give: that of the ULN asked for, then its master.
    pub(in crate::domain) fn records(&self) -> impl Iterator<Item = &Learner> {
        self.merged.iter().chain([&self.learner])
    }

    /// The learner's ULN and those merged into it.
    pub(in crate::domain) fn all_ulns(&self) -> impl Iterator<Item = Uln> {
        std::iter::once(self.learner.uln).chain(self.linked_ulns.iter().copied())
    }

    /// Whether the names equal those of one of the learners, or are similar.
    pub(in crate::domain) fn names_agree(&self, given: &str, family: &str) -> bool {
        self.agreement(given, family) != Agreement::No
    }

    /// How well the names agree with the learner that they fit best.
    pub(in crate::domain) fn agreement(&self, given: &str, family: &str) -> Agreement {
        // Usually the names are as stored and need no normalising.
        let same = |learner: &Learner| {
            learner.names.given.eq_ignore_ascii_case(given) && learner.names.family.eq_ignore_ascii_case(family)
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
    /// The learner whom a ULN means, which most records say by themselves; without one nobody.
    pub(in crate::domain) fn resolve(&self, uln: Option<Uln>) -> Result<Option<Resolved>, StoreError> {
        let Some(uln) = uln else { return Ok(None) };
        let store = &self.inner.store;
        match store.learner(uln)? {
            Some(Stored { learner, has_linked: false }) if learner.status == LearnerStatus::Active => {
                Ok(Some(Resolved { learner, merged: None, linked_ulns: Vec::new() }))
            }
            Some(_) => store.read(|store| resolve_in(store, uln)),
            None => Ok(None),
        }
    }
}

/// The learners that several ULNs mean, by the ULN asked for; ULNs of nobody are skipped.
pub(in crate::domain) fn resolve_many(
    store: &mut AnyConnection,
    ulns: &[Uln],
) -> Result<HashMap<Uln, Resolved>, StoreError> {
    let asked = by_ulns(store, ulns)?;
    let masters: Vec<Uln> = asked.iter().filter_map(|stored| stored.learner.master).collect();
    let masters = if masters.is_empty() { Vec::new() } else { by_ulns(store, &masters)? };
    let linking: Vec<Uln> =
        asked.iter().chain(&masters).filter(|stored| stored.has_linked).map(|stored| stored.learner.uln).collect();
    let links = if linking.is_empty() { Vec::new() } else { linked_to(store, &linking)? };
    let masters: HashMap<Uln, Stored> = masters.into_iter().map(|stored| (stored.learner.uln, stored)).collect();
    let mut found = HashMap::with_capacity(asked.len());
    for Stored { learner, .. } in asked {
        let uln = learner.uln;
        let (learner, merged) = match (learner.status, learner.master) {
            (LearnerStatus::Deleted, _) => continue,
            (LearnerStatus::Merged, Some(master)) => match masters.get(&master) {
                Some(current) if current.learner.status == LearnerStatus::Active => {
                    (current.learner.clone(), Some(learner))
                }
                _ => return Err(StoreError::Corrupt("learners.master_uln")),
            },
            (LearnerStatus::Active | LearnerStatus::Merged, _) => (learner, None),
        };
        let of_learner = |(linked, master): &(Uln, Uln)| (*master == learner.uln).then_some(*linked);
        let linked_ulns = links.iter().filter_map(of_learner).collect();
        found.insert(uln, Resolved { learner, merged, linked_ulns });
    }
    Ok(found)
}

/// The learner that a ULN means, on a connection.
pub(in crate::domain) fn resolve_in(store: &mut AnyConnection, uln: Uln) -> Result<Option<Resolved>, StoreError> {
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
