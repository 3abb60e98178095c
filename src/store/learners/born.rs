//! A condition of searches on SQLite with which their statements stay prepared.

use chrono::NaiveDate;
use diesel::expression::{AppearsOnTable, ValidGrouping};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Bool, Text};
use diesel::sqlite::Sqlite;

use crate::store::schema::learners;

/// Any of the dates of birth: diesel prepares a statement with `eq_any` every time, which can take
/// longer than running it. With one value for all dates it stays prepared.
#[derive(QueryId, ValidGrouping)]
pub(super) struct BornOnOneOf {
    /// A JSON array of texts.
    dates: String,
}

impl BornOnOneOf {
    pub(super) fn dates(dates: &[NaiveDate]) -> Self {
        let dates: Vec<_> = dates.iter().map(|date| format!("\"{date}\"")).collect();
        Self { dates: format!("[{}]", dates.join(",")) }
    }
}

impl Expression for BornOnOneOf {
    type SqlType = Bool;
}

impl AppearsOnTable<learners::table> for BornOnOneOf {}

impl QueryFragment<Sqlite> for BornOnOneOf {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        learners::date_of_birth.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, _>(&self.dates)?;
        out.push_sql("))");
        Ok(())
    }
}
