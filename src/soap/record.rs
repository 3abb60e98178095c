//! A learner, and the events of a learning record, as LearnerServiceR9 shows them.

use std::borrow::Cow;

use crate::contract::learner_service_r9::{
    AchievementStatus, ArrayOfstring, Learner, LearnerEvent, LearningEvent, ModelGetLearnerRecordResponse,
};
use crate::domain::{FoundLearner, GetType};
use crate::model::{self, EventStatus, Timestamp, london_text, london_time};
use crate::xml::XsDateTime;

type Text<'a> = Option<Cow<'a, str>>;

fn owned<'a>(text: impl ToString) -> Text<'a> {
    Some(Cow::Owned(text.to_string()))
}

/// An event of GetLearnerLearningEvents: BRIEF has the nine fields that are always present
/// (rules.md 2.13).
pub(super) fn learning_event<'a>(event: model::LearningEvent, get_type: GetType) -> LearningEvent<'a> {
    let participation_start_date = event.participation_start_text().map(Cow::Owned);
    let participation_end_date = event.participation_end_text().map(Cow::Owned);
    let model::LearningEvent {
        id,
        uln: _,
        source,
        status,
        achievement_award_date,
        achievement_provider_name,
        achievement_provider_ukprn,
        awarding_organisation_name,
        awarding_organisation_ukprn,
        collection_type,
        credits,
        date_loaded,
        grade,
        language_for_assessment,
        level,
        participation_start_date: _,
        participation_end_date: _,
        qualification_type,
        restriction,
        return_number,
        subject,
        subject_code,
        under_data_challenge,
    } = event;
    let brief = LearningEvent {
        achievement_award_date: achievement_award_date.and_then(owned),
        achievement_provider_ukprn: Some(Cow::Owned(achievement_provider_ukprn)),
        credits: Some(credits),
        grade: grade.map(Cow::Owned),
        id: Some(id),
        level: level.map(Cow::Owned),
        source: Some(Cow::Borrowed(source.code())),
        subject: Some(Cow::Owned(subject)),
        subject_code: Some(Cow::Owned(subject_code)),
        ..LearningEvent::default()
    };
    match get_type {
        GetType::Brief => brief,
        GetType::Full => LearningEvent {
            achievement_provider_name: Some(Cow::Owned(achievement_provider_name)),
            awarding_organisation_name: awarding_organisation_name.map(Cow::Owned),
            awarding_organisation_ukprn: awarding_organisation_ukprn.map(Cow::Owned),
            collection_type: collection_type.map(Cow::Owned),
            date_loaded: date_loaded.map(|at| Cow::Owned(london_text(at))),
            language_for_assessment: language_for_assessment.map(Cow::Owned),
            participation_end_date,
            participation_start_date,
            qualification_type: qualification_type.map(Cow::Owned),
            restriction: restriction.map(Cow::Owned),
            return_number: return_number.map(Cow::Owned),
            status: Some(Cow::Borrowed(status.code())),
            under_data_challenge: Some(Cow::Borrowed(challenged(under_data_challenge))),
            ..brief
        },
    }
}

fn challenged(under_data_challenge: bool) -> &'static str {
    if under_data_challenge { "Y" } else { "N" }
}

/// A time as shown to clients (rules.md 4.0).
pub(super) fn shown(at: Timestamp) -> XsDateTime {
    XsDateTime(london_time(at))
}

/// An event of GetLearnerRecord; fields for which this service has no data are nil.
pub(super) fn learner_event<'a>(event: model::LearningEvent) -> LearnerEvent<'a> {
    LearnerEvent {
        achievement_provider_name: Some(Cow::Owned(event.achievement_provider_name)),
        achievement_provider_ukprn: Some(Cow::Owned(event.achievement_provider_ukprn)),
        award_date: event.achievement_award_date.map(XsDateTime::midnight),
        awarding_organisation_code: event.awarding_organisation_ukprn.map(Cow::Owned),
        awarding_organisation_name: event.awarding_organisation_name.map(Cow::Owned),
        collection_type: event.collection_type.map(Cow::Owned),
        credits_achieved: Some(event.credits),
        data_challenge_indicator: Some(Cow::Borrowed(challenged(event.under_data_challenge))),
        date_loaded: event.date_loaded.map(shown),
        grade: event.grade.map(Cow::Owned),
        id: Some(event.id),
        increment_number: Some(0),
        language_for_assessment: event.language_for_assessment.map(Cow::Owned),
        level: event.level.map(Cow::Owned),
        minimum_guided_learning_hours: Some(0),
        participation_end_date: event.participation_end_date.map(XsDateTime::midnight),
        participation_start_date: event.participation_start_date.map(XsDateTime::midnight),
        qualification_type_title: event.qualification_type.map(Cow::Owned),
        recorded_by: Some(Cow::Borrowed(event.source.code())),
        restriction: event.restriction.map(Cow::Owned),
        return_number: event.return_number.map(Cow::Owned),
        selected: Some(false),
        sensitive: Some(false),
        status: Some(match event.status {
            EventStatus::Provisional => AchievementStatus::Provisional,
            EventStatus::Final | EventStatus::Withdrawn => AchievementStatus::Final,
        }),
        subject_code: Some(Cow::Owned(event.subject_code)),
        subject_title: Some(Cow::Owned(event.subject)),
        ..LearnerEvent::default()
    }
}

