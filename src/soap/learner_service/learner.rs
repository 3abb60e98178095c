//! Learners on their way between the messages of LearnerService and the domain.

use std::borrow::Cow;

use crate::contract::learner_service::{
    Learner, LearnerArrayOfString, LearnerToRegister, LearnerToUpdate, MIAPRetrievedULN,
};
use crate::domain::{FindType, Found, FoundLearner, LearnerChange, NewLearner, RetrievedUln};
use crate::model;
use crate::model::{Address, Names, london_day};

pub(super) fn some<'a>(text: &'static str) -> Option<Cow<'a, str>> {
    Some(Cow::Borrowed(text))
}

/// With CHK there is the code alone (rules.md 2.4, our choice).
pub(super) fn learners<'a>(find_type: FindType, found: Found) -> Vec<Learner<'a>> {
    match (find_type, found) {
        (FindType::Check, _) | (FindType::Full, Found::None | Found::TooMany) => Vec::new(),
        (FindType::Full, Found::Exact(one) | Found::MasterSubstituted(one)) => vec![learner(*one)],
        (FindType::Full, Found::Possible(several)) => several.into_iter().map(learner).collect(),
    }
}

fn owned<'a>(text: impl ToString) -> Option<Cow<'a, str>> {
    Some(Cow::Owned(text.to_string()))
}

/// The element as captured: absent what there is not, but `LinkedULNs` and `Notes` always (rules.md 2.4).
fn learner<'a>(found: FoundLearner) -> Learner<'a> {
    let FoundLearner { learner, linked_ulns, substituted } = found;
    let Names { title, given, middle_other, family, preferred_given, previous_family, family_at_16 } = learner.names;
    let Address { line_1, line_2, town, county_or_city, postcode, captured_on } = learner.address;
    Learner {
        created_date: owned(london_day(learner.created_at)),
        last_updated_date: owned(london_day(learner.updated_at)),
        uln: owned(learner.uln),
        master_substituted: substituted.then_some(Cow::Borrowed("Y")),
        title: title.map(Cow::Owned),
        given_name: Some(Cow::Owned(given)),
        middle_other_name: middle_other.map(Cow::Owned),
        family_name: Some(Cow::Owned(family)),
        preferred_given_name: preferred_given.map(Cow::Owned),
        previous_family_name: previous_family.map(Cow::Owned),
        family_name_at_age16: family_at_16.map(Cow::Owned),
        school_at_age16: learner.school_at_16.map(Cow::Owned),
        last_known_address_line1: line_1.map(Cow::Owned),
        last_known_address_line2: line_2.map(Cow::Owned),
        last_known_address_town: town.map(Cow::Owned),
        last_known_address_county_or_city: county_or_city.map(Cow::Owned),
        last_known_post_code: owned(postcode),
        date_of_address_capture: captured_on.and_then(owned),
        date_of_birth: owned(learner.birth.date),
        place_of_birth: learner.birth.place.map(Cow::Owned),
        gender: some(learner.gender.code()),
        email_address: learner.contact.email.map(Cow::Owned),
        nationality: learner.nationality.map(Cow::Owned),
        scottish_candidate_number: learner.identifiers.scottish_candidate_number.map(Cow::Owned),
        verification_type: some(learner.evidence.verification_type.code()),
        tier_level: some(learner.evidence.tier_level().code()),
        other_verification_description: learner.evidence.other_description.map(Cow::Owned),
        ability_to_share: some(learner.ability_to_share.code()),
        learner_status: some(learner.status.code()),
        linked_ulns: Some(LearnerArrayOfString { uln: linked_ulns.iter().filter_map(owned).collect() }),
        notes: Some(Cow::Owned(learner.notes.unwrap_or_default())),
        version_number: learner.version,
    }
}

