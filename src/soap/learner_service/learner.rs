//! Converts learners between the messages of LearnerService and the domain.

use std::borrow::Cow;

use crate::contract::learner_service::{
    Learner, LearnerArrayOfString, LearnerToRegister, LearnerToUpdate, MIAPRetrievedULN,
};
use crate::domain::format::{Field, FieldTexts};
use crate::domain::{Found, FoundLearner, LearnerChange, RetrievedUln};
use crate::model;
use crate::model::{Address, Names, london_day};
use crate::soap::find_type::FindType;
use crate::soap::sent::{Sent, sent};

pub(super) fn some<'a>(text: &'static str) -> Option<Cow<'a, str>> {
    Some(Cow::Borrowed(text))
}

/// With CHK, only the code is returned (rules.md 2.4, our choice).
pub(super) fn learners<'a>(find_type: FindType, found: Found) -> Vec<Learner<'a>> {
    match (find_type, found) {
        (FindType::Check, _) | (FindType::Full, Found::None | Found::Unreadable(_) | Found::TooMany { .. }) => {
            Vec::new()
        }
        (FindType::Full, Found::Exact(one) | Found::MasterSubstituted(one)) => vec![learner(*one)],
        (FindType::Full, Found::Possible(several)) => several.into_iter().map(learner).collect(),
    }
}

fn owned<'a>(text: impl ToString) -> Option<Cow<'a, str>> {
    Some(Cow::Owned(text.to_string()))
}

/// The element as captured: absent if there is no value, except `LinkedULNs` and `Notes`, which are
/// always present (rules.md 2.4).
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

/// What was sent to be registered.
pub(super) fn registration<'r>(learner: &'r LearnerToRegister<'_>) -> FieldTexts<'r> {
    sent!(learner, LearnerToRegister {})
}

/// Absent means unchanged, empty means cleared (rules.md 4.4, our choice).
pub(super) fn change<'r>(learner: &'r LearnerToUpdate<'_>) -> LearnerChange<'r> {
    let fields = sent!(learner, LearnerToUpdate { uln, version_number });
    LearnerChange { uln: learner.uln.parse().ok(), version: learner.version_number, fields }
}

/// A learner's identifying fields: the same for a retrieved ULN and a verified learner.
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

/// The ULN as asked for, with the names of its learner or the master (rules.md 2.11).
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
