//! The recent searches, for the rule that a find precedes a registration: the last search of an organisation for the same details.

use diesel::prelude::*;

use super::dialect::on_either;
use super::schema::recent_searches;
use super::{AnyConnection, StoreError};
use crate::model::Timestamp;

/// A search by demographics.
#[derive(Clone, Insertable, AsChangeset)]
#[diesel(table_name = recent_searches)]
pub struct RecentSearch {
    /// Who searched.
    pub organisation_id: i32,
    /// A hash of what was searched for.
    pub details: String,
    /// When (UTC).
    pub at: Timestamp,
    /// The response code.
    pub outcome: String,
}

/// Keeps the search instead of an earlier one of the same details.
pub(super) fn remember(connection: &mut AnyConnection, search: &RecentSearch) -> Result<(), StoreError> {
    on_either!(connection, c => {
        diesel::insert_into(recent_searches::table)
            .values(search)
            .on_conflict((recent_searches::organisation_id, recent_searches::details))
            .do_update()
            .set(search)
            .execute(c)?;
    });
    Ok(())
}

/// When the organisation last searched for these details, and how that ended.
pub fn latest(
    connection: &mut AnyConnection,
    organisation_id: i32,
    details: &str,
) -> Result<Option<(Timestamp, String)>, StoreError> {
    Ok(recent_searches::table
        .find((organisation_id, details))
        .select((recent_searches::at, recent_searches::outcome))
        .get_result(connection)
        .optional()?)
}

/// Forgets searches from before a moment.
pub fn forget_before(connection: &mut AnyConnection, moment: Timestamp) -> Result<usize, StoreError> {
    Ok(diesel::delete(recent_searches::table.filter(recent_searches::at.lt(moment))).execute(connection)?)
}
