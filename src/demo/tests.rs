//! Tests of the demo: its folder, its data, and the codes of all examples that the domain decides.
//! Scripts, and codes that the SOAP edge decides (WSEC0001), are covered by the integration tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;

use super::example::Fields;
use super::*;
use crate::domain::challenges::{Decided, NewChallenge, Raised};
use crate::domain::format::{Field, FieldTexts};
use crate::domain::jobs::{JobId, Submission};
use crate::domain::registrations::RegistrationRow;
use crate::domain::verification::Claimed;
use crate::domain::verifications::VerificationRow;
use crate::domain::{
    AchievementBatch, AchievementRow, Action, Claim, Clock, Database, Error, FindByUln, GetType, LearnerChange,
    LearnerRecordQuery, NewOrganisation, RecordQuery, ReportedDays, ReportedKinds, RuleSettings, UserType, VerifyQuery,
    codes,
};
use crate::model::EventField;
use crate::model::{Door, Peer};

struct Stage {
    folder: tempfile::TempDir,
    demo: Demo,
    service: Service,
}

fn ports(service: u16) -> Ports {
    Ports { service, portal: 8444, operations: 9090 }
}

impl Stage {
    fn new(learners: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::prepare(&folder.path().join("demo"), ports(8443), learners, Start::Again).unwrap();
        let url = format!("sqlite:{}", demo.folder().join("lrs.db").display());
        let database = Database::open(&url, 2).unwrap();
        database.migrate().unwrap();
        Self { folder, demo, service: Service::new(database, RuleSettings::default(), Clock::system()) }
    }
}

#[test]
fn a_folder_is_made_once_and_cleared_without_touching_anything_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it's a demo");
    let prepare = |port, start| Demo::prepare(&path, ports(port), 3, start);
    let demo = prepare(8443, Start::Again).unwrap();
    let folder_of_demo = demo.folder().to_owned();
    let read = |name: &str| fs::read(folder_of_demo.join(name)).unwrap();
    let before = [read("pki/provider.pem"), read("pki/ca.pem"), read("lrs.toml")];
    assert!(matches!(prepare(9443, Start::Over), Err(DemoError::Running(_))), "one at a time");
    drop(demo);
    drop(prepare(9443, Start::Again).unwrap());
    assert_eq!([read("pki/provider.pem"), read("pki/ca.pem"), read("lrs.toml")], before);
    let variables = String::from_utf8(read("demo.env")).unwrap();
    assert!(variables.contains("export LRS_URL=https://localhost:9443\n"), "{variables}");
    let shell = "set -e; . ./demo.env; test -f \"$PROVIDER_CERT\" -a -f \"$AO_CERT\" -a -f \"$LRS_CA\"; echo $PROVIDER_PASSWORD$AO_PASSWORD$LIMITED_PASSWORD";
    let output = std::process::Command::new("sh").args(["-c", shell]).current_dir(&folder_of_demo).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim().len(), 3 * 16);
    for name in ["pki/provider.p12", "pki/awarding.p12", "pki/awarding.pem", "pki/server.pem", "PEOPLE.md"] {
        assert!(!read(name).is_empty(), "{name}");
    }
    fs::write(path.join("notes.txt"), "mine").unwrap();
    fs::write(path.join("lrs.db"), "what an earlier release left").unwrap();
    drop(prepare(8443, Start::Over).unwrap());
    assert!(read("pki/ca.pem") != before[1] && !path.join("lrs.db").exists(), "all is made again");
    assert_eq!(fs::read_to_string(path.join("notes.txt")).unwrap(), "mine");
}

#[test]
fn data_are_put_in_once_and_back_on_demand() {
    let Stage { demo, service, folder: _folder } = Stage::new(25);
    let mut heard = 0;
    let seeded = demo.seed(&service, |count| heard = count).unwrap().unwrap();
    assert_eq!((seeded.learners, heard), (25 + 25, 50));
    assert_eq!(demo.seed(&service, |_| ()).unwrap(), None);
    let organisations = || service.administration("test").organisations().unwrap();
    let before = organisations();
    service.administration("test").set_password("TEST0038".parse().unwrap(), "another-password").unwrap();
    service.administration("test").revoke_certificate(demo.folder.provider.fingerprint).unwrap();
    assert_eq!(demo.reset(&service).unwrap(), seeded);
    assert_eq!(organisations(), before);
    assert!(
        service
            .administration("test")
            .certificates()
            .unwrap()
            .iter()
            .all(|certificate| certificate.revoked_at.is_none())
    );
}

