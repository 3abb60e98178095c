//! Arbitrary replies, written and then read back by the contract's own readers and by those that
//! yaserde derives.

use std::borrow::Cow;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use yaserde::YaDeserialize;

use super::super::learner_service::{FIND_LEARNER_RESPONSE, FindLearnerResp, Learner, LearnerArrayOfString};
use super::super::learner_service_r9::{
    ArrayOfLearningEvent, GET_LEARNER_LEARNING_EVENTS_RESPONSE, GetLearnerLearningEventsResponse, LearningEvent,
    ModelGetLearnerLearningEventsResponse,
};
use super::{read, write};

fn text() -> impl Strategy<Value = Cow<'static, str>> {
    "[\\x20-\\x7e\\u{a0}-\\u{17f}]{0,30}".prop_map(Cow::Owned)
}

fn some_text() -> impl Strategy<Value = Option<Cow<'static, str>>> {
    option::of(text())
}

prop_compose! {
    fn learner()(
        texts in vec(some_text(), 29),
        linked in option::of(vec(text(), 0..4)),
        notes in some_text(),
        version_number in any::<i32>(),
    ) -> Learner<'static> {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().flatten();
        Learner {
            created_date: next(),
            last_updated_date: next(),
            uln: next(),
            master_substituted: next(),
            title: next(),
            given_name: next(),
            middle_other_name: next(),
            family_name: next(),
            preferred_given_name: next(),
            previous_family_name: next(),
            family_name_at_age16: next(),
            school_at_age16: next(),
            last_known_address_line1: next(),
            last_known_address_line2: next(),
            last_known_address_town: next(),
            last_known_address_county_or_city: next(),
            last_known_post_code: next(),
            date_of_address_capture: next(),
            date_of_birth: next(),
            place_of_birth: next(),
            gender: next(),
            email_address: next(),
            nationality: next(),
            scottish_candidate_number: next(),
            verification_type: next(),
            other_verification_description: next(),
            tier_level: next(),
            ability_to_share: next(),
            learner_status: next(),
            linked_ulns: linked.map(|uln| LearnerArrayOfString { uln }),
            notes,
            version_number,
        }
    }
}

prop_compose! {
    fn reply()(echo in vec(some_text(), 4), learner in vec(learner(), 0..3)) -> FindLearnerResp<'static> {
        let mut echo = echo.into_iter();
        let mut next = || echo.next().flatten();
        FindLearnerResp {
            response_code: next(),
            uln: next(),
            family_name: next(),
            given_name: next(),
            learner,
            ..FindLearnerResp::default()
        }
    }
}

prop_compose! {
    fn event()(texts in vec(some_text(), 8), credits in any::<i64>(), id in any::<i32>()) -> LearningEvent<'static> {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().flatten();
        LearningEvent {
            achievement_award_date: next(),
            achievement_provider_name: next(),
            achievement_provider_ukprn: next(),
            credits: Some(credits),
            grade: next(),
            id: Some(id),
            level: next(),
            source: next(),
            subject: next(),
            subject_code: next(),
            ..LearningEvent::default()
        }
    }
}

/// The reply as yaserde sees it: types and a reader of its own.
#[derive(Debug, Default, PartialEq, YaDeserialize)]
#[yaserde(rename = "FindLearnerResponse", prefix = "ns2", namespaces = {"ns2" = "http://api.lrs.miap.gov.uk/findmsg"})]
struct ReplyTwin {
    #[yaserde(rename = "ResponseCode")]
    response_code: Option<String>,
    #[yaserde(rename = "ULN")]
    uln: Option<String>,
    #[yaserde(rename = "FamilyName")]
    family_name: Option<String>,
    #[yaserde(rename = "GivenName")]
    given_name: Option<String>,
    #[yaserde(rename = "Learner")]
    learner: Vec<LearnerTwin>,
}

#[derive(Debug, Default, PartialEq, YaDeserialize)]
struct LearnerTwin {
    #[yaserde(rename = "ULN")]
    uln: Option<String>,
    #[yaserde(rename = "GivenName")]
    given_name: Option<String>,
    #[yaserde(rename = "FamilyName")]
    family_name: Option<String>,
    #[yaserde(rename = "LastKnownAddressCountyOrCity")]
    county_or_city: Option<String>,
    #[yaserde(rename = "Notes")]
    notes: Option<String>,
    #[yaserde(rename = "VersionNumber")]
    version_number: i32,
}

/// yaserde trims text and reads an empty element as empty text; both sides are normalised to that.
fn trimmed(text: &Option<Cow<'_, str>>) -> Option<String> {
    text.as_deref().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn twin(reply: &FindLearnerResp<'_>) -> ReplyTwin {
    ReplyTwin {
        response_code: trimmed(&reply.response_code),
        uln: trimmed(&reply.uln),
        family_name: trimmed(&reply.family_name),
        given_name: trimmed(&reply.given_name),
        learner: reply
            .learner
            .iter()
            .map(|learner| LearnerTwin {
                uln: trimmed(&learner.uln),
                given_name: trimmed(&learner.given_name),
                family_name: trimmed(&learner.family_name),
                county_or_city: trimmed(&learner.last_known_address_county_or_city),
                notes: trimmed(&learner.notes),
                version_number: learner.version_number,
            })
            .collect(),
    }
}

fn normal(twin: ReplyTwin) -> ReplyTwin {
    let some = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    ReplyTwin {
        response_code: some(twin.response_code),
        uln: some(twin.uln),
        family_name: some(twin.family_name),
        given_name: some(twin.given_name),
        learner: twin
            .learner
            .into_iter()
            .map(|learner| LearnerTwin {
                uln: some(learner.uln),
                given_name: some(learner.given_name),
                family_name: some(learner.family_name),
                county_or_city: some(learner.county_or_city),
                notes: some(learner.notes),
                version_number: learner.version_number,
            })
            .collect(),
    }
}

proptest! {
    #[test]
    fn a_reply_reads_back_as_it_was_written(reply in reply()) {
        let document = write(&FIND_LEARNER_RESPONSE, &reply);
        let back: FindLearnerResp<'_> = read(&document).unwrap();
        prop_assert!(back == reply, "{document}");
    }

    #[test]
    fn an_independent_reader_finds_the_same_in_a_reply(reply in reply()) {
        let document = write(&FIND_LEARNER_RESPONSE, &reply);
        let back: ReplyTwin = yaserde::de::from_str(&document).unwrap();
        prop_assert_eq!(normal(back), twin(&reply));
    }

    #[test]
    fn events_read_back_as_they_were_written(learning_event in vec(event(), 0..4), found in some_text(), incoming in some_text()) {
        let reply = GetLearnerLearningEventsResponse {
            get_learner_learning_events_result: Some(ModelGetLearnerLearningEventsResponse {
                response_code: Some("WSRC0004".into()),
                found_uln: found,
                incoming_uln: incoming,
                learner_record: Some(ArrayOfLearningEvent { learning_event }),
            }),
        };
        let document = write(&GET_LEARNER_LEARNING_EVENTS_RESPONSE, &reply);
        let back: GetLearnerLearningEventsResponse<'_> = read(&document).unwrap();
        prop_assert!(back == reply, "{document}");
    }
}
