//! The compiled contract: its listing matches the committed one, it reads requests in the forms
//! that clients send, and it reports invalid ones as Xerces would.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod round_trips;

use std::path::Path;

use super::learner_service::{FIND_LEARNER_BY_ULN, LearnerByULNRqst};
use super::{LISTING, SERVICES, external_service, learner_service, learner_service_r9};
use crate::xml::{self, FromXml, Limits, ReadError, Reader, Root, ToXml};

const LIMITS: Limits = Limits::INTERACTIVE;

/// Makes any change of the contract visible in a review.
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
    assert_eq!(counts, [("LearnerService", 12), ("LearnerServiceR9", 9), ("ExternalService", 2)]);
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

/// For a schema in a file of its own, node-soap looks up types by the prefixes declared in the
/// WSDL. Without them it reads booleans as text, and lists of one as objects.
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

/// A list in a batch, with the white space and comments that are allowed between records.
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
    // A record that lacks mandatory fields is still read: the rules of the domain report it record
    // by record.
    let document = request("<Achievement><ActionDate/></Achievement>");
    let read_request: external_service::SubmitAchievementBatchJob<'_> = read(&document).unwrap();
    let record = read_request.achievements.unwrap().achievement.iter().next().unwrap().unwrap();
    assert_eq!((record.achievement_award_date, record.action, record.action_date), (None, None, None));
    for records in ["<Achievement><Action>one</Action></Achievement>", "<Achievement>"] {
        let document = request(records);
        assert!(read::<external_service::SubmitAchievementBatchJob<'_>>(&document).is_err());
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
        // any order, children in the root's namespace, unknown elements, optional elements empty or
        // nil
        "<f:GivenName>G</f:GivenName><FamilyName>F</FamilyName><Other><ULN/></Other><ULN>1026893096</ULN>".to_owned(),
        "<OrganisationRef/><UKPRN xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"true\"/><ULN>1026893096</ULN><FamilyName>F</FamilyName><GivenName>G</GivenName>".to_owned(),
    ] {
        assert_eq!(violation(&format!("{HEAD}{fields}")), "valid", "{fields}");
    }
}

#[test]
fn violations_name_the_element_and_the_rule() {
    for (fields, expected) in [
        (
            "<ULN>1026893096</ULN><FamilyName>F</FamilyName><GivenName></GivenName>",
            "cvc-pattern-valid: Value '' is not facet-valid with respect to pattern '[\\s]*[\\S][\\s\\S]*' for type 'MIAPNameNonEmpty'.",
        ),
        ("<ULN>1026893096</ULN><GivenName>G</GivenName>", "'FamilyName' is missing in 'FindLearnerByULN'."),
        ("<ULN>1026893096</ULN><FamilyName>F</FamilyName>", "'GivenName' is missing in 'FindLearnerByULN'."),
        (
            "<ULN>1026893096</ULN><ULN>1026893096</ULN><FamilyName>F</FamilyName><GivenName>G</GivenName>",
            "'ULN' stands in 'FindLearnerByULN' more than once.",
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
    assert!(mixed.starts_with("cvc-complex-type.2.3: Element 'f:FindLearnerByULN' cannot have character"), "{mixed}");
}

#[test]
fn lengths_are_counted_in_characters_and_texts_are_not_trimmed() {
    let name = "é".repeat(35);
    let request =
        by_uln(&format!("{HEAD}<ULN>1026893096</ULN><FamilyName>{name}</FamilyName><GivenName> G </GivenName>"));
    let read: LearnerByULNRqst<'_> = read(&request).unwrap();
    assert!(read.family_name == name && read.given_name == " G ");
}