#[test]
fn a_store_of_somebody_else_is_left_alone() {
    let Stage { demo, service, folder: _folder } = Stage::new(0);
    let other = NewOrganisation {
        ukprn: "10000001".parse().unwrap(),
        org_ref: "OTHER1".parse().unwrap(),
        name: "Somebody else",
        learner_registration_body: true,
        awarding_organisation: false,
        permissions: None,
        password: None,
    };
    service.administration("test").add_organisation(&other).unwrap();
    assert!(matches!(demo.seed(&service, |_| ()), Err(DemoError::ForeignStore)));
    assert!(matches!(demo.reset(&service), Err(DemoError::ForeignStore)));
}

#[test]
fn an_unfinished_demonstration_is_finished() {
    let Stage { demo, service, folder: _folder } = Stage::new(0);
    let people = People::named().unwrap();
    service
        .administration("test")
        .import_learners(people.all().iter().map(|person| person.learner.clone()), |_| ())
        .unwrap();
    service.administration("test").import_events(people.all().iter().flat_map(|person| person.events.clone())).unwrap();
    let seeded = demo.seed(&service, |_| ()).unwrap().unwrap();
    assert_eq!(demo.reset(&service).unwrap(), seeded);
}

#[test]
fn every_example_gives_its_code() {
    let Stage { demo, service, folder: _folder } = Stage::new(50);
    demo.seed(&service, |_| ()).unwrap();
    let mut wrong = Vec::new();
    for example in examples::all(&People::named().unwrap()).unwrap() {
        let Request::Call(caller, fields) = &example.request else { continue };
        if example.code == "WSEC0001" {
            continue;
        }
        let code = play(&demo, &service, &example, *caller, fields);
        if code != example.code {
            wrong.push(format!("{} {}: {} instead of {}", example.operation, example.note, code, example.code));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_code_of_every_operation_has_an_example() {
    // By its table of codes, the operation could reply with it; but the few fields of the subset
    // are always sufficient.
    let impossible = [
        ("UpdateLearnerSubsetFields", "WSRC0015"),
        // The original data has no change by the service desk.
        ("getMergedUnmergedULNsReport", "WSRC0004"),
        ("getDeletedULNsReport", "WSRC0004"),
    ];
    let examples = examples::all(&People::named().unwrap()).unwrap();
    let operations: BTreeSet<_> = examples.iter().map(|e| e.operation).collect();
    assert_eq!(operations.len(), 23);
    for entry in codes::ALL.iter().filter(|entry| !entry.code.starts_with("VRF")) {
        let possible =
            entry.operations.iter().filter(|op| operations.contains(**op) && !impossible.contains(&(**op, entry.code)));
        for operation in possible {
            assert!(
                examples.iter().any(|e| e.operation == *operation && e.code == entry.code),
                "{operation} {}",
                entry.code
            );
        }
    }
    for operation in operations {
        for code in ["WSEC0001", "WSEC0003", "WSEC0005", "WSEC0006"] {
            assert!(examples.iter().any(|e| e.operation == operation && e.code == code), "{operation} {code}");
        }
    }
    let flags: String = examples.iter().map(|e| e.note).collect();
    assert!((1..=8).all(|n| flags.contains(&format!("VRF{n}")) || (2..=5).contains(&n)), "{flags}");
}

#[test]
fn words_are_quoted_for_the_shell() {
    assert_eq!(shell::quote("TEST0038"), "TEST0038");
    assert_eq!(shell::quote(""), "''");
    assert_eq!(shell::quote("D'Arc <x>"), r"'D'\''Arc <x>'");
    let [curl, call] = guide::commands(&People::named().unwrap(), "target/demo/lrs").unwrap();
    assert!(
        curl.contains("-d '<s:Envelope") && call.starts_with("target/demo/lrs call learnerByULN --ULN 1100001017 ")
    );
}

/// The code that an example gets from the domain.
fn play(demo: &Demo, service: &Service, example: &Example, caller: Caller, fields: &Fields) -> String {
    let peer: &Peer = if caller == Caller::Awarding { &demo.folder.awarding } else { &demo.folder.provider };
    let organisation = match caller {
        Caller::Limited => &organisations::LIMITED,
        Caller::Awarding => &organisations::AWARDING,
        _ => &organisations::PROVIDER,
    };
    let ukprn = if caller == Caller::Unknown { "99999999" } else { organisation.ukprn };
    let password = if caller == Caller::WrongPassword { "wrong-passwordxx" } else { organisation.password };
    let claim = Claim { peer: Some(peer), ukprn: Some(ukprn), org_ref: None, password, user_name: "test" };
    let outcome = service.call(Door::WebService, Action::SignIn, |call| {
        answer(service, &service.organisations().authenticate(call, &claim)?, example, fields)
    });
    match outcome {
        Ok(code) => code.to_owned(),
        Err(Error::UnknownOrganisation) => "WSEC0003".to_owned(),
        Err(Error::IncorrectPassword) => "WSEC0005".to_owned(),
        Err(Error::InsufficientAccess) => "WSEC0006".to_owned(),
        // One wrong password for each operation is more than may come without a pause.
        Err(Error::Busy(busy)) => {
            std::thread::sleep(busy.retry_after);
            play(demo, service, example, caller, fields)
        }
        Err(error) => error.to_string(),
    }
}

fn answer(
    service: &Service,
    caller: &crate::domain::Caller<'_>,
    example: &Example,
    fields: &Fields,
) -> Result<&'static str, Error> {
    let all = |name: &str| {
        fields.iter().filter(|(field, _)| *field == name).map(|(_, value)| value.as_str()).collect::<Vec<_>>()
    };
    let given = |name: &str| all(name).first().copied();
    let field = |name: &str| given(name).unwrap_or_default();
    let learner = |name: &str| given(&format!("Learner.{name}"));
    Ok(match example.operation {
        "learnerByULN" => {
            let query = FindByUln {
                uln: field("ULN").parse().ok(),
                family_name: field("FamilyName"),
                given_name: field("GivenName"),
            };
            service.learners().find(caller, &query)?.code()
        }
        "LearnerByUln" => {
            let query = FindByUln {
                uln: field("uln").parse().ok(),
                family_name: field("familyName"),
                given_name: field("givenName"),
            };
            service.learners().find(caller, &query)?.code()
        }
        "learnerByDemographics" => {
            let asked = Field::DEMOGRAPHICS.into_iter().map(|each| (each, given(each.name()))).collect();
            service.learners().search(caller, &asked)?.code()
        }
        "registerSingleLearner" => {
            let new: FieldTexts<'_> = Field::all().map(|each| (each, learner(each.name()))).collect();
            service.learners().register(caller, &new.into())?.code()
        }
        "updateSingleLearner" => {
            let change = LearnerChange {
                uln: learner("ULN").unwrap().parse().ok(),
                version: learner("VersionNumber").unwrap().parse().unwrap(),
                fields: Field::all().map(|each| (each, learner(each.name()))).collect(),
            };
            service.learners().update(caller, &change)?.code()
        }
        "verifyLearner" => {
            let verify = |name: &str| given(&format!("LearnerToVerify.{name}"));
            let claimed = Claimed::names(verify("GivenName").unwrap(), verify("FamilyName").unwrap())
                .born(verify("DateOfBirth"), verify("Gender"));
            let query = VerifyQuery { uln: verify("ULN").unwrap().parse().ok(), claimed };
            let verification = service.learners().verify(caller, &query)?;
            let flags: Vec<_> = verification.flags.iter().map(|flag| flag.code()).collect();
            for flag in ["VRF7", "VRF8"] {
                assert_eq!(flags.contains(&flag), example.note.contains(flag), "{}: {flags:?}", example.note);
            }
            verification.code()
        }
        "retrieveULNs" => {
            let retrieved = service.learners().retrieve(caller, &all("ULNsToRetrieve.ULN"))?;
            retrieved.first().unwrap().code()
        }
        "getMergedUnmergedULNsReport" | "getDeletedULNsReport" => {
            let kinds = match example.operation {
                "getDeletedULNsReport" => ReportedKinds::Deleted,
                _ => ReportedKinds::MergedAndUnmerged,
            };
            let day = |name: &str| given(name).unwrap().parse().unwrap();
            let days = ReportedDays { from: day("FromDate"), until: Some(day("ToDate")) };
            service.linking().report(caller, kinds, days)?.code()
        }
        "GetLearnerLearningEvents" => {
            let query = RecordQuery {
                uln: field("uln"),
                claimed: Claimed::names(field("givenName"), field("familyName")).born(given("dateOfBirth"), None),
                user_type: given("userType").unwrap_or("ORG").parse().unwrap(),
                get_type: GetType::Full,
            };
            let answer = service.records().events(caller, &query)?;
            assert_eq!(
                answer.events.is_empty(),
                example.note == "no events" || example.code.starts_with("WSEC"),
                "{}",
                example.note
            );
            answer.outcome.code()
        }
        "GetLearnerRecord" => {
            let query = LearnerRecordQuery {
                uln: field("uln"),
                claimed: Claimed::names(field("givenName"), field("familyName")),
                postcode: given("postcode"),
                user_type: "ORG".parse().unwrap(),
            };
            service.records().with_learner(caller, &query)?.outcome.code()
        }
        "UpdateLearnerSubsetFields" => {
            let sharing = match field("abilityToShare") {
                "FPNNotSeen" => Some("0"),
                "FPNSeenShareData" => Some("1"),
                _ => None,
            };
            let change = LearnerChange {
                uln: field("uln").parse().ok(),
                version: field("versionNumber").parse().unwrap(),
                fields: FieldTexts::default()
                    .with(Field::TelephoneNumber, given("telephoneNumber"))
                    .with(Field::AbilityToShare, sharing),
            };
            service.learners().update_subset(caller, &change)?.code()
        }
        "ViewAudit" => {
            let query = crate::domain::AuditQuery {
                uln: field("learnerUln"),
                given_name: field("learnerGivenName"),
                family_name: field("learnerFamilyName"),
                page: 1,
            };
            service.audit().view(caller, &query)?;
            "none"
        }
        "CreateDataChallenge" => {
            let number = |name: &str| field(name).parse::<i32>().ok().filter(|number| *number != 0);
            let new = NewChallenge {
                kind: field("challengeType").parse().unwrap(),
                event: number("learningEvent1Id"),
                other_event: number("learningEvent2Id"),
                supplied: given("suppliedAchievedGrade")
                    .map(|grade| (EventField::Grade, grade.to_owned()))
                    .into_iter()
                    .collect(),
                contact_name: field("contactName"),
                telephone: field("telephone"),
                email: field("emailAddress"),
                information: field("additionalInformation"),
            };
            let born = field("dateOfBirth").get(..10);
            let learner = LearnerRecordQuery {
                uln: field("uln"),
                claimed: Claimed::names(field("givenName"), field("familyName")).born(born, None),
                postcode: None,
                user_type: UserType::Organisation,
            };
            match service.challenges().raise_claimed(caller, &learner, &new)? {
                Raised::Raised(_) => codes::CHALLENGE_CREATED,
                Raised::InvalidUln => codes::INVALID_ULN,
                Raised::NotVerified => codes::NOT_VERIFIED,
                Raised::NotShared => codes::NOT_SHARED,
                Raised::NoEvent => codes::NO_SUCH_EVENT,
                Raised::Faulty(_) => codes::INSUFFICIENT_DATA,
                Raised::AlreadyOpen(_) => codes::CHALLENGE_OPEN,
            }
        }
        "ListDataChallenge" => {
            let uln = field("uln").parse().ok();
            let found = service.challenges().created(caller, uln, (None, None))?;
            assert!(found.is_empty(), "{}", example.note);
            if uln.is_some() { codes::NO_MATCH } else { codes::INVALID_ULN }
        }
        "DeleteDataChallenge" => {
            let uln = field("uln").parse().ok();
            let withdrawn = service.challenges().withdraw(caller, uln, field("referenceNumber").parse().ok())?;
            assert_eq!(withdrawn, Decided::NotFound);
            if uln.is_some() { codes::NO_MATCH } else { codes::INVALID_ULN }
        }
        "GetOrganisation" => match service.organisations().find(caller, field("ukPrn"), field("orgRef"))? {
            Some(_) => "WSRC0004",
            None => "WSRC0001",
        },
        "submitBatchRegistration" => {
            let rows = all("Learner.GivenName").into_iter().map(|_| RegistrationRow::default());
            let count = field("LearnerRecordCount").parse().unwrap();
            match service.submit_registration(caller, field("JobType").parse().unwrap(), count, rows)? {
                Submission::Accepted(_) => "WSRC0007",
                _ => "WSRC0017",
            }
        }
        "getBatchRegistrationOutput" => {
            service.registration_output(caller, JobId(field("JobID").parse().unwrap()))?.response_code()
        }
        "submitVerifyBatch" => {
            let rows = all("Learner.GivenName").into_iter().map(|_| VerificationRow::default());
            match service.submit_verification(caller, None, field("LearnerRecordCount").parse().unwrap(), rows)? {
                Submission::Accepted(_) => "WSRC0025",
                _ => "WSRC0030",
            }
        }
        "getVerifyBatchOutput" => {
            service.verification_output(caller, JobId(field("JobID").parse().unwrap()))?.response_code()
        }
        "SubmitAchievementBatchJob" => {
            let batch =
                AchievementBatch { email: field("emailAddress"), submission_type: field("submissionType"), file: None };
            let row = given("achievements.Achievement.Uln").map(|_| AchievementRow::default());
            service.submit_achievements(caller, &batch, row)?.code()
        }
        "GetAchievementBatchJob" => {
            let job = service.achievement_job(caller, JobId(field("jobId").parse().unwrap()))?;
            job.map_or(codes::UNKNOWN_JOB, |job| job.response_code())
        }
        other => panic!("{other} is not known here"),
    })
}
