//! Making, changing and taking over plans. Each is one transaction with its audit line and its
//! version.

use super::{PlanContent, PlanFault, Plans};
use crate::domain::{Caller, Error, codes};
use crate::model::{Permission, PlanId, PlanStep, Uln};
use crate::store::audit;
use crate::store::plans::{self as rows, StoredVersion};

/// What became of a change of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanSaved {
    /// It is stored.
    Saved(PlanId),
    /// It breaks these rules; nothing was changed.
    Faulty(Vec<PlanFault>),
    /// Somebody else changed the plan meanwhile; nothing was changed.
    Overtaken,
    /// There is no such learner or plan.
    Unknown,
}

impl Plans<'_> {
    /// Makes a plan for a learner whom the caller found.
    ///
    /// # Errors
    /// When the caller lacks the permission, or the store fails.
    pub fn create(&self, caller: &Caller<'_>, uln: Uln, content: &PlanContent) -> Result<PlanSaved, Error> {
        caller.require(Permission::MaintainPlans)?;
        let Some(found) = self.0.resolve(Some(uln))? else {
            caller.trail([Some(uln)], codes::NO_MATCH);
            return Ok(PlanSaved::Unknown);
        };
        self.save(caller, found.learner.uln, None, PlanStep::Created, content)
    }

    /// Changes a plan that the caller's organisation holds and that still has this version.
    ///
    /// # Errors
    /// When the caller lacks the permission, or the store fails.
    pub fn change(
        &self,
        caller: &Caller<'_>,
        id: PlanId,
        version: i32,
        content: &PlanContent,
    ) -> Result<PlanSaved, Error> {
        caller.require(Permission::MaintainPlans)?;
        let Some(plan) = self.own(caller, id)? else {
            caller.trail([None], codes::NO_MATCH);
            return Ok(PlanSaved::Unknown);
        };
        self.save(caller, plan.uln, Some((id, version)), PlanStep::Changed, content)
    }

    /// Takes over a plan of a learner whom the caller found and who is taught at this establishment
    /// now. What was in the plan stays.
    ///
    /// # Errors
    /// When the caller lacks the permission, or the store fails.
    pub fn take_over(
        &self,
        caller: &Caller<'_>,
        uln: Uln,
        id: PlanId,
        establishment: &str,
    ) -> Result<PlanSaved, Error> {
        let plans = self.of_learner(caller, uln)?.unwrap_or_default();
        let Some(plan) = plans.into_iter().find(|plan| plan.id == id) else { return Ok(PlanSaved::Unknown) };
        let content = PlanContent { establishment: establishment.to_owned(), ..plan.content };
        self.save(caller, plan.uln, Some((id, plan.version)), PlanStep::TakenOver, &content)
    }

    /// Stores a plan: a new one, or the version after this one of a plan.
    fn save(
        &self,
        caller: &Caller<'_>,
        uln: Uln,
        before: Option<(PlanId, i32)>,
        step: PlanStep,
        content: &PlanContent,
    ) -> Result<PlanSaved, Error> {
        let faults = content.faults();
        if !faults.is_empty() {
            return Ok(PlanSaved::Faulty(faults));
        }
        caller.call.must_be_able_to_block()?;
        let now = self.0.inner.clock.now();
        let next = StoredVersion {
            version: before.map_or(0, |(_, version)| version).saturating_add(1),
            organisation_id: caller.organisation()?.id,
            user_name: caller.user_name().to_owned(),
            changed_at: now,
            step,
            content: serde_json::to_string(content).map_err(|_| Error::Unexpected("a plan that cannot be written"))?,
        };
        let (done, overtaken) = (caller.entry(now, Some(uln), codes::DONE), caller.entry(now, Some(uln), codes::STALE));
        Ok(self.0.inner.store.write(move |store| {
            let saved = match before {
                None => PlanSaved::Saved(rows::insert(store, uln, &next)?),
                Some((id, _)) if rows::replace(store, id, &next)? => PlanSaved::Saved(id),
                Some(_) => PlanSaved::Overtaken,
            };
            let line = if saved == PlanSaved::Overtaken { &overtaken } else { &done };
            audit::insert(store, std::iter::once(line))?;
            Ok(saved)
        })?)
    }
}
