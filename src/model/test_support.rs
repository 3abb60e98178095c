//! Learners for tests.

#![allow(clippy::unwrap_used)]

use chrono::NaiveDate;

use super::{
    AbilityToShare, Address, Birth, Contact, Evidence, Gender, Identifiers, Learner, LearnerStatus, Names, Uln,
    VerificationType,
};

/// A synthetic learner with few fields beyond the mandatory ones.
pub(crate) fn learner(uln: Uln) -> Learner {
    let day = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
    Learner {
        id: 1,
        uln,
        version: 1,
        status: LearnerStatus::Active,
        master: None,
        names: Names { given: "Samantha".to_owned(), family: "Okafor".to_owned(), ..Names::default() },
        birth: Birth { date: NaiveDate::from_ymd_opt(2004, 5, 6).unwrap(), place: None },
        gender: Gender::Female,
        nationality: None,
        school_at_16: None,
        address: Address::at("CV49EE".parse().unwrap()),
        contact: Contact::default(),
        identifiers: Identifiers::default(),
        evidence: Evidence { verification_type: VerificationType::NotProvided, other_description: None },
        ability_to_share: AbilityToShare::Shares,
        notes: None,
        registered_by: None,
        created_at: day.into(),
        updated_at: day.into(),
    }
}
