//! Planned maintenance (rules.md 9, row 11): operators plan and cancel it, people are told
//! beforehand, and every door obeys it on every node (`src/domain/registry.rs`).

mod plan;
#[cfg(test)]
mod tests;

use chrono::TimeDelta;

use super::administration::DONE;
use super::{Action, Administration, AdministrationError, Error, Service};
use crate::model::{Door, MaintenanceWindow};
use crate::store::{audit, maintenance as rows};

pub use plan::{MaintenancePlan, NotPlanned};

/// How long before its start maintenance is announced on every page (our choice).
const SHOWN_BEFORE: TimeDelta = TimeDelta::days(7);
/// How long past maintenance is listed (our choice: a year and a day, so that a whole year of
/// availability has its maintenance beside it).
const LISTED_FOR: TimeDelta = TimeDelta::days(366);

/// Planned maintenance.
#[derive(Clone, Copy)]
pub struct Maintenance<'s>(pub(super) &'s Service);

/// What became of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Planned {
    /// It is announced.
    Planned(MaintenanceWindow),
    /// Nothing was planned.
    Refused(NotPlanned),
}

/// What became of a cancellation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cancelled {
    /// It will not take place, or ends now.
    Cancelled(MaintenanceWindow),
    /// No maintenance has this number.
    Unknown,
    /// It has ended, or was cancelled before.
    Over(MaintenanceWindow),
}

impl Maintenance<'_> {
    /// All maintenance that is planned or on, by start, and that of the past year, cancelled or
    /// not. From the store.
    pub fn windows(&self) -> Result<Vec<MaintenanceWindow>, Error> {
        let since = self.0.inner.clock.now() - LISTED_FOR;
        Ok(self.0.inner.store.read(|store| rows::ending_after(store, since))?)
    }

    /// What is to be announced now: the next maintenance, from seven days before its start until
    /// its end. From memory; blocks if that is out of date.
    pub fn announced(&self) -> Result<Option<MaintenanceWindow>, Error> {
        let now = self.0.inner.clock.now();
        let registry = self.0.registry(true)?;
        Ok(registry
            .maintenance()
            .iter()
            .find(|window| !window.is_over(now) && now >= window.starts_at - SHOWN_BEFORE)
            .cloned())
    }

    /// The maintenance that closes this door now. From memory; blocks if that is out of date.
    pub fn closing(&self, door: Door) -> Result<Option<MaintenanceWindow>, Error> {
        let now = self.0.inner.clock.now();
        Ok(self.0.registry(true)?.maintenance_now(now, door).cloned())
    }
}

impl Administration<'_> {
    /// Plans maintenance, unless it breaks a rule ([`NotPlanned`]). Other nodes obey it once
    /// [`Self::reach_every_node`] returns.
    pub fn plan_maintenance(&self, plan: &MaintenancePlan<'_>) -> Result<Planned, AdministrationError> {
        let now = self.service.inner.clock.now();
        let window = match plan.window(now) {
            Ok(window) => window,
            Err(refusal) => return Ok(Planned::Refused(refusal)),
        };
        let outcome = self.call(Action::PlanMaintenance, |operator| {
            let entry = operator.entry(now, None, DONE);
            Ok::<_, Error>(self.service.inner.store.write(move |store| {
                rows::begin(store)?;
                let planned = rows::ending_after(store, window.starts_at)?;
                if let Some(other) = planned.into_iter().find(|each| each.overlaps(window.starts_at, window.ends_at)) {
                    return Ok(Planned::Refused(NotPlanned::Overlaps(other)));
                }
                let number = rows::insert(store, &window)?;
                let mut entry = entry.clone();
                entry.outcome = of_window(number);
                audit::insert(store, std::iter::once(&entry))?;
                Ok(Planned::Planned(MaintenanceWindow { number, ..window.clone() }))
            })?)
        })?;
        self.registry_changed();
        Ok(outcome)
    }

    /// Cancels planned maintenance, or ends it if it has started. Other nodes are open again once
    /// [`Self::reach_every_node`] returns.
    pub fn cancel_maintenance(&self, number: i32) -> Result<Cancelled, AdministrationError> {
        let now = self.service.inner.clock.now();
        let outcome = self.call(Action::CancelMaintenance, |operator| {
            let entry = operator.entry(now, None, &of_window(number));
            Ok::<_, Error>(self.service.inner.store.write(move |store| {
                rows::begin(store)?;
                let Some(window) = rows::find(store, number)? else { return Ok(Cancelled::Unknown) };
                if window.is_over(now) {
                    return Ok(Cancelled::Over(window));
                }
                rows::cancel(store, number, now)?;
                audit::insert(store, std::iter::once(&entry))?;
                Ok(Cancelled::Cancelled(MaintenanceWindow { cancelled_at: Some(now), ..window }))
            })?)
        })?;
        self.registry_changed();
        Ok(outcome)
    }
}

/// The outcome in the audit trail.
fn of_window(number: i32) -> String {
    format!("maintenance {number}")
}
