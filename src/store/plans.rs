//! Plans of learners, and every version of each.

use diesel::prelude::*;

use super::dialect::on_either;
use super::schema::{plan_versions, plans};
use super::{AnyConnection, StoreError};
use crate::model::{PlanId, PlanStep, Timestamp, Uln};

/// A plan as stored. It contains personal data: it has no `Debug`.
pub struct StoredPlan {
    /// Its number.
    pub id: PlanId,
    /// The learner.
    pub uln: Uln,
    /// The organisation that holds it.
    pub organisation_id: i32,
    /// Counts its changes, from 1.
    pub version: i32,
    /// When it was last changed (UTC).
    pub changed_at: Timestamp,
    /// What is in it, as the domain writes it.
    pub content: String,
}

/// A version of a plan. It contains personal data: it has no `Debug`.
#[derive(Clone)]
pub struct StoredVersion {
    /// The version.
    pub version: i32,
    /// The organisation that held the plan from this version on.
    pub organisation_id: i32,
    /// The user who made it.
    pub user_name: String,
    /// When (UTC).
    pub changed_at: Timestamp,
    /// How it came about.
    pub step: PlanStep,
    /// What was in the plan.
    pub content: String,
}

type Row = (i64, String, i32, i32, Timestamp, String);
type VersionRow = (i32, i32, String, Timestamp, String, String);

/// The plan with this number.
pub fn by_id(connection: &mut AnyConnection, id: PlanId) -> Result<Option<StoredPlan>, StoreError> {
    let row: Option<Row> = on_either!(connection, c => plans::table.find(id.0).first(c).optional())?;
    row.map(plan).transpose()
}

/// The plans of a learner, who may have several ULNs; the newest first.
pub fn of_learner(connection: &mut AnyConnection, ulns: &[Uln]) -> Result<Vec<StoredPlan>, StoreError> {
    let ulns: Vec<&str> = ulns.iter().map(Uln::as_str).collect();
    let rows: Vec<Row> =
        on_either!(connection, c => plans::table.filter(plans::uln.eq_any(&ulns)).order(plans::id.desc()).load(c))?;
    rows.into_iter().map(plan).collect()
}

/// The plans that an organisation holds, the newest first, from below this number on.
pub fn of_organisation(
    connection: &mut AnyConnection,
    organisation_id: i32,
    before: Option<PlanId>,
    limit: i64,
) -> Result<Vec<StoredPlan>, StoreError> {
    let rows: Vec<Row> = on_either!(connection, c => {
        plans::table
            .filter(plans::organisation_id.eq(organisation_id))
            .filter(plans::id.lt(before.map_or(i64::MAX, |before| before.0)))
            .order(plans::id.desc())
            .limit(limit)
            .load(c)
    })?;
    rows.into_iter().map(plan).collect()
}

/// The versions of a plan, the newest first.
pub fn versions(connection: &mut AnyConnection, id: PlanId) -> Result<Vec<StoredVersion>, StoreError> {
    let rows: Vec<VersionRow> = on_either!(connection, c => {
        plan_versions::table
            .filter(plan_versions::plan_id.eq(id.0))
            .order(plan_versions::version.desc())
            .select((
                plan_versions::version,
                plan_versions::organisation_id,
                plan_versions::user_name,
                plan_versions::changed_at,
                plan_versions::step,
                plan_versions::content,
            ))
            .load(c)
    })?;
    let version = |(version, organisation_id, user_name, changed_at, step, content): VersionRow| {
        let step = step.parse().map_err(|_| StoreError::Corrupt("plan_versions.step"))?;
        Ok(StoredVersion { version, organisation_id, user_name, changed_at, step, content })
    };
    rows.into_iter().map(version).collect()
}

/// Adds a plan for a learner, with its first version. Returns its number.
pub fn insert(connection: &mut AnyConnection, uln: Uln, first: &StoredVersion) -> Result<PlanId, StoreError> {
    let id: i64 = on_either!(connection, c => {
        diesel::insert_into(plans::table)
            .values((
                plans::uln.eq(uln.as_str()),
                plans::organisation_id.eq(first.organisation_id),
                plans::version.eq(first.version),
                plans::changed_at.eq(first.changed_at),
                plans::content.eq(&first.content),
            ))
            .returning(plans::id)
            .get_result(c)
    })?;
    insert_version(connection, PlanId(id), first)?;
    Ok(PlanId(id))
}

/// Replaces a plan with its next version; `false` if it has another version than the one before.
pub fn replace(connection: &mut AnyConnection, id: PlanId, next: &StoredVersion) -> Result<bool, StoreError> {
    let replaced = on_either!(connection, c => {
        diesel::update(plans::table.filter(plans::id.eq(id.0)).filter(plans::version.eq(next.version - 1)))
            .set((
                plans::organisation_id.eq(next.organisation_id),
                plans::version.eq(next.version),
                plans::changed_at.eq(next.changed_at),
                plans::content.eq(&next.content),
            ))
            .execute(c)
    })?;
    if replaced == 1 {
        insert_version(connection, id, next)?;
    }
    Ok(replaced == 1)
}

fn insert_version(connection: &mut AnyConnection, id: PlanId, version: &StoredVersion) -> Result<(), StoreError> {
    on_either!(connection, c => {
        diesel::insert_into(plan_versions::table)
            .values((
                plan_versions::plan_id.eq(id.0),
                plan_versions::version.eq(version.version),
                plan_versions::organisation_id.eq(version.organisation_id),
                plan_versions::user_name.eq(&version.user_name),
                plan_versions::changed_at.eq(version.changed_at),
                plan_versions::step.eq(version.step.code()),
                plan_versions::content.eq(&version.content),
            ))
            .execute(c)
    })?;
    Ok(())
}

fn plan((id, uln, organisation_id, version, changed_at, content): Row) -> Result<StoredPlan, StoreError> {
    let uln = uln.parse().map_err(|_| StoreError::Corrupt("plans.uln"))?;
    Ok(StoredPlan { id: PlanId(id), uln, organisation_id, version, changed_at, content })
}
