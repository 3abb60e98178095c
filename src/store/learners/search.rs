//! The probes of a search: each uses one index and reads a bounded number of rows.

use chrono::NaiveDate;
use diesel::prelude::*;

#[cfg(feature = "sqlite")]
use super::born::BornOnOneOf;
use super::row::{KeyColumns, value};
use crate::model::{Candidate, LearnerStatus};
use crate::store::dialect::on_either;
use crate::store::schema::learners;
use crate::store::{AnyConnection, StoreError};

#[derive(Queryable, Selectable)]
#[diesel(table_name = learners)]
struct CandidateRow {
    uln: String,
    master_uln: Option<String>,
    #[diesel(embed)]
    keys: KeyColumns,
    date_of_birth: NaiveDate,
    gender: String,
    school_at_age_16: Option<String>,
    place_of_birth: Option<String>,
    email_address: Option<String>,
}

impl TryFrom<CandidateRow> for Candidate {
    type Error = StoreError;

    fn try_from(row: CandidateRow) -> Result<Self, StoreError> {
        Ok(Self {
            uln: value(&row.uln, "learners.uln")?,
            master: row.master_uln.map(|text| value(&text, "learners.master_uln")).transpose()?,
            keys: row.keys.into(),
            date_of_birth: row.date_of_birth,
            gender: value(&row.gender, "learners.gender")?,
            school_at_16: row.school_at_age_16,
            place_of_birth: row.place_of_birth,
            email: row.email_address,
        })
    }
}

/// All candidates: every learner except deleted ones.
macro_rules! candidates {
    () => {
        learners::table.filter(learners::status.ne(LearnerStatus::Deleted.code())).select(CandidateRow::as_select())
    };
}

fn read(rows: Vec<CandidateRow>) -> Result<Vec<Candidate>, StoreError> {
    rows.into_iter().map(Candidate::try_from).collect()
}

/// The candidates with this date of birth, exact and phonetic family name, and postcode.
pub fn born_and_named(
    connection: &mut AnyConnection,
    date_of_birth: NaiveDate,
    family_phonetic: &str,
    family_key: &str,
    postcode_key: &str,
    limit: i64,
) -> Result<Vec<Candidate>, StoreError> {
    read(on_either!(connection, c => {
        candidates!()
            .filter(learners::date_of_birth.eq(date_of_birth))
            .filter(learners::family_phonetic.eq(family_phonetic))
            .filter(learners::family_key.eq(family_key))
            .filter(learners::postcode_key.eq(postcode_key))
            .limit(limit)
            .load(c)
    })?)
}

/// At most `limit` candidates with this postcode.
pub fn living_at(connection: &mut AnyConnection, postcode_key: &str, limit: i64) -> Result<Vec<Candidate>, StoreError> {
    read(on_either!(connection, c => {
        candidates!().filter(learners::postcode_key.eq(postcode_key)).limit(limit).load(c)
    })?)
}

/// The conditions for candidates: one of the dates of birth, and every key given.
#[derive(Clone, Copy, Default)]
pub struct Conditions<'a> {
    /// Any of these dates of birth.
    pub dates: &'a [NaiveDate],
    /// The phonetic key of the family name.
    pub family_phonetic: Option<&'a str>,
    /// The phonetic key of the given name.
    pub given_phonetic: Option<&'a str>,
    /// The outward code of the postcode.
    pub outward: Option<&'a str>,
}

macro_rules! candidates_born {
    ($born:expr, $conditions:expr, $limit:expr) => {{
        let mut query = candidates!().filter($born).limit($limit).into_boxed();
        if let Some(sound) = $conditions.family_phonetic {
            query = query.filter(learners::family_phonetic.eq(sound));
        }
        if let Some(sound) = $conditions.given_phonetic {
            query = query.filter(learners::given_phonetic.eq(sound));
        }
        if let Some(outward) = $conditions.outward {
            query = query.filter(learners::outward.eq(outward));
        }
        query
    }};
}

/// At most `limit` candidates who satisfy the conditions.
pub fn meeting(
    connection: &mut AnyConnection,
    conditions: Conditions<'_>,
    limit: i64,
) -> Result<Vec<Candidate>, StoreError> {
    read(match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => candidates_born!(BornOnOneOf::dates(conditions.dates), conditions, limit).load(c),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            candidates_born!(learners::date_of_birth.eq_any(conditions.dates), conditions, limit).load(c)
        }
    }?)
}
