//! What is erased when the time to keep it is over.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};

use super::dialect::on_either;
use super::schema::{
    achievement_steps, audit, audit_erased, cases, challenge_steps, challenges, erased_ulns, event_versions, learners,
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

/// Up to which line a chain can be erased, and how many lines that is. Chain 0 stands for the lines
/// without a chain, which are counted by their id.
#[derive(QueryableByName)]
struct Past {
    #[diesel(sql_type = Integer)]
    chain: i32,
    #[diesel(sql_type = BigInt)]
    through: i64,
    #[diesel(sql_type = BigInt)]
    lines: i64,
}

/// What is older than this moment of each chain. A chain is erased from its start up to the first
/// line that is younger, so that what remains can be verified. It reads the whole trail.
fn past_lines(connection: &mut AnyConnection, before: Timestamp) -> Result<Vec<Past>, StoreError> {
    const QUERY: &str = "\
        WITH past AS (SELECT coalesce(chain, 0) AS chain, \
            coalesce(min(CASE WHEN at >= $1 THEN coalesce(sequence, id) END) - 1, max(coalesce(sequence, id))) AS through \
            FROM audit GROUP BY coalesce(chain, 0)) \
        SELECT past.chain AS chain, past.through AS through, count(*) AS lines \
        FROM past JOIN audit ON coalesce(audit.chain, 0) = past.chain AND coalesce(audit.sequence, audit.id) <= past.through \
        GROUP BY past.chain, past.through";
    Ok(on_either!(connection, c => diesel::sql_query(QUERY).bind::<diesel::sql_types::Timestamp, _>(before).load(c)?))
}

/// How many audit lines [`erase_audit`] would erase.
pub fn audit_lines(connection: &mut AnyConnection, before: Timestamp) -> Result<usize, StoreError> {
    let lines = past_lines(connection, before)?.iter().map(|past| past.lines).sum::<i64>();
    Ok(usize::try_from(lines).unwrap_or_default())
}

/// Erases the audit lines that are older than this moment, of each chain those up to the first that
/// is younger, and returns how many. Where each chain begins from now on is recorded first: the
/// database refuses to delete any other line.
pub fn erase_audit(transaction: &mut Transaction<'_>, before: Timestamp, now: Timestamp) -> Result<usize, StoreError> {
    let past = past_lines(transaction, before)?;
    if past.is_empty() {
        return Ok(0);
    }
    Ok(on_either!(&mut **transaction, c => {
        for Past { chain, through, .. } in past {
            let last = audit::table.filter(audit::chain.eq(chain).and(audit::sequence.eq(through)));
            let hash: Option<Option<Vec<u8>>> = last.select(audit::hash).first(c).optional()?;
            let hash = hash.flatten().unwrap_or_default();
            let (is_erased_to, erased_at) = (audit_erased::through.eq(through), audit_erased::erased_at.eq(now));
            diesel::insert_into(audit_erased::table)
                .values((audit_erased::chain.eq(chain), is_erased_to, audit_erased::hash.eq(&hash), erased_at))
                .on_conflict(audit_erased::chain)
                .do_update()
                .set((is_erased_to, audit_erased::hash.eq(&hash), erased_at))
                .execute(c)?;
        }
        diesel::sql_query(
            "DELETE FROM audit WHERE EXISTS (SELECT 1 FROM audit_erased WHERE audit_erased.chain = coalesce(audit.chain, 0) \
             AND coalesce(audit.sequence, audit.id) <= audit_erased.through)",
        )
        .execute(c)?
    }))
}
