//! The columns used in searches.

use diesel::prelude::*;

use crate::model::SearchKeys;
use crate::store::schema::learners;

/// The search keys as read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = learners)]
pub(in crate::store::learners) struct KeyColumns {
    given_key: String,
    preferred_given_key: Option<String>,
    family_key: String,
    previous_family_key: Option<String>,
    family_at_16_key: Option<String>,
    postcode_key: String,
    outward: String,
    given_phonetic: String,
    family_phonetic: String,
}

impl From<KeyColumns> for SearchKeys {
    fn from(row: KeyColumns) -> Self {
        Self {
            given: row.given_key,
            preferred_given: row.preferred_given_key,
            family: row.family_key,
            previous_family: row.previous_family_key,
            family_at_16: row.family_at_16_key,
            postcode: row.postcode_key,
            outward: row.outward,
            given_phonetic: row.given_phonetic,
            family_phonetic: row.family_phonetic,
        }
    }
}
