//! Recent searches, for the rule that a find precedes a registration: the last search of an
//! organisation for the same details.

use diesel::prelude::*;

use super::dialect::on_either;
use super::schema::recent_searches;
use super::{AnyConnection, StoreError};
use crate::model::Timestamp;

/// A search by demographics.
#[derive(Clone, Insertable, AsChangeset)]
#[diesel(table_name = recent_searches)]
pub struct RecentSearch {
    /// The organisation that searched.
    pub organisation_id: i32,
    /// A hash of the details searched for.
    pub details: String,
    /// When (UTC).
    pub at: Timestamp,
    /// The response code.
    pub outcome: String,
}

/// Stores the search, replacing an earlier one for the same details.
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

/// When the organisation last searched for these details, and with which outcome.
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

/// Deletes searches from before this time.
pub fn forget_before(connection: &mut AnyConnection, moment: Timestamp) -> Result<usize, StoreError> {
    Ok(diesel::delete(recent_searches::table.filter(recent_searches::at.lt(moment))).execute(connection)?)
}
