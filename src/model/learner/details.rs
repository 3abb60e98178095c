//! The parts of a learner's personal details.
//!
//! All of it is personal data, so none of these types implements `Debug`.

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

/// A learner's date and place of birth.
#[derive(Clone, PartialEq, Eq)]
pub struct Birth {
    /// Date of birth.
    pub date: NaiveDate,
    /// Place of birth.
    pub place: Option<String>,
}

/// A learner's last known address.
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
    /// When the address was recorded.
    pub captured_on: Option<NaiveDate>,
}

impl Address {
    /// An address with nothing but a postcode.
    pub const fn at(postcode: Postcode) -> Self {
        Self { line_1: None, line_2: None, town: None, county_or_city: None, postcode, captured_on: None }
    }
}

/// How a learner can be reached.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number (R9 only).
    pub telephone: Option<String>,
}

/// A learner's identifiers in other registers.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Identifiers {
    /// Scottish candidate number, nine digits.
    pub scottish_candidate_number: Option<String>,
    /// Unique candidate identifier.
    pub uci: Option<String>,
    /// Unique pupil number.
    pub upn: Option<String>,
}

/// The evidence of a learner's identity.
#[derive(Clone, PartialEq, Eq)]
pub struct Evidence {
    /// How the identity was verified.
    pub verification_type: VerificationType,
    /// What verified the identity; always present if the type is `Other`.
    pub other_description: Option<String>,
}

impl Evidence {
    /// Strength of the verification.
    pub const fn tier_level(&self) -> TierLevel {
        self.verification_type.tier_level()
    }
}
