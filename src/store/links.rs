//! The history of the links between learners.

use diesel::prelude::*;

use diesel::dsl::exists;

use super::dialect::on_either;
use super::schema::{audit, learners, link_changes};
use super::{AnyConnection, StoreError};
use crate::model::{LinkChange, LinkKind, OrgRef, Timestamp, Uln};

#[derive(Queryable, Selectable)]
#[diesel(table_name = link_changes)]
struct Row {
    id: i64,
    changed_at: Timestamp,
    kind: String,
    uln: String,
    master_uln: Option<String>,
    reason: String,
    user_name: String,
    organisation_id: Option<i32>,
    part_of: Option<i64>,
}

impl TryFrom<Row> for LinkChange {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let Row { id, changed_at, kind, uln, master_uln, reason, user_name, organisation_id, part_of } = row;
        let master = master_uln.map(|uln| uln.parse()).transpose();
        Ok(Self {
            id,
            at: changed_at,
            kind: kind.parse().map_err(|_| StoreError::Corrupt("link_changes.kind"))?,
            uln: uln.parse().map_err(|_| StoreError::Corrupt("link_changes.uln"))?,
            master: master.map_err(|_| StoreError::Corrupt("link_changes.master_uln"))?,
            reason: reason.parse().map_err(|_| StoreError::Corrupt("link_changes.reason"))?,
            user_name,
            organisation_id,
            part_of,
        })
    }
}

/// Adds a change and returns its number; the number in it is not used.
pub fn insert(connection: &mut AnyConnection, change: &LinkChange) -> Result<i64, StoreError> {
    Ok(diesel::insert_into(link_changes::table)
        .values((
            link_changes::changed_at.eq(change.at),
            link_changes::kind.eq(change.kind.code()),
            link_changes::uln.eq(change.uln.as_str()),
            link_changes::master_uln.eq(change.master.as_ref().map(Uln::as_str)),
            link_changes::reason.eq(change.reason.as_str()),
            link_changes::user_name.eq(&change.user_name),
            link_changes::organisation_id.eq(change.organisation_id),
            link_changes::part_of.eq(change.part_of),
        ))
        .returning(link_changes::id)
        .get_result(connection)?)
}

/// What was done to these learners, or to others with one of them as their master; the newest
/// first.
pub fn about(connection: &mut AnyConnection, ulns: &[Uln]) -> Result<Vec<LinkChange>, StoreError> {
    let texts = || ulns.iter().map(Uln::as_str);
    let rows = link_changes::table
        .filter(link_changes::uln.eq_any(texts()).or(link_changes::master_uln.eq_any(texts())))
        .order(link_changes::id.desc())
        .select(Row::as_select())
        .load(connection)?;
    rows.into_iter().map(LinkChange::try_from).collect()
}

/// Which changes are reported to an organisation.
#[derive(Debug, Clone, Copy)]
pub struct ReportFilter {
    /// From this moment (UTC).
    pub from: Timestamp,
    /// Before this one.
    pub before: Timestamp,
    /// Only these.
    pub kinds: &'static [LinkKind],
    /// Learners whom the organisation with this reference registered ...
    pub registered_by: OrgRef,
    /// ... or whose learning record was shown to the organisation with this internal number.
    pub shown_to: i32,
    /// At most so many.
    pub limit: i64,
}

/// The changes that the filter finds, the first first.
pub fn known_to(connection: &mut AnyConnection, filter: &ReportFilter) -> Result<Vec<LinkChange>, StoreError> {
    let rows: Vec<Row> = on_either!(connection, c => {
        let registered = learners::table
            .filter(link_changes::uln.eq(learners::uln).or(link_changes::master_uln.eq(learners::uln.nullable())))
            .filter(learners::registered_by.eq(filter.registered_by.as_str()));
        let shown = audit::table
            .filter(audit::record_shown)
            .filter(audit::uln.eq(link_changes::uln.nullable()).or(audit::uln.eq(link_changes::master_uln)))
            .filter(audit::organisation_id.eq(filter.shown_to));
        link_changes::table
            .filter(link_changes::changed_at.ge(filter.from).and(link_changes::changed_at.lt(filter.before)))
            .filter(link_changes::kind.eq_any(filter.kinds.iter().map(|kind| kind.code())))
            .filter(exists(registered).or(exists(shown)))
            .order(link_changes::id)
            .limit(filter.limit)
            .select(Row::as_select())
            .load(c)
    })?;
    rows.into_iter().map(LinkChange::try_from).collect()
}

/// The last change that was made to this learner, not as part of another.
pub fn last_own(connection: &mut AnyConnection, uln: Uln) -> Result<Option<LinkChange>, StoreError> {
    let row = link_changes::table
        .filter(link_changes::uln.eq(uln.as_str()).and(link_changes::part_of.is_null()))
        .order(link_changes::id.desc())
        .select(Row::as_select())
        .first(connection)
        .optional()?;
    row.map(LinkChange::try_from).transpose()
}

/// The changes that were part of this one.
pub fn parts_of(connection: &mut AnyConnection, id: i64) -> Result<Vec<LinkChange>, StoreError> {
    let rows = link_changes::table
        .filter(link_changes::part_of.eq(id))
        .order(link_changes::id)
        .select(Row::as_select())
        .load(connection)?;
    rows.into_iter().map(LinkChange::try_from).collect()
}
