//! The register of learners: one indexed probe for each question that the rules ask.

mod bulk;
mod memory;
mod row;

use chrono::NaiveDate;
use diesel::prelude::*;

pub use bulk::{begin_bulk, end_bulk, insert_many, make_search_indexes, mark_masters};
pub(super) use memory::{Changed, LearnerMemory};
use row::{Columns, Row};
pub use row::{KeyColumns, Stored};

use super::dialect::on_either;
use super::schema::learners;
use super::{AnyConnection, StoreError};
use crate::model::{Gender, Learner, LearnerStatus, Uln};

/// The learner of a number, whatever the record's status. This is the statement of the hot path.
pub fn by_uln(connection: &mut AnyConnection, uln: Uln) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> = on_either!(connection, c => {
        learners::table.filter(learners::uln.eq(uln.as_str())).select(Row::as_select()).get_result(c).optional()
    })?;
    row.map(Stored::try_from).transpose()
}

/// The learners of several numbers; those that are not there are left out. On SQLite one by one, by a statement that stays prepared: to
/// prepare one for many takes longer than to run it.
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

/// The numbers that were merged into any of these, with their masters, by number.
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

/// What a search reads of a learner.
pub struct CandidateRow {
    /// The learner's number.
    pub uln: Uln,
    /// The master when the learner was merged.
    pub master: Option<Uln>,
    /// The stored search keys.
    pub keys: KeyColumns,
    /// Date of birth.
    pub date_of_birth: NaiveDate,
    /// Gender.
    pub gender: Gender,
    /// School at age 16.
    pub school_at_age_16: Option<String>,
    /// Place of birth.
    pub place_of_birth: Option<String>,
    /// E-mail address.
    pub email_address: Option<String>,
}

type CandidateTuple =
    (String, Option<String>, KeyColumns, NaiveDate, String, Option<String>, Option<String>, Option<String>);

impl TryFrom<CandidateTuple> for CandidateRow {
    type Error = StoreError;

    fn try_from(row: CandidateTuple) -> Result<Self, StoreError> {
        let (uln, master, keys, date_of_birth, gender, school_at_age_16, place_of_birth, email_address) = row;
        let master = master.map(|text| text.parse()).transpose();
        Ok(Self {
            uln: uln.parse().map_err(|_| StoreError::Corrupt("learners.uln"))?,
            master: master.map_err(|_| StoreError::Corrupt("learners.master_uln"))?,
            keys,
            date_of_birth,
            gender: gender.parse().map_err(|_| StoreError::Corrupt("learners.gender"))?,
            school_at_age_16,
            place_of_birth,
            email_address,
        })
    }
}

macro_rules! candidate_columns {
    () => {
        (
            learners::uln,
            learners::master_uln,
            KeyColumns::as_select(),
            learners::date_of_birth,
            learners::gender,
            learners::school_at_age_16,
            learners::place_of_birth,
            learners::email_address,
        )
    };
}

/// The learners, deleted ones left out, who were born on a day, whose family name sounds and is so, and who live there.
pub fn born_and_named(
    connection: &mut AnyConnection,
    date_of_birth: NaiveDate,
    family_phonetic: &str,
    family_key: &str,
    postcode_key: &str,
    limit: i64,
) -> Result<Vec<CandidateRow>, StoreError> {
    let rows: Vec<CandidateTuple> = on_either!(connection, c => {
        learners::table
            .filter(learners::date_of_birth.eq(date_of_birth))
            .filter(learners::family_phonetic.eq(family_phonetic))
            .filter(learners::family_key.eq(family_key))
            .filter(learners::postcode_key.eq(postcode_key))
            .filter(learners::status.ne(LearnerStatus::Deleted.code()))
            .limit(limit)
            .select(candidate_columns!())
            .load(c)
    })?;
    rows.into_iter().map(CandidateRow::try_from).collect()
}

/// The learners, deleted ones left out, who live at a postcode; no more than `limit`.
pub fn living_at(
    connection: &mut AnyConnection,
    postcode_key: &str,
    limit: i64,
) -> Result<Vec<CandidateRow>, StoreError> {
    let rows: Vec<CandidateTuple> = on_either!(connection, c => {
        learners::table
            .filter(learners::postcode_key.eq(postcode_key))
            .filter(learners::status.ne(LearnerStatus::Deleted.code()))
            .limit(limit)
            .select(candidate_columns!())
            .load(c)
    })?;
    rows.into_iter().map(CandidateRow::try_from).collect()
}

/// What candidates of a search must have: one of the dates of birth, and every key that is given.
#[derive(Clone, Copy, Default)]
pub struct Conditions<'a> {
    /// Any of these dates of birth.
    pub dates: &'a [NaiveDate],
    /// The sound of the family name.
    pub family_phonetic: Option<&'a str>,
    /// The sound of the given name.
    pub given_phonetic: Option<&'a str>,
    /// The outward part of the postcode.
    pub outward: Option<&'a str>,
}

/// The learners, deleted ones left out, who meet the conditions; no more than `limit`.
pub fn meeting(
    connection: &mut AnyConnection,
    conditions: Conditions<'_>,
    limit: i64,
) -> Result<Vec<CandidateRow>, StoreError> {
    let rows: Vec<CandidateTuple> = on_either!(connection, c => {
        let mut query = learners::table
            .filter(learners::date_of_birth.eq_any(conditions.dates))
            .filter(learners::status.ne(LearnerStatus::Deleted.code()))
            .limit(limit)
            .select(candidate_columns!())
            .into_boxed();
        if let Some(sound) = conditions.family_phonetic {
            query = query.filter(learners::family_phonetic.eq(sound));
        }
        if let Some(sound) = conditions.given_phonetic {
            query = query.filter(learners::given_phonetic.eq(sound));
        }
        if let Some(outward) = conditions.outward {
            query = query.filter(learners::outward.eq(outward));
        }
        query.load(c)
    })?;
    rows.into_iter().map(CandidateRow::try_from).collect()
}

/// Adds a learner; `false` when the number is taken.
pub fn insert(connection: &mut AnyConnection, learner: &Learner, keys: &KeyColumns) -> Result<bool, StoreError> {
    let added = on_either!(connection, c => {
        diesel::insert_into(learners::table)
            .values(Columns::of(learner, false, keys))
            .on_conflict_do_nothing()
            .execute(c)
    })?;
    Ok(added == 1)
}

/// Replaces a record if it still has the version that was read; `false` when somebody else was first.
pub fn replace(
    connection: &mut AnyConnection,
    changed: &Stored,
    keys: &KeyColumns,
    version_read: i32,
) -> Result<bool, StoreError> {
    let Stored { learner, has_linked } = changed;
    Changed::note(learner.uln);
    let rows = diesel::update(learners::table.find(learner.id))
        .filter(learners::version.eq(version_read))
        .set(Columns::of(learner, *has_linked, keys))
        .execute(connection)?;
    Ok(rows == 1)
}

/// The number of learners, whatever their status.
pub fn count(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    Ok(learners::table.count().get_result(connection)?)
}
