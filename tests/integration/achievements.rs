//! Achievements through the service: submitted by an awarding organisation, processed by the
//! server's workers, reported with every counter, and seen by a provider in the learning record.

use std::io;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use learning_records::store::{Store, StoreSettings};

use crate::flows::Person;
use crate::harness::actor::SOAP_HEADERS;
use crate::harness::message::{Credentials, SOAP_1_1, escape};
use crate::harness::tree::Node;
use crate::harness::{Actor, Deployment, on_both};

const EXTERNAL: &str = "ExternalService";
const SERVICES: &str = "http://api.lrs.qcf.gov.uk/services";
const MODEL: &str = "http://api.lrs.qcf.gov.uk/model";
pub const GCSE: &str = "601/7001/3";
pub const UNIT: &str = "K/599/5701";
/// 10,000 records take half a minute without optimisation on an idle machine with two processors.
const PATIENCE: Duration = Duration::from_secs(240);

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// A record, given what differs from a final GCSE of the person.
pub fn record(uln: &str, person: &Person, changes: &[(&str, &str)]) -> String {
    let members = [
        ("AchievementAwardDate", "2024-08-22T00:00:00"),
        ("Action", "1"),
        ("ActionDate", "2024-08-23T00:00:00"),
        ("ActionReason", ""),
        ("FamilyName", &person.family),
        ("GivenName", &person.given),
        ("Grade", "7"),
        ("LanguageForAssessment", "English"),
        ("MisIdentifier", "row"),
        ("ProviderUkprn", "TEST0038"),
        ("Uln", uln),
        ("UnitOrQualificationReferenceNumber", GCSE),
    ];
    let member = |(name, usual): &(&str, &str)| {
        let value = changes.iter().find(|(changed, _)| changed == name).map_or(*usual, |(_, value)| *value);
        format!("<{name}>{}</{name}>", escape(value))
    };
    // In the order of the contract, and only if given.
    let born = |place: usize| changes.iter().filter(move |(name, _)| place == 4 && *name == "DateofBirth");
    let text = |(place, usual)| born(place).map(member).chain([member(usual)]).collect::<String>();
    format!("<Achievement>{}</Achievement>", members.iter().enumerate().map(text).collect::<String>())
}

fn request(credentials: &Credentials, operation: &str, rest: &str) -> String {
    format!(
        r#"<s:Envelope xmlns:s="{SOAP_1_1}"><s:Body><{operation} xmlns="{SERVICES}"><invokingUser xmlns:a="{MODEL}"><a:OrgPassword>{}</a:OrgPassword><a:OrganisationRef>{}</a:OrganisationRef><a:UserName>integration test</a:UserName></invokingUser>{rest}</{operation}></s:Body></s:Envelope>"#,
        credentials.password, credentials.org_ref
    )
}

/// Submits records and returns the response code and the job number.
fn submit(actor: &Actor<'_>, email: &str, submission_type: &str, records: &[String]) -> (String, String) {
    try_submit(actor, email, submission_type, records).expect("an answer")
}

/// Submits records to a server that may die or fail meanwhile.
pub fn try_submit(
    actor: &Actor<'_>,
    email: &str,
    submission_type: &str,
    records: &[String],
) -> io::Result<(String, String)> {
    let rest = format!(
        "<emailAddress>{email}</emailAddress><submissionType>{submission_type}</submissionType><achievements>{}</achievements>",
        records.concat()
    );
    let envelope = request(&actor.credentials(), "SubmitAchievementBatchJob", &rest);
    let answer = actor.try_post(EXTERNAL, SOAP_HEADERS, envelope.as_bytes())?;
    if answer.status != 200 {
        return Err(io::Error::other(answer.text()));
    }
    let member = |name: &str| answer.value(&format!("SubmitAchievementBatchJobResult/{name}"));
    Ok((member("ResponseCode"), member("JobId")))
}

