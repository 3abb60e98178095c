//! Plans of learners in custody (OLASS; rules.md 7.5): made by the establishment that teaches the
//! learner, and taken over by the next one. Every version is kept.

mod content;
mod save;
#[cfg(test)]
mod tests;

pub use content::{LONGEST_COMMENTS, LONGEST_LINE, MOST_AIMS, PlanAim, PlanContent, PlanFault};
pub use save::PlanSaved;

use super::registry;
use super::{Caller, Error, Service, codes};
use crate::model::{Permission, PlanId, PlanStep, Timestamp, Uln};
use crate::store::Record;
use crate::store::plans::{self as rows, StoredPlan, StoredVersion};

/// Plans on a page of those that an organisation holds.
pub const PLANS_ON_A_PAGE: usize = 50;

/// Plans of learners in custody.
#[derive(Clone, Copy)]
pub struct Plans<'s>(pub(super) &'s Service);

/// A plan. It contains personal data: it has no `Debug`.
pub struct Plan {
    /// Its number.
    pub id: PlanId,
    /// The learner's ULN; the master's, if it was merged.
    pub uln: Uln,
    /// The learner's name.
    pub learner: String,
    /// The name of the organisation that holds the plan.
    pub holder: String,
    /// Whether the caller's organisation holds it.
    pub is_own: bool,
    /// Counts its changes, from 1.
    pub version: i32,
    /// When it was last changed (UTC).
    pub changed_at: Timestamp,
    /// What is in it.
    pub content: PlanContent,
}

/// A version of a plan. It contains personal data: it has no `Debug`.
pub struct PlanVersion {
    /// The version, from 1.
    pub version: i32,
    /// The organisation that held the plan from then on.
    pub holder: String,
    /// The user who made it.
    pub user_name: String,
    /// When (UTC).
    pub changed_at: Timestamp,
    /// How it came about.
    pub step: PlanStep,
    /// What was in the plan.
    pub content: PlanContent,
}

impl Plans<'_> {
    /// The plans of a learner whom the caller found, of all establishments, the newest first.
    /// `None` if nobody has the ULN.
    ///
    /// # Errors
    /// When the caller lacks the permission, or the store fails.
    pub fn of_learner(&self, caller: &Caller<'_>, uln: Uln) -> Result<Option<Vec<Plan>>, Error> {
        caller.require(Permission::MaintainPlans)?;
        let Some(learner) = self.0.resolve(Some(uln))? else {
            caller.trail([Some(uln)], codes::NO_MATCH);
            return Ok(None);
        };
        let ulns: Vec<Uln> = learner.all_ulns().collect();
        let stored = self.0.inner.store.read(|store| rows::of_learner(store, &ulns))?;
        caller.trail([Some(learner.learner.uln)], codes::DONE);
        Ok(Some(self.all(caller, stored)?))
    }

    /// The plans that the caller's organisation holds, the newest first, from below this number on:
    /// at most [`PLANS_ON_A_PAGE`]. Those of learners who were deleted are left out.
    ///
    /// # Errors
    /// When the caller lacks the permission, or the store fails.
    pub fn held(&self, caller: &Caller<'_>, before: Option<PlanId>) -> Result<Vec<Plan>, Error> {
        caller.require(Permission::MaintainPlans)?;
        let organisation = caller.organisation()?.id;
        let limit = i64::try_from(PLANS_ON_A_PAGE).unwrap_or(i64::MAX);
        let stored = self.0.inner.store.read(|store| rows::of_organisation(store, organisation, before, limit))?;
        let plans = self.all(caller, stored)?;
        let now = self.0.inner.clock.now();
        let entries = plans.iter().map(|plan| caller.entry(now, Some(plan.uln), codes::DONE)).collect();
        caller.record(Record { entries, ..Record::default() });
        Ok(plans)
    }

    /// A plan that the caller's organisation holds; `None` if no plan of theirs has this number.
    ///
    /// # Errors
    /// When the caller lacks the permission, or the store fails.
    pub fn get(&self, caller: &Caller<'_>, id: PlanId) -> Result<Option<Plan>, Error> {
        caller.require(Permission::MaintainPlans)?;
        let plan = self.own(caller, id)?;
        caller.trail([plan.as_ref().map(|plan| plan.uln)], if plan.is_some() { codes::DONE } else { codes::NO_MATCH });
        Ok(plan)
    }

    /// The versions of a plan that the caller's organisation holds, the newest first, those of
    /// other establishments too; `None` if there is no such plan.
    ///
    /// # Errors
    /// When the caller lacks the permission, or the store fails.
    pub fn versions(&self, caller: &Caller<'_>, id: PlanId) -> Result<Option<Vec<PlanVersion>>, Error> {
        if self.get(caller, id)?.is_none() {
            return Ok(None);
        }
        let stored = self.0.inner.store.read(|store| rows::versions(store, id))?;
        let registry = self.0.registry(true)?;
        stored.into_iter().map(|version| PlanVersion::read(version, &registry)).collect::<Result<_, _>>().map(Some)
    }

    /// The plan, if the caller's organisation holds it and the learner is there.
    fn own(&self, caller: &Caller<'_>, id: PlanId) -> Result<Option<Plan>, Error> {
        let stored = self.0.inner.store.read(|store| rows::by_id(store, id))?;
        let organisation = caller.organisation()?.id;
        let stored = stored.filter(|plan| plan.organisation_id == organisation);
        Ok(self.all(caller, stored)?.into_iter().next())
    }

    /// The plans as the caller sees them; those of learners who were deleted are left out.
    fn all(&self, caller: &Caller<'_>, stored: impl IntoIterator<Item = StoredPlan>) -> Result<Vec<Plan>, Error> {
        let (own, registry) = (caller.organisation()?.id, self.0.registry(true)?);
        let mut plans = Vec::new();
        for StoredPlan { id, uln, organisation_id, version, changed_at, content } in stored {
            let Some(found) = self.0.resolve(Some(uln))? else { continue };
            plans.push(Plan {
                id,
                uln: found.learner.uln,
                learner: format!("{} {}", found.learner.names.given, found.learner.names.family),
                holder: holder(&registry, organisation_id),
                is_own: organisation_id == own,
                version,
                changed_at,
                content: read(&content)?,
            });
        }
        Ok(plans)
    }
}

impl PlanVersion {
    fn read(stored: StoredVersion, registry: &registry::Content) -> Result<Self, Error> {
        let StoredVersion { version, organisation_id, user_name, changed_at, step, content } = stored;
        let holder = holder(registry, organisation_id);
        Ok(Self { version, holder, user_name, changed_at, step, content: read(&content)? })
    }
}

fn holder(registry: &registry::Content, organisation_id: i32) -> String {
    registry.organisation_of(organisation_id).map(|organisation| organisation.name.clone()).unwrap_or_default()
}

fn read(content: &str) -> Result<PlanContent, Error> {
    serde_json::from_str(content).map_err(|_| Error::Unexpected("a plan that cannot be read"))
}
