//! A learner's record as the register holds it.

use std::fmt;

use chrono::NaiveDate;

use super::{AbilityToShare, Gender, LearnerStatus, OrgRef, Postcode, TierLevel, Timestamp, Uln, VerificationType};

/// One learner. Text is kept as it was given, trailing spaces and letter case included (rules.md 2.4); `None` is an absent member.
///
/// Everything but the internal numbers is personal data, so that `Debug` shows only those.
#[derive(Clone, PartialEq, Eq)]
pub struct Learner {
    /// Internal number of the row; 0 before it is stored.
    pub id: i64,
    /// The learner's number.
    pub uln: Uln,
    /// Number of the version that an update must name; 1 at registration.
    pub version: i32,
    /// State of the record.
    pub status: LearnerStatus,
    /// The master into which this record was merged; set exactly when `status` is `Merged`.
    pub master: Option<Uln>,
    /// Title.
    pub title: Option<String>,
    /// Given name, 1 to 35 characters.
    pub given_name: String,
    /// Middle or other names.
    pub middle_other_name: Option<String>,
    /// Family name, 1 to 35 characters.
    pub family_name: String,
    /// The given name by which the learner is known.
    pub preferred_given_name: Option<String>,
    /// An earlier family name.
    pub previous_family_name: Option<String>,
    /// The family name at age 16.
    pub family_name_at_age_16: Option<String>,
    /// The school at age 16.
    pub school_at_age_16: Option<String>,
    /// First line of the last known address.
    pub address_line_1: Option<String>,
    /// Second line of the last known address.
    pub address_line_2: Option<String>,
    /// Town of the last known address.
    pub address_town: Option<String>,
    /// County or city of the last known address.
    pub address_county_or_city: Option<String>,
    /// Last known postcode.
    pub postcode: Postcode,
    /// The day on which the address was taken down.
    pub date_of_address_capture: Option<NaiveDate>,
    /// Date of birth.
    pub date_of_birth: NaiveDate,
    /// Place of birth.
    pub place_of_birth: Option<String>,
    /// Gender.
    pub gender: Gender,
    /// E-mail address.
    pub email_address: Option<String>,
    /// Nationality, up to three characters.
    pub nationality: Option<String>,
    /// Scottish candidate number, nine digits.
    pub scottish_candidate_number: Option<String>,
    /// How the identity was verified.
    pub verification_type: VerificationType,
    /// What verified the identity when the type is `Other`.
    pub other_verification_description: Option<String>,
    /// Strength of the verification, derived from its type.
    pub tier_level: TierLevel,
    /// Whether data are shared.
    pub ability_to_share: AbilityToShare,
    /// Free notes, up to 4,000 characters.
    pub notes: Option<String>,
    /// Telephone number (R9 alone).
    pub telephone_number: Option<String>,
    /// Unique candidate identifier.
    pub unique_candidate_identifier: Option<String>,
    /// Unique pupil number.
    pub unique_pupil_number: Option<String>,
    /// The organisation that registered the learner.
    pub registered_by: Option<OrgRef>,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When the record last changed.
    pub updated_at: Timestamp,
}

impl fmt::Debug for Learner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Learner")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
