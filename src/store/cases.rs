//! Cases of the service desk.

use diesel::prelude::*;

use super::schema::cases;
use super::{AnyConnection, StoreError};
use crate::model::{Case, Outage, Reason, Rectified, Timestamp};

#[derive(Queryable, Selectable)]
#[diesel(table_name = cases)]
struct Row {
    number: i32,
    kind: String,
    category: String,
    summary: String,
    logged_at: Timestamp,
    logged_by: String,
    organisation_id: Option<i32>,
    rectified_at: Option<Timestamp>,
    rectified_by: Option<String>,
    advice: Option<String>,
    outage_began_at: Option<Timestamp>,
    outage_words: Option<String>,
}

impl TryFrom<Row> for Case {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let reason = |text: Option<String>, column| -> Result<Option<Reason>, StoreError> {
            text.map(|text| text.parse().map_err(|_| StoreError::Corrupt(column))).transpose()
        };
        let advice = reason(row.advice, "cases.advice")?;
        let words = reason(row.outage_words, "cases.outage_words")?;
        let rectified = row.rectified_at.zip(advice);
        Ok(Self {
            number: row.number,
            kind: row.kind.parse().map_err(|_| StoreError::Corrupt("cases.kind"))?,
            category: row.category.parse().map_err(|_| StoreError::Corrupt("cases.category"))?,
            summary: row.summary.parse().map_err(|_| StoreError::Corrupt("cases.summary"))?,
            logged_at: row.logged_at,
            logged_by: row.logged_by,
            organisation_id: row.organisation_id,
            rectified: rectified.map(|(at, advice)| Rectified { at, by: row.rectified_by.unwrap_or_default(), advice }),
            outage: row.outage_began_at.zip(words).map(|(began_at, words)| Outage { began_at, words }),
        })
    }
}

/// Adds an open case and returns its number; the number in it is not used.
pub fn insert(connection: &mut AnyConnection, case: &Case) -> Result<i32, StoreError> {
    let outage = case.outage.as_ref();
    Ok(diesel::insert_into(cases::table)
        .values((
            cases::kind.eq(case.kind.code()),
            cases::category.eq(case.category.code()),
            cases::summary.eq(case.summary.as_str()),
            cases::logged_at.eq(case.logged_at),
            cases::logged_by.eq(&case.logged_by),
            cases::organisation_id.eq(case.organisation_id),
            cases::outage_began_at.eq(outage.map(|outage| outage.began_at)),
            cases::outage_words.eq(outage.map(|outage| outage.words.as_str())),
        ))
        .returning(cases::number)
        .get_result(connection)?)
}

/// The case with this number.
pub fn find(connection: &mut AnyConnection, number: i32) -> Result<Option<Case>, StoreError> {
    let row = cases::table.find(number).select(Row::as_select()).first(connection).optional()?;
    row.map(Case::try_from).transpose()
}

/// Rectifies an open case; `false` if no open case has this number.
pub fn rectify(connection: &mut AnyConnection, number: i32, how: &Rectified) -> Result<bool, StoreError> {
    let changed = diesel::update(cases::table.find(number))
        .filter(cases::rectified_at.is_null())
        .set((cases::rectified_at.eq(how.at), cases::rectified_by.eq(&how.by), cases::advice.eq(how.advice.as_str())))
        .execute(connection)?;
    Ok(changed == 1)
}

/// All open cases, the oldest first.
pub fn open(connection: &mut AnyConnection) -> Result<Vec<Case>, StoreError> {
    let rows = cases::table
        .filter(cases::rectified_at.is_null())
        .order((cases::logged_at, cases::number))
        .select(Row::as_select())
        .load(connection)?;
    rows.into_iter().map(Case::try_from).collect()
}

/// The rectified cases with a number below this one, the newest first.
pub fn rectified(connection: &mut AnyConnection, below: i32, limit: i64) -> Result<Vec<Case>, StoreError> {
    let rows = cases::table
        .filter(cases::rectified_at.is_not_null().and(cases::number.lt(below)))
        .order(cases::number.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(connection)?;
    rows.into_iter().map(Case::try_from).collect()
}

/// The cases that were logged in a period, excluding its end.
pub fn logged(connection: &mut AnyConnection, from: Timestamp, until: Timestamp) -> Result<Vec<Case>, StoreError> {
    let rows = cases::table
        .filter(cases::logged_at.ge(from).and(cases::logged_at.lt(until)))
        .order(cases::number)
        .select(Row::as_select())
        .load(connection)?;
    rows.into_iter().map(Case::try_from).collect()
}

/// The outages in a period, excluding its end; the oldest first.
pub fn outages(connection: &mut AnyConnection, from: Timestamp, until: Timestamp) -> Result<Vec<Case>, StoreError> {
    let rows = cases::table
        .filter(cases::outage_began_at.lt(until))
        .filter(cases::rectified_at.is_null().or(cases::rectified_at.gt(from)))
        .order((cases::outage_began_at, cases::number))
        .select(Row::as_select())
        .load(connection)?;
    rows.into_iter().map(Case::try_from).collect()
}
