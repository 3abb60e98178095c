//! What a learner's record says of the person, in parts that belong together.
//!
//! All of it is personal data, so that none of these types has a `Debug`.

use chrono::NaiveDate;

use crate::model::{Postcode, TierLevel, VerificationType};

/// A learner's names.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// Title.
    pub title: Option<String>,
    /// Given name, 1 to 35 characters.
    pub given: String,
    /// Middle or other names.
    pub middle_other: Option<String>,
    /// Family name, 1 to 35 characters.
    pub family: String,
    /// The given name by which the learner is known.
    pub preferred_given: Option<String>,
    /// An earlier family name.
    pub previous_family: Option<String>,
    /// The family name at age 16.
    pub family_at_16: Option<String>,
}

/// When and where a learner was born.
#[derive(Clone, PartialEq, Eq)]
pub struct Birth {
    /// Date of birth.
    pub date: NaiveDate,
    /// Place of birth.
    pub place: Option<String>,
}

/// Where a learner was last known to live.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// First line.
    pub line_1: Option<String>,
    /// Second line.
    pub line_2: Option<String>,
    /// Town.
    pub town: Option<String>,
    /// County or city.
    pub county_or_city: Option<String>,
    /// Postcode.
    pub postcode: Postcode,
    /// The day on which the address was taken down.
    pub captured_on: Option<NaiveDate>,
}

impl Address {
    /// An address of which the postcode alone is known.
    pub const fn at(postcode: Postcode) -> Self {
        Self { line_1: None, line_2: None, town: None, county_or_city: None, postcode, captured_on: None }
    }
}

/// How a learner can be reached.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number (R9 alone).
    pub telephone: Option<String>,
}

/// Numbers that other registers have for a learner.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Identifiers {
    /// Scottish candidate number, nine digits.
    pub scottish_candidate_number: Option<String>,
    /// Unique candidate identifier.
    pub uci: Option<String>,
    /// Unique pupil number.
    pub upn: Option<String>,
}

/// What the learner's identity was verified by.
#[derive(Clone, PartialEq, Eq)]
pub struct Evidence {
    /// How the identity was verified.
    pub verification_type: VerificationType,
    /// What verified the identity; always there when the type is `Other`.
    pub other_description: Option<String>,
}

impl Evidence {
    /// Strength of the verification.
    pub const fn tier_level(&self) -> TierLevel {
        self.verification_type.tier_level()
    }
}
