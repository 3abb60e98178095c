//! A search in the form used for comparing: its details, normalised.

use chrono::NaiveDate;

use super::super::names::{given_phonetic, normalise, normalise_optional, normalise_place, phonetic};
use crate::model::{Gender, Postcode};

/// A search by demographics, normalised.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct Query {
    pub(super) given: String,
    pub(super) family: String,
    pub(super) given_phonetic: String,
    pub(super) family_phonetic: String,
    pub(super) date_of_birth: NaiveDate,
    pub(super) gender: Gender,
    pub(super) postcode: String,
    pub(super) outward: String,
    pub(super) previous_family: Option<String>,
    pub(super) school_at_16: Option<String>,
    pub(super) place_of_birth: Option<String>,
    pub(super) email: Option<String>,
    pub(super) likeness: bool,
}

/// The outward code of postcodes that stand for no fixed abode, abroad, or not known.
pub(super) const NO_PLACE: &str = "ZZ99";

impl Query {
    /// A search by the five mandatory demographics.
    pub fn new(given: &str, family: &str, date_of_birth: NaiveDate, gender: Gender, postcode: &Postcode) -> Self {
        let (given, family) = (normalise(given), normalise(family));
        Self {
            given_phonetic: given_phonetic(&given),
            family_phonetic: phonetic(&family),
            given,
            family,
            date_of_birth,
            gender,
            postcode: postcode.key(),
            outward: postcode.outward().to_owned(),
            previous_family: None,
            school_at_16: None,
            place_of_birth: None,
            email: None,
            likeness: false,
        }
    }

    /// Adds the optional refiners; blank ones count as absent.
    pub fn refined(
        mut self,
        previous_family: Option<&str>,
        school_at_16: Option<&str>,
        place_of_birth: Option<&str>,
        email: Option<&str>,
    ) -> Self {
        self.previous_family = normalise_optional(previous_family);
        self.school_at_16 = normalise_place(school_at_16);
        self.place_of_birth = normalise_place(place_of_birth);
        self.email = email.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        self
    }

    /// Excludes candidates whose given name has no similarity at all: in a batch, twins in
    /// consecutive rows are two learners.
    pub fn demanding_likeness(mut self) -> Self {
        self.likeness = true;
        self
    }

    /// Whether the postcode says where the learner lives.
    pub(super) fn has_place(&self) -> bool {
        self.outward != NO_PLACE
    }
}
