//! The compiled contract: its listing against the committed one, and its messages written and read back, by its own
//! readers and by independent ones.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::borrow::Cow;
use std::path::Path;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use yaserde::YaDeserialize;

use super::learner_service::{
    FIND_LEARNER_BY_ULN, FIND_LEARNER_RESPONSE, FindLearnerResp, Learner, LearnerArrayOfString, LearnerByULNRqst,
};
use super::learner_service_r9::{
    ArrayOfLearningEvent, GET_LEARNER_LEARNING_EVENTS_RESPONSE, GetLearnerLearningEventsResponse, LearningEvent,
    ModelGetLearnerLearningEventsResponse,
};
use super::{LISTING, SERVICES, external_service, learner_service, learner_service_r9};
use crate::xml::{self, FromXml, Limits, ReadError, Reader, Root, ToXml};

const LIMITS: Limits = Limits::INTERACTIVE;

/// A change of the contract shows in a review as a change of this file.
#[test]
fn the_listing_is_the_committed_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("wsdl/contract.txt");
    if std::env::var_os("LRS_UPDATE_GOLDENS").is_some() {
        std::fs::write(&path, LISTING).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(
        committed == LISTING,
        "wsdl/contract.txt is not what the contract compiles to; LRS_UPDATE_GOLDENS=1 rewrites it"
    );
}

#[test]
fn the_three_services_have_their_operations() {
    let counts: Vec<_> = SERVICES.iter().map(|service| (service.name, service.operations.len())).collect();
    assert_eq!(counts, [("LearnerService", 10), ("LearnerServiceR9", 6), ("ExternalService", 2)]);
    for service in SERVICES {
        for operation in service.operations {
            assert!(!operation.documentation.is_empty(), "{} has no documentation", operation.name);
            let root = (operation.input.namespace, operation.input.name);
            let name = match service.name {
                "LearnerService" => learner_service::Operation::of(root.0, root.1).map(|found| found.name()),
                "LearnerServiceR9" => learner_service_r9::Operation::of(root.0, root.1).map(|found| found.name()),
                _ => external_service::Operation::of(root.0, root.1).map(|found| found.name()),
            };
            assert_eq!(name, Some(operation.name));
        }
    }
}

/// node-soap looks up the types of a schema that stands apart by the prefixes of the WSDL: without them it reads truth
/// values as text and lists of one as objects.
#[test]
fn every_prefix_of_a_schema_is_declared_by_its_wsdl_too() {
    for service in SERVICES {
        let (wsdl, schemas) = service.documents.split_first().expect("a WSDL");
        let (definitions, _) = wsdl.1.split_once("<wsdl:documentation>").expect("the root of the WSDL");
        for (schema, text) in schemas {
            for declaration in text.split_whitespace().filter(|word| word.starts_with("xmlns:")) {
                let declaration = declaration.trim_end_matches('>');
                assert!(definitions.contains(declaration), "{}: {declaration} of {schema}", wsdl.0);
            }
        }
    }
}

fn write<T: ToXml>(root: &Root, content: &T) -> String {
    let mut out = String::new();
    root.write(content, &mut out);
    out
}

fn read<'a, T: FromXml<'a>>(document: &'a str) -> Result<T, ReadError> {
    let mut reader = Reader::new(document, &LIMITS)?;
    let root = reader.child()?.expect("a root");
    let content = T::from_xml(&mut reader, &root)?;
    reader.finish()?;
    Ok(content)
}

/// A list of a batch, with what may stand between its records.
#[test]
fn the_records_of_a_batch_are_read_as_often_as_they_are_wanted() {
    let record = |uln: &str| {
        format!(
            "<Achievement><AchievementAwardDate>2024-08-22T00:00:00</AchievementAwardDate><Action>1</Action>\
             <ActionDate>2024-08-23T00:00:00</ActionDate><Uln>{uln}</Uln></Achievement>"
        )
    };
    let nil = "<Achievement xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"true\"/>";
    let document = format!(
        "<SubmitAchievementBatchJob xmlns=\"http://api.lrs.qcf.gov.uk/services\"><achievements>{nil}<!-- first -->{}<Unknown><Uln>9</Uln>\
         </Unknown>{nil}{nil}{}{}<Unknown/>{nil}</achievements><submissionType>F</submissionType></SubmitAchievementBatchJob>",
        record("1"),
        record("2"),
        record("3")
    );
    let request: external_service::SubmitAchievementBatchJob<'_> = read(&document).unwrap();
    assert_eq!(request.submission_type.as_deref(), Some("F"));
    let records = request.achievements.unwrap().achievement;
    assert_eq!(records.len(), 3);
    for _ in 0..2 {
        let ulns: Vec<String> = records.iter().map(|record| record.unwrap().uln.unwrap().into_owned()).collect();
        assert_eq!(ulns, ["1", "2", "3"]);
    }
    let given = xml::Records::from(records.iter().collect::<Result<Vec<_>, _>>().unwrap());
    assert!(given == records);
    let written = write(
        &external_service::SUBMIT_ACHIEVEMENT_BATCH_JOB,
        &external_service::SubmitAchievementBatchJob {
            achievements: Some(external_service::ArrayOfAchievement { achievement: records }),
            ..external_service::SubmitAchievementBatchJob::default()
        },
    );
    let again: external_service::SubmitAchievementBatchJob<'_> = read(&written).unwrap();
    assert!(again.achievements.unwrap().achievement == given);
}

