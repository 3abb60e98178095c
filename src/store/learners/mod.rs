//! The register of learners: one indexed lookup for each question that the rules ask.

#[cfg(feature = "sqlite")]
mod born;
mod bulk;
mod memory;
mod row;
mod search;

use diesel::prelude::*;

pub use bulk::{begin_bulk, end_bulk, insert_many, make_search_indexes, mark_masters};
pub(super) use memory::{FRESH, LearnerMemory};
pub use row::Stored;
use row::{Columns, Row};
pub use search::{Conditions, born_and_named, living_at, meeting};

use super::dialect::on_either;
use super::schema::learners;
use super::{AnyConnection, StoreError, Transaction};
use crate::model::{Learner, SearchKeys, Uln};

/// The learner with this ULN, whatever the status. The statement of the hot path.
pub fn by_uln(connection: &mut AnyConnection, uln: Uln) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> = on_either!(connection, c => {
        learners::table.filter(learners::uln.eq(uln.as_str())).select(Row::as_select()).get_result(c).optional()
    })?;
    row.map(Stored::try_from).transpose()
}

/// The learners with these ULNs; unknown ones are skipped. On SQLite one query each, because that
/// statement stays prepared; preparing one for many takes longer than running it.
pub fn by_ulns(connection: &mut AnyConnection, ulns: &[Uln]) -> Result<Vec<Stored>, StoreError> {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(_) => ulns.iter().filter_map(|uln| by_uln(connection, *uln).transpose()).collect(),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let rows: Vec<Row> = learners::table
                .filter(learners::uln.eq_any(ulns.iter().map(Uln::as_str)))
                .select(Row::as_select())
                .load(c)?;
            rows.into_iter().map(Stored::try_from).collect()
        }
    }
}

/// The ULNs merged into any of these, with their masters, by number.
pub fn linked_to(connection: &mut AnyConnection, masters: &[Uln]) -> Result<Vec<(Uln, Uln)>, StoreError> {
    let rows: Vec<(String, Option<String>)> = on_either!(connection, c => {
        learners::table
            .filter(learners::master_uln.eq_any(masters.iter().map(Uln::as_str)))
            .order(learners::uln)
            .select((learners::uln, learners::master_uln))
            .load(c)
    })?;
    rows.into_iter()
        .map(|(uln, master)| {
            let uln = uln.parse().map_err(|_| StoreError::Corrupt("learners.uln"))?;
            let master = master.and_then(|text| text.parse().ok()).ok_or(StoreError::Corrupt("learners.master_uln"))?;
            Ok((uln, master))
        })
        .collect()
}

/// Adds a learner; `false` if the ULN is taken.
pub fn insert(transaction: &mut Transaction<'_>, learner: &Learner, keys: &SearchKeys) -> Result<bool, StoreError> {
    let added = on_either!(&mut **transaction, c => {
        diesel::insert_into(learners::table)
            .values(Columns::of(learner, false, keys))
            .on_conflict_do_nothing()
            .execute(c)
    })?;
    Ok(added == 1)
}

/// Replaces a learner if the stored version is still the one that was read; `false` if not. The ULN
/// leads to one partition, where there are several.
pub fn replace(
    transaction: &mut Transaction<'_>,
    changed: &Stored,
    keys: &SearchKeys,
    version_read: i32,
) -> Result<bool, StoreError> {
    let Stored { learner, has_linked } = changed;
    transaction.changes(learner.uln);
    let rows = diesel::update(learners::table.find(learner.id))
        .filter(learners::uln.eq(learner.uln.as_str()))
        .filter(learners::version.eq(version_read))
        .set(Columns::of(learner, *has_linked, keys))
        .execute(&mut **transaction)?;
    Ok(rows == 1)
}

/// The number of learners of any status.
pub fn count(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    Ok(learners::table.count().get_result(connection)?)
}
