//! How a learner's record becomes a row, and a row a record.

mod read;
mod write;

use diesel::prelude::*;

pub(super) use self::read::Row;
pub(super) use self::write::Columns;
use crate::model::Learner;
use crate::store::schema::learners;

/// A learner as stored.
#[derive(Clone)]
pub struct Stored {
    /// The record.
    pub learner: Learner,
    /// Whether other numbers were merged into this one.
    pub has_linked: bool,
}

/// The search keys that are stored with a learner; the rules make them.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = learners)]
#[expect(missing_docs, reason = "the rules that make the keys say what each is")]
pub struct KeyColumns {
    pub given_key: String,
    pub preferred_given_key: Option<String>,
    pub family_key: String,
    pub previous_family_key: Option<String>,
    pub family_at_16_key: Option<String>,
    pub postcode_key: String,
    pub outward: String,
    pub given_phonetic: String,
    pub family_phonetic: String,
}
