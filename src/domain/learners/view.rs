//! Shows learners to somebody who found them before. Every view is audited like a find.

use super::resolve::{Resolved, resolve_many};
use super::{FoundLearner, Learners};
use crate::domain::{Caller, Error, codes};
use crate::model::{Permission, Uln};
use crate::store::Record;

impl Learners<'_> {
    /// The learner of a ULN, or the master if it was merged; `None` if neither exists any more.
    ///
    /// It asks for no names, unlike [`Learners::find`]: the ULN must be one that this person found,
    /// registered or verified in the same session, never one that they typed. The portal keeps
    /// those with the session (our choice; rules.md 7.2).
    pub fn view(&self, caller: &Caller<'_>, uln: Uln) -> Result<Option<FoundLearner>, Error> {
        let service = self.0;
        caller.require(Permission::FindLearner)?;
        let learner = service.resolve(Some(uln))?.map(FoundLearner::from);
        caller.trail([Some(learner.as_ref().map_or(uln, |found| found.learner.uln))], outcome(learner.as_ref()));
        Ok(learner)
    }

    /// Like [`Learners::view`] for several learners, in their order; those who are there no more
    /// are left out. Each has an audit line.
    pub fn view_several(&self, caller: &Caller<'_>, ulns: &[Uln]) -> Result<Vec<FoundLearner>, Error> {
        let inner = &self.0.inner;
        caller.require(Permission::FindLearner)?;
        let mut resolved = inner.store.read(|store| resolve_many(store, ulns))?;
        let now = inner.clock.now();
        let mut entries = Vec::with_capacity(ulns.len());
        let mut learners = Vec::with_capacity(ulns.len());
        for uln in ulns {
            let learner = resolved.remove(uln).map(FoundLearner::from);
            let shown = learner.as_ref().map_or(*uln, |found| found.learner.uln);
            entries.push(caller.entry(now, Some(shown), outcome(learner.as_ref())));
            learners.extend(learner);
        }
        caller.record(Record { entries, ..Record::default() });
        Ok(learners)
    }
}

const fn outcome(learner: Option<&FoundLearner>) -> &'static str {
    match learner {
        Some(FoundLearner { substituted: true, .. }) => codes::MASTER_SUBSTITUTED,
        Some(_) => codes::FOUND,
        None => codes::NO_MATCH,
    }
}

impl From<Resolved> for FoundLearner {
    fn from(resolved: Resolved) -> Self {
        let substituted = resolved.is_substituted();
        Self { learner: resolved.learner, linked_ulns: resolved.linked_ulns, substituted }
    }
}