#[test]
fn a_list_without_a_record_is_empty_and_one_with_a_bad_record_is_refused_before_anybody_sees_it() {
    let request = |records: &str| {
        format!(
            "<SubmitAchievementBatchJob xmlns=\"http://api.lrs.qcf.gov.uk/services\"><achievements>{records}</achievements>\
             </SubmitAchievementBatchJob>"
        )
    };
    for records in
        ["", "<Unknown/>", "<Achievement xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"1\"/>"]
    {
        let document = request(records);
        let read: external_service::SubmitAchievementBatchJob<'_> = read(&document).unwrap();
        let records = read.achievements.unwrap().achievement;
        assert!(records.is_empty() && records.iter().next().is_none());
    }
    // What the contract demands of a record is missing: that is for the rules behind the service to say, record by record.
    let document = request("<Achievement><ActionDate/></Achievement>");
    let read_request: external_service::SubmitAchievementBatchJob<'_> = read(&document).unwrap();
    let record = read_request.achievements.unwrap().achievement.iter().next().unwrap().unwrap();
    assert_eq!((record.achievement_award_date, record.action, record.action_date), (None, None, None));
    for records in ["<Achievement><Action>one</Action></Achievement>", "<Achievement>"] {
        let document = request(records);
        assert!(read::<external_service::SubmitAchievementBatchJob<'_>>(&document).is_err());
    }
}

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

/// What yaserde makes of a reply: types of its own, and a reader of its own.
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

/// yaserde trims and reads an empty element as an empty text; both sides are brought to that.
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

fn by_uln(fields: &str) -> String {
    format!("<f:FindLearnerByULN xmlns:f=\"{}\">{fields}</f:FindLearnerByULN>", FIND_LEARNER_BY_ULN.namespace)
}

fn violation(fields: &str) -> String {
    match read::<LearnerByULNRqst<'_>>(&by_uln(fields)) {
        Err(ReadError::Invalid(invalid)) => invalid.text,
        Err(other) => other.to_string(),
        Ok(_) => "valid".to_owned(),
    }
}

const HEAD: &str = "<FindType>FUL</FindType><OrgPassword>0123456789abcdef</OrgPassword><UserName>u</UserName>";

#[test]
fn requests_are_lenient_where_real_clients_differ() {
    for fields in [
        "<ULN>1026893096</ULN><FamilyName>F</FamilyName><GivenName>G</GivenName>".to_owned(),
        // any order, children in the namespace of the root, unknown elements, empty and nil optional ones
        "<f:GivenName>G</f:GivenName><FamilyName>F</FamilyName><Other><ULN/></Other><ULN>1026893096</ULN>".to_owned(),
        "<OrganisationRef/><UKPRN xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"true\"/><ULN>1026893096</ULN><FamilyName>F</FamilyName><GivenName>G</GivenName>".to_owned(),
    ] {
        assert_eq!(violation(&format!("{HEAD}{fields}")), "valid", "{fields}");
    }
}

#[test]
fn violations_have_the_texts_of_xerces() {
    for (fields, expected) in [
        (
            "<ULN>1026893096</ULN><FamilyName>F</FamilyName><GivenName></GivenName>",
            "cvc-pattern-valid: Value '' is not facet-valid with respect to pattern '[\\s]*[\\S][\\s\\S]*' for type 'MIAPNameNonEmpty'.",
        ),
        (
            "<ULN>1026893096</ULN><GivenName>G</GivenName>",
            "cvc-complex-type.2.4.a: Invalid content was found starting with element 'GivenName'. One of '{FamilyName}' is expected.",
        ),
        (
            "<ULN>1026893096</ULN><FamilyName>F</FamilyName>",
            "cvc-complex-type.2.4.b: The content of element 'FindLearnerByULN' is not complete. One of '{GivenName}' is expected.",
        ),
        (
            "<ULN>1026893096</ULN><ULN>1026893096</ULN><FamilyName>F</FamilyName><GivenName>G</GivenName>",
            "cvc-complex-type.2.4.a: Invalid content was found starting with element 'ULN'. One of '{FamilyName, GivenName}' is expected.",
        ),
        (
            "<ULN>1026893096</ULN><FamilyName>F</FamilyName><GivenName>GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG</GivenName>",
            "cvc-maxLength-valid: Value 'GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG' with length = '36' is not facet-valid with respect to maxLength '35' for type 'MIAPNameNonEmpty'.",
        ),
        (
            "<ULN>1026893096</ULN><FamilyName>F</FamilyName><GivenName><b/></GivenName>",
            "cvc-type.3.1.2: Element 'GivenName' is a simple type, so it must have no element information item [children].",
        ),
    ] {
        assert_eq!(violation(&format!("{HEAD}{fields}")), expected);
    }
    let mixed = violation("text");
    assert!(mixed.starts_with("cvc-complex-type.2.3: Element 'FindLearnerByULN' cannot have character"), "{mixed}");
}

#[test]
fn lengths_are_counted_in_characters_and_texts_are_not_trimmed() {
    let name = "é".repeat(35);
    let request =
        by_uln(&format!("{HEAD}<ULN>1026893096</ULN><FamilyName>{name}</FamilyName><GivenName> G </GivenName>"));
    let read: LearnerByULNRqst<'_> = read(&request).unwrap();
    assert!(read.family_name == name && read.given_name == " G ");
}