/// The personal details of GetLearnerRecord.
pub(super) fn personal_details<'a>(learner: model::Learner) -> ModelGetLearnerRecordResponse<'a> {
    ModelGetLearnerRecordResponse {
        ability_to_share: owned(learner.ability_to_share.code()),
        date_of_birth: Some(XsDateTime::midnight(learner.birth.date)),
        email_address: learner.contact.email.map(Cow::Owned),
        family_name: Some(Cow::Owned(learner.names.family)),
        family_name_at16: learner.names.family_at_16.map(Cow::Owned),
        gender: Some(learner.gender.number()),
        given_name: Some(Cow::Owned(learner.names.given)),
        last_known_address_county_or_city: learner.address.county_or_city.map(Cow::Owned),
        last_known_address_line1: learner.address.line_1.map(Cow::Owned),
        last_known_address_line2: learner.address.line_2.map(Cow::Owned),
        last_known_address_town: learner.address.town.map(Cow::Owned),
        last_known_post_code: owned(learner.address.postcode),
        middle_other_name: learner.names.middle_other.map(Cow::Owned),
        nationality: learner.nationality.map(Cow::Owned),
        other_verification_description: learner.evidence.other_description.map(Cow::Owned),
        place_of_birth: learner.birth.place.map(Cow::Owned),
        preferred_given_name: learner.names.preferred_given.map(Cow::Owned),
        previous_family_name: learner.names.previous_family.map(Cow::Owned),
        school_at_age16: learner.school_at_16.map(Cow::Owned),
        scottish_candidate_number: learner.identifiers.scottish_candidate_number.map(Cow::Owned),
        title: learner.names.title.map(Cow::Owned),
        uln: owned(learner.uln),
        verification_type: owned(learner.evidence.verification_type.code()),
        ..ModelGetLearnerRecordResponse::default()
    }
}

/// A learner of LearnerByUln: fields about learners are filled, internal ones have their default or
/// are nil, and security answers, national insurance numbers and ethnicity are never shown
/// (rules.md 2.14, our choice).
pub(super) fn learner<'a>(found: FoundLearner) -> Learner<'a> {
    let FoundLearner { learner, linked_ulns, substituted: _ } = found;
    let string = linked_ulns.iter().filter_map(owned).collect();
    Learner {
        ability_to_share: Some(learner.ability_to_share.number()),
        created_date: Some(shown(learner.created_at)),
        date_of_address_capture: learner.address.captured_on.map(XsDateTime::midnight),
        date_of_birth: Some(XsDateTime::midnight(learner.birth.date)),
        email_address: learner.contact.email.map(Cow::Owned),
        family_name: Some(Cow::Owned(learner.names.family)),
        family_name_at16: learner.names.family_at_16.map(Cow::Owned),
        gender: Some(learner.gender.number()),
        given_name: Some(Cow::Owned(learner.names.given)),
        last_known_address_county_or_city: learner.address.county_or_city.map(Cow::Owned),
        last_known_address_line1: learner.address.line_1.map(Cow::Owned),
        last_known_address_line2: learner.address.line_2.map(Cow::Owned),
        last_known_address_town: learner.address.town.map(Cow::Owned),
        last_known_post_code: owned(learner.address.postcode),
        last_updated_date: Some(shown(learner.updated_at)),
        linked_ulns: Some(ArrayOfstring { string }),
        master_uln: learner.master.and_then(owned),
        middle_other_name: learner.names.middle_other.map(Cow::Owned),
        nationality: learner.nationality.map(Cow::Owned),
        notes: learner.notes.map(Cow::Owned),
        tier_level: Some(learner.evidence.tier_level().number()),
        other_verification_description: learner.evidence.other_description.map(Cow::Owned),
        place_of_birth: learner.birth.place.map(Cow::Owned),
        preferred_given_name: learner.names.preferred_given.map(Cow::Owned),
        previous_family_name: learner.names.previous_family.map(Cow::Owned),
        record_status: Some(learner.status.number()),
        school_at_age16: learner.school_at_16.map(Cow::Owned),
        scottish_candidate_number: learner.identifiers.scottish_candidate_number.map(Cow::Owned),
        telephone_number: learner.contact.telephone.map(Cow::Owned),
        title: learner.names.title.map(Cow::Owned),
        uln: owned(learner.uln),
        unique_candidate_identifier: learner.identifiers.uci.map(Cow::Owned),
        unique_pupil_number: learner.identifiers.upn.map(Cow::Owned),
        verification_type: Some(learner.evidence.verification_type.number()),
        version_number: Some(learner.version),
        ..internal()
    }
}

/// Fields of value types are always present on the wire, whatever this service knows about them.
fn internal<'a>() -> Learner<'a> {
    Learner {
        birth_date_verification: Some(0),
        created_via_channel: Some(0),
        death_date_verification: Some(0),
        deceased: Some(0),
        disability_code: Some(0),
        ethnicity_verification: Some(0),
        first_establisment_id: Some(0),
        in_receipt_of_dsa: Some(0),
        last_known_address_changed: Some(false),
        last_known_address_qualififer: Some(0),
        last_known_gender: Some(0),
        last_updated_via_channel: Some(0),
        learning_difficulty_code: Some(0),
        manual_update: Some(false),
        marital_status: Some(0),
        marital_status_verification: Some(0),
        sen_type: Some(0),
        sequential_version_number: Some(0),
        ..Learner::default()
    }
}