pub(super) fn new_learner<'r>(learner: &'r LearnerToRegister<'_>) -> NewLearner<'r> {
    let LearnerToRegister {
        title,
        given_name,
        middle_other_name,
        family_name,
        preferred_given_name,
        previous_family_name,
        family_name_at_age16,
        school_at_age16,
        last_known_address_line1,
        last_known_address_line2,
        last_known_address_town,
        last_known_address_county_or_city,
        last_known_post_code,
        date_of_address_capture,
        date_of_birth,
        place_of_birth,
        gender,
        email_address,
        nationality,
        scottish_candidate_number,
        verification_type,
        other_verification_description,
        ability_to_share,
        notes,
    } = learner;
    NewLearner {
        title: title.as_deref(),
        given_name,
        middle_other_name: middle_other_name.as_deref(),
        family_name,
        preferred_given_name: preferred_given_name.as_deref(),
        previous_family_name: previous_family_name.as_deref(),
        family_name_at_age_16: family_name_at_age16.as_deref(),
        school_at_age_16: school_at_age16.as_deref(),
        address_line_1: last_known_address_line1.as_deref(),
        address_line_2: last_known_address_line2.as_deref(),
        address_town: last_known_address_town.as_deref(),
        address_county_or_city: last_known_address_county_or_city.as_deref(),
        postcode: last_known_post_code,
        date_of_address_capture: date_of_address_capture.as_deref(),
        date_of_birth,
        place_of_birth: place_of_birth.as_deref(),
        gender,
        email_address: email_address.as_deref(),
        nationality: nationality.as_deref(),
        scottish_candidate_number: scottish_candidate_number.as_deref(),
        verification_type,
        other_verification_description: other_verification_description.as_deref(),
        ability_to_share,
        notes: notes.as_deref(),
        ..NewLearner::default()
    }
}

/// Absent means unchanged, empty means cleared (rules.md 4.4, our choice).
pub(super) fn change<'r>(learner: &'r LearnerToUpdate<'_>) -> LearnerChange<'r> {
    let LearnerToUpdate {
        title,
        given_name,
        middle_other_name,
        family_name,
        preferred_given_name,
        previous_family_name,
        family_name_at_age16,
        school_at_age16,
        last_known_address_line1,
        last_known_address_line2,
        last_known_address_town,
        last_known_address_county_or_city,
        last_known_post_code,
        date_of_address_capture,
        date_of_birth,
        place_of_birth,
        gender,
        email_address,
        nationality,
        scottish_candidate_number,
        verification_type,
        other_verification_description,
        ability_to_share,
        notes,
        uln,
        version_number,
    } = learner;
    LearnerChange {
        uln,
        version: *version_number,
        title: title.as_deref(),
        given_name: Some(given_name),
        middle_other_name: middle_other_name.as_deref(),
        family_name: Some(family_name),
        preferred_given_name: preferred_given_name.as_deref(),
        previous_family_name: previous_family_name.as_deref(),
        family_name_at_age_16: family_name_at_age16.as_deref(),
        school_at_age_16: school_at_age16.as_deref(),
        address_line_1: last_known_address_line1.as_deref(),
        address_line_2: last_known_address_line2.as_deref(),
        address_town: last_known_address_town.as_deref(),
        address_county_or_city: last_known_address_county_or_city.as_deref(),
        postcode: Some(last_known_post_code),
        date_of_address_capture: date_of_address_capture.as_deref(),
        date_of_birth: Some(date_of_birth),
        place_of_birth: place_of_birth.as_deref(),
        gender: Some(gender),
        email_address: email_address.as_deref(),
        nationality: nationality.as_deref(),
        scottish_candidate_number: scottish_candidate_number.as_deref(),
        verification_type: Some(verification_type),
        other_verification_description: other_verification_description.as_deref(),
        ability_to_share: Some(ability_to_share),
        notes: notes.as_deref(),
        ..LearnerChange::default()
    }
}

/// The members of a learner that identify: the same in a retrieved ULN and in a verified learner.
pub(super) fn identity<'a>(learner: model::Learner) -> MIAPRetrievedULN<'a> {
    MIAPRetrievedULN {
        uln: owned(learner.uln),
        master_uln: None,
        response_code: None,
        family_name: Some(Cow::Owned(learner.names.family)),
        given_name: Some(Cow::Owned(learner.names.given)),
        date_of_birth: owned(learner.birth.date),
        gender: some(learner.gender.code()),
    }
}

/// The number as asked for, with the names of its learner or of the master (rules.md 2.11).
pub(super) fn retrieved_uln<'a>(retrieved: RetrievedUln) -> MIAPRetrievedULN<'a> {
    let response_code = some(retrieved.code());
    let RetrievedUln { uln, master, learner } = retrieved;
    MIAPRetrievedULN {
        uln: Some(Cow::Owned(uln)),
        master_uln: master.and_then(owned),
        response_code,
        ..learner.map(identity).unwrap_or_default()
    }
}
