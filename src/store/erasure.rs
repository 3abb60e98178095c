//! What is erased when the time to keep it is over.

use diesel::prelude::*;

use super::dialect::on_either;
use super::schema::{
    achievement_steps, audit, cases, challenge_steps, challenges, erased_ulns, event_versions, learners,
    learning_events, link_changes, plan_versions, plans, uln_problems,
};
use super::{AnyConnection, StoreError, Transaction};
use crate::model::{Timestamp, Uln};

/// The learners from after this ULN on, by ULN, who were not changed since this moment and are not
/// merged into another.
pub fn unchanged_since(
    connection: &mut AnyConnection,
    before: Timestamp,
    after: Option<Uln>,
    limit: i64,
) -> Result<Vec<Uln>, StoreError> {
    let after = after.map(|uln| uln.to_string()).unwrap_or_default();
    let ulns: Vec<String> = on_either!(connection, c => {
        learners::table
            .filter(learners::uln.gt(after))
            .filter(learners::master_uln.is_null())
            .filter(learners::updated_at.lt(before))
            .order(learners::uln)
            .limit(limit)
            .select(learners::uln)
            .load(c)
    })?;
    ulns.iter().map(|uln| uln.parse().map_err(|_| StoreError::Corrupt("learners.uln"))).collect()
}

/// Whether anything about these learners, besides their records and events, was written since this
/// moment: a challenge, a plan or a change of links.
pub fn has_later(connection: &mut AnyConnection, ulns: &[Uln], since: Timestamp) -> Result<bool, StoreError> {
    let texts = || ulns.iter().map(Uln::as_str);
    let later: i64 = on_either!(connection, c => {
        let challenged: i64 = challenges::table
            .filter(challenges::uln.eq_any(texts()).and(challenges::created_at.ge(since)))
            .count()
            .get_result(c)?;
        let planned: i64 =
            plans::table.filter(plans::uln.eq_any(texts()).and(plans::changed_at.ge(since))).count().get_result(c)?;
        let linked: i64 = link_changes::table
            .filter(link_changes::uln.eq_any(texts()).or(link_changes::master_uln.eq_any(texts())))
            .filter(link_changes::changed_at.ge(since))
            .count()
            .get_result(c)?;
        Ok::<_, diesel::result::Error>(challenged + planned + linked)
    })?;
    Ok(later > 0)
}

/// Erases these learners with everything about them but the audit trail, and keeps their ULNs as
/// erased. Returns how many events were erased.
pub fn erase(transaction: &mut Transaction<'_>, ulns: &[Uln], now: Timestamp) -> Result<usize, StoreError> {
    let texts: Vec<&str> = ulns.iter().map(Uln::as_str).collect();
    for uln in ulns {
        transaction.changes(*uln);
    }
    let erased = on_either!(&mut **transaction, c => {
        let events: Vec<i32> =
            learning_events::table.filter(learning_events::uln.eq_any(&texts)).select(learning_events::id).load(c)?;
        let raised: Vec<(i32, Option<i32>)> = challenges::table
            .filter(challenges::uln.eq_any(&texts))
            .select((challenges::id, challenges::case_number))
            .load(c)?;
        let reported: Vec<i32> = uln_problems::table
            .filter(uln_problems::uln.eq_any(&texts).or(uln_problems::other_uln.eq_any(&texts)))
            .select(uln_problems::case_number)
            .load(c)?;
        let made: Vec<i64> = plans::table.filter(plans::uln.eq_any(&texts)).select(plans::id).load(c)?;
        let numbers = || raised.iter().map(|(number, _)| *number);
        diesel::delete(event_versions::table.filter(event_versions::event_id.eq_any(&events))).execute(c)?;
        diesel::delete(event_versions::table.filter(event_versions::challenge_id.eq_any(numbers()))).execute(c)?;
        diesel::delete(achievement_steps::table.filter(achievement_steps::event_id.eq_any(&events))).execute(c)?;
        diesel::delete(challenge_steps::table.filter(challenge_steps::challenge_id.eq_any(numbers()))).execute(c)?;
        diesel::delete(challenges::table.filter(challenges::id.eq_any(numbers()))).execute(c)?;
        diesel::delete(uln_problems::table.filter(uln_problems::case_number.eq_any(&reported))).execute(c)?;
        let of_cases: Vec<i32> = raised.iter().filter_map(|(_, case)| *case).chain(reported).collect();
        diesel::delete(cases::table.filter(cases::number.eq_any(&of_cases))).execute(c)?;
        diesel::delete(plan_versions::table.filter(plan_versions::plan_id.eq_any(&made))).execute(c)?;
        diesel::delete(plans::table.filter(plans::id.eq_any(&made))).execute(c)?;
        diesel::delete(
            link_changes::table.filter(link_changes::uln.eq_any(&texts).or(link_changes::master_uln.eq_any(&texts))),
        )
        .execute(c)?;
        diesel::delete(learning_events::table.filter(learning_events::id.eq_any(&events))).execute(c)?;
        diesel::delete(learners::table.filter(learners::uln.eq_any(&texts))).execute(c)?;
        let rows: Vec<_> =
            texts.iter().map(|uln| (erased_ulns::uln.eq(*uln), erased_ulns::erased_at.eq(now))).collect();
        diesel::insert_into(erased_ulns::table).values(rows).execute(c)?;
        Ok::<_, diesel::result::Error>(events.len())
    })?;
    Ok(erased)
}

/// Whether a learner with this ULN was erased.
pub fn was_erased(connection: &mut AnyConnection, uln: Uln) -> Result<bool, StoreError> {
    let found: Option<String> = on_either!(connection, c => {
        erased_ulns::table.find(uln.as_str()).select(erased_ulns::uln).first(c).optional()
    })?;
    Ok(found.is_some())
}

/// How many audit lines are older than this moment.
pub fn audit_lines(connection: &mut AnyConnection, before: Timestamp) -> Result<usize, StoreError> {
    let lines: i64 = audit::table.filter(audit::at.lt(before)).count().get_result(connection)?;
    Ok(usize::try_from(lines).unwrap_or_default())
}

/// Erases the audit lines that are older than this moment, and returns how many.
pub fn erase_audit(connection: &mut AnyConnection, before: Timestamp) -> Result<usize, StoreError> {
    Ok(diesel::delete(audit::table.filter(audit::at.lt(before))).execute(connection)?)
}
