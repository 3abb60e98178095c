//! Learners for tests.

#![allow(clippy::unwrap_used)]

use chrono::NaiveDate;

use super::{AbilityToShare, Gender, Learner, LearnerStatus, TierLevel, Uln, VerificationType};

/// A synthetic learner with few fields beyond the mandatory ones.
pub(crate) fn learner(uln: Uln) -> Learner {
    let day = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
    Learner {
        id: 1,
        uln,
        version: 1,
        status: LearnerStatus::Active,
        master: None,
        title: None,
        given_name: "Samantha".to_owned(),
        middle_other_name: None,
        family_name: "Okafor".to_owned(),
        preferred_given_name: None,
        previous_family_name: None,
        family_name_at_age_16: None,
        school_at_age_16: None,
        address_line_1: None,
        address_line_2: None,
        address_town: None,
        address_county_or_city: None,
        postcode: "CV49EE".parse().unwrap(),
        date_of_address_capture: None,
        date_of_birth: NaiveDate::from_ymd_opt(2004, 5, 6).unwrap(),
        place_of_birth: None,
        gender: Gender::Female,
        email_address: None,
        nationality: None,
        scottish_candidate_number: None,
        verification_type: VerificationType::NotProvided,
        other_verification_description: None,
        tier_level: TierLevel::Zero,
        ability_to_share: AbilityToShare::Shares,
        notes: None,
        telephone_number: None,
        unique_candidate_identifier: None,
        unique_pupil_number: None,
        registered_by: None,
        created_at: day.into(),
        updated_at: day.into(),
    }
}