/// The job's report once it has ended.
pub fn over(actor: &Actor<'_>, job: &str) -> Node {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let report = report(actor, job);
        match report.value("Status").unwrap_or_default() {
            "Waiting" | "InProgress" => assert!(Instant::now() < deadline, "the job does not end"),
            _ => return report,
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn report(actor: &Actor<'_>, job: &str) -> Node {
    let rest = format!("<jobId>{job}</jobId>");
    let answer = actor.post(EXTERNAL, &request(&actor.credentials(), "GetAchievementBatchJob", &rest));
    answer.result().find("GetAchievementBatchJobResult").expect("a result").clone()
}

/// Subject code, status and grade of the events that the provider sees.
pub fn seen(provider: &Actor<'_>, uln: &str, person: &Person) -> Vec<String> {
    let envelope = provider.credentials().learning_events("ORG", "FULL", uln, &person.given, &person.family);
    let answer = provider.post("LearnerServiceR9", &envelope);
    let events =
        answer.result().find("GetLearnerLearningEventsResult/LearnerRecord").expect("a record").children.clone();
    let event = |event: &Node| {
        let members = ["Source", "SubjectCode", "Level", "Credits", "Status", "Grade", "LanguageForAssessment"];
        members.map(|name| event.value(name).unwrap_or("-").to_owned()).join(" ")
    };
    events.iter().map(event).collect()
}

on_both! {
    fn a_batch_goes_from_submission_to_the_learners_record(database) {
        let deployment = Deployment::start(database);
        let (provider, awarding) = (deployment.provider(), deployment.awarding_organisation());
        let person = Person::new();
        let uln = person.register(&provider, "1");
        let unit = [("UnitOrQualificationReferenceNumber", "K5995701"), ("Grade", "Pass"), ("LanguageForAssessment", "")];
        let records = [
            record(&uln, &person, &[]),
            record(&uln, &person, &unit),
            record(&uln, &person, &[("Grade", "A*"), ("MisIdentifier", "=formula"), ("AchievementAwardDate", "2024-08-21T00:00:00+01:00")]),
            record("1000000000", &person, &[]),
            record(&uln, &person, &[("Action", "9")]),
            // As node-soap sends a JavaScript Date: an error of the record, not of the batch.
            record(&uln, &person, &[("AchievementAwardDate", "")]),
            record(&uln, &person, &[("ActionDate", "")]),
            record(&uln, &person, &[("Action", "")]),
        ];
        let (code, job) = submit(&awarding, "exams@example.org", "P", &records);
        assert_eq!(code, "WSRC0007");
        let report = over(&awarding, &job);
        for (name, value) in [
            ("ResponseCode", "WSRC0009"),
            ("Status", "Successful"),
            ("JobID", &*job),
            ("NumberOfRecords", "8"),
            ("AchievementsCreated", "2"),
            ("AchievementsPromotedToFinal", "0"),
            ("AchievementsReinstated", "0"),
            ("AchievementsUpdated", "0"),
            ("AchievementsWithdrawn", "0"),
            ("SuccessfulProvisionalAchievements", "2"),
            ("SuccessfulFinalAchievements", "0"),
            ("FieldDataErrors", "4"),
            ("LearnerDataErrors", "1"),
            ("BusinessRuleErrors", "1"),
            ("PercentageSuccessfulRecords", "25"),
            ("Type", "Provisional"),
            ("User", "integration test"),
        ] {
            assert_eq!(report.value(name), Some(value), "{name}");
        }
        assert!(report.value("Filename").expect("a name").starts_with("WS_TEST45_"));
        let errors: Vec<String> = report.value("AchievementBatchErrorFile").expect("errors").lines().map(str::to_owned).collect();
        assert_eq!(errors.len(), 7, "{errors:?}");
        assert!(errors[1].starts_with(&format!("3,\"'=formula\",{uln},{GCSE},Business,B007,")), "{errors:?}");
        assert!(errors[2].starts_with(&format!("4,row,1000000000,{GCSE},Learner,L001,")), "{errors:?}");
        assert!(errors[3].starts_with(&format!("5,row,{uln},{GCSE},Field,F013,")), "{errors:?}");
        for (row, code) in [(6, "F010"), (7, "F014"), (8, "F013")] {
            assert!(errors[row - 2].starts_with(&format!("{row},row,{uln},{GCSE},Field,{code},")), "{errors:?}");
        }
        let of_unit = format!("QCFU {UNIT} Level 2 4 P Pass -");
        assert_eq!(seen(&provider, &uln, &person), [format!("AO {GCSE} Level 1/2 0 P 7 English"), of_unit.clone()]);

        let (_, job) = submit(&awarding, "", "Final", &[record(&uln, &person, &[])]);
        assert_eq!(over(&awarding, &job).value("AchievementsPromotedToFinal"), Some("1"));
        assert_eq!(seen(&provider, &uln, &person)[0], format!("AO {GCSE} Level 1/2 0 F 7 English"));
        let withdrawal = record(&uln, &person, &[("Action", "3"), ("ActionReason", "Awarded by mistake")]);
        let (_, job) = submit(&awarding, "", "F", &[withdrawal]);
        let report = over(&awarding, &job);
        assert_eq!((report.value("AchievementsWithdrawn"), report.value("AchievementBatchErrorFile")), (Some("1"), None));
        assert_eq!(seen(&provider, &uln, &person), [of_unit]);
    }

    /// A client that disconnects in the middle of a large batch leaves neither a job nor records,
    /// however its message was framed.
    fn a_batch_that_breaks_off_leaves_nothing(database) {
        let deployment = Deployment::start(database);
        let awarding = deployment.awarding_organisation();
        let one = record("1000000000", &Person::new(), &[("ActionReason", &*"x".repeat(250))]);
        let rest = format!("<submissionType>F</submissionType><achievements>{}</achievements>", one.repeat(10_000));
        let body = request(&awarding.credentials(), "SubmitAchievementBatchJob", &rest);
        assert!(body.len() > 7_000_000);
        let half = &body[..body.len() / 2];
        let counted = format!("Content-Length: {}\r\n\r\n{half}", body.len());
        let in_chunks = format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{half}\r\n", half.len());
        for framed in [counted, in_chunks] {
            let mut connection = awarding.connect().expect("a connection");
            let head = format!("POST /{EXTERNAL}.svc HTTP/1.1\r\nHost: localhost\r\n{SOAP_HEADERS}");
            connection.send(format!("{head}{framed}").as_bytes()).expect("sent");
            connection.finish().expect("the end is told");
            // No response is required, but the server must notice before the test goes on.
            while !connection.closed_by_server() {
                let refused = connection.receive();
                assert!(refused.is_ok_and(|answer| answer.status != 200), "half a batch was answered");
            }
        }
        let deadline = Instant::now() + Duration::from_secs(60);
        let store = Store::open(&StoreSettings { url: deployment.store_url(), readers: 1 }).expect("the store");
        let left = || {
            let count = |table: &str| {
                let query = format!("SELECT COUNT(*) AS count FROM {table}");
                let rows: Vec<Count> = store.read(|store| Ok(diesel::sql_query(&query).load(store)?)).expect("a count");
                rows[0].count
            };
            (count("jobs"), count("job_records"))
        };
        while left() != (0, 0) {
            assert!(Instant::now() < deadline, "jobs and records are left: {:?}", left());
            std::thread::sleep(Duration::from_millis(50));
        }
        let (code, job) = submit(&awarding, "", "F", &[one]);
        assert_eq!(code, "WSRC0007");
        assert_eq!(over(&awarding, &job).value("NumberOfRecords"), Some("1"));
    }

    fn a_batch_as_a_whole_may_be_refused(database) {
        let deployment = Deployment::start(database);
        let (provider, awarding) = (deployment.provider(), deployment.awarding_organisation());
        let person = Person::new();
        let one = [record("1000000000", &person, &[])];
        let refused = |code: &str| (code.to_owned(), "0".to_owned());
        assert_eq!(submit(&awarding, "", "F", &[]), refused("WSEC0047"));
        assert_eq!(submit(&awarding, "nobody", "F", &one), refused("WSEC0044"));
        assert_eq!(submit(&awarding, "", "Q", &one), refused("WSEC0045"));
        let many = vec![one[0].clone(); 10_001];
        assert_eq!(submit(&awarding, "", "F", &many), refused("WSEC0046"));
        let (code, job) = submit(&awarding, "", "F", &many[1..]);
        assert_eq!(code, "WSRC0007");
        let report = over(&awarding, &job);
        assert_eq!((report.value("LearnerDataErrors"), report.value("PercentageSuccessfulRecords")), (Some("10000"), Some("0")));
        assert_eq!(report.value("AchievementBatchErrorFile").expect("errors").lines().count(), 10_001);

        let unknown = self::report(&awarding, "4711");
        assert_eq!((unknown.value("ResponseCode"), unknown.value("JobID"), unknown.value("Status")), (Some("WSRC0018"), Some("0"), Some("Failed")));
        let by_provider = request(&provider.credentials(), "SubmitAchievementBatchJob", "<submissionType>F</submissionType>");
        assert_eq!(provider.post(EXTERNAL, &by_provider).fault().error, "WSEC0006");
        let recognition = deployment.lrs(&["org", "recognition", "TEST0045", "Applied"]);
        assert!(recognition.status.success(), "{recognition:?}");
        assert_eq!(submit(&awarding, "", "F", &one), refused("WSRC0043"));
    }
}
