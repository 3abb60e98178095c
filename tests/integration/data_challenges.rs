//! Data challenges through LearnerServiceR9, as clients of the earlier release send them: created,
//! listed, withdrawn; marked in the learning record; decided at the portal.

use crate::flows::Person;
use crate::harness::visitor::Visitor;
use crate::harness::{Actor, Answer, Deployment, on_both};

const R9: &str = "LearnerServiceR9";
/// The demo's learner, and the number of the event in English.
const WHO: [(&str, &str); 4] = [
    ("uln", "1100001017"),
    ("givenName", "Ottoline"),
    ("familyName", "Quillfeather"),
    ("dateOfBirth", "2004-03-17T00:00:00"),
];
const ENGLISH: &str = "5";

/// Sends a challenge.
fn send(actor: &Actor<'_>, fields: &[(&str, &str)]) -> Answer {
    let fixed = [
        ("contactName", "A. Tester"),
        ("telephone", "0"),
        ("emailAddress", "tester@college.example"),
        ("learningEvent2Id", "0"),
    ];
    let defaults = [("challengeType", "wrong-detail"), ("learningEvent1Id", ENGLISH), ("suppliedAchievedGrade", "8")];
    let mut all: Vec<(&str, &str)> = fields.to_vec();
    for field in WHO.iter().chain(&fixed).chain(&defaults) {
        if !all.iter().any(|(name, _)| *name == field.0) {
            all.push(*field);
        }
    }
    actor.post(R9, &actor.credentials().r9("CreateDataChallenge", &in_order(&all)))
}

/// The code and the reference of the reply.
fn create(actor: &Actor<'_>, fields: &[(&str, &str)]) -> (String, String) {
    let answer = send(actor, fields);
    let result = answer.result();
    let value = |name: &str| result.value(&format!("CreateDataChallengeResult/{name}")).unwrap_or_default().to_owned();
    (value("ResponseCode"), value("DataChallengeReference"))
}

/// The contract has its elements in this order.
fn in_order<'f>(fields: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    const ORDER: [&str; 13] = [
        "challengeType",
        "uln",
        "givenName",
        "familyName",
        "dateOfBirth",
        "contactName",
        "telephone",
        "emailAddress",
        "additionalInformation",
        "learningEvent1Id",
        "learningEvent2Id",
        "suppliedAimTitle",
        "suppliedAchievedGrade",
    ];
    ORDER.iter().filter_map(|name| fields.iter().find(|(field, _)| field == name).copied()).collect()
}

fn delete(actor: &Actor<'_>, uln: &str, reference: &str) -> String {
    let fields = [("uln", uln), ("referenceNumber", reference)];
    let answer = actor.post(R9, &actor.credentials().r9("DeleteDataChallenge", &fields));
    answer.value("DeleteDataChallengeResult/ResponseCode")
}

/// Reference, type and status of each challenge about the learner.
fn list(actor: &Actor<'_>, uln: &str, days: &[(&str, &str)]) -> (String, Vec<String>) {
    let fields = [&[("uln", uln)][..], days].concat();
    let answer = actor.post(R9, &actor.credentials().r9("ListDataChallenge", &fields));
    let result = answer.result();
    let items = result.descendants().into_iter().filter(|node| node.name == "ListDataChallengeItem");
    let item = |name: &str, node: &crate::harness::tree::Node| node.value(name).unwrap_or_default().to_owned();
    let items = items.map(|node| ["ReferenceNo", "Type", "Status"].map(|name| item(name, node)).join(", ")).collect();
    (answer.value("ListDataChallengeResult/ResponseCode"), items)
}

/// The numbers of the events that GetLearnerLearningEvents says are challenged.
fn challenged(actor: &Actor<'_>) -> Vec<String> {
    let answer = actor.post(R9, &actor.credentials().learning_events("ORG", "FULL", WHO[0].1, WHO[1].1, WHO[2].1));
    let result = answer.result();
    let events = result.descendants().into_iter().filter(|node| node.name == "LearningEvent");
    let challenged = events.filter(|event| event.value("UnderDataChallenge") == Some("Y"));
    challenged.map(|event| event.value("ID").unwrap_or_default().to_owned()).collect()
}

on_both! {
    fn a_challenge_is_created_listed_and_withdrawn(database) {
        let deployment = Deployment::start(database);
        let provider = deployment.provider();
        assert_eq!(challenged(&provider), Vec::<String>::new());
        let (code, reference) = create(&provider, &[]);
        assert_eq!((code.as_str(), reference.as_str()), ("WSRC0050", "LEDC00000001"));
        assert_eq!(challenged(&provider), [ENGLISH]);
        assert_eq!(create(&provider, &[]), ("WSRC0052".to_owned(), reference.clone()));
        let missing = [("challengeType", "missing-event"), ("learningEvent1Id", "0"), ("additionalInformation", "A <b>prize</b> &amp; more")];
        assert_eq!(create(&provider, &missing).0, "WSRC0050");
        for (fields, code) in [
            (&[("learningEvent1Id", "999999")][..], "WSRC0053"),
            (&[("challengeType", "not-mine")], "WSRC0015"),
            (&[("uln", "1100001018")], "WSEC0136"),
            (&[("familyName", "Other")], "WSEC0208"),
            (&[("dateOfBirth", "2004-03-18T00:00:00")], "WSEC0208"),
        ] {
            assert_eq!(create(&provider, fields), (code.to_owned(), String::new()), "{fields:?}");
        }
        let both = ["LEDC00000002, missing-event, Open", "LEDC00000001, wrong-detail, Open"].map(str::to_owned).to_vec();
        assert_eq!(list(&provider, WHO[0].1, &[]), ("WSRC0004".to_owned(), both));
        let past = [("dateCreatedStart", "2001-01-01T00:00:00"), ("dateCreatedEnd", "2001-12-31T00:00:00")];
        assert_eq!(list(&provider, WHO[0].1, &past), ("WSRC0001".to_owned(), Vec::new()));
        assert_eq!(list(&provider, "1100001018", &[]).0, "WSEC0136");

        // The awarding organisation may list what it decides, and neither create nor withdraw.
        let awarding = deployment.awarding_organisation();
        assert_eq!(list(&awarding, WHO[0].1, &[]).1, ["LEDC00000001, wrong-detail, Open"]);
        let refused = awarding.post(R9, &awarding.credentials().r9("DeleteDataChallenge", &[("uln", WHO[0].1), ("referenceNumber", &reference)]));
        assert!(refused.text().contains("WSEC0006"), "{}", refused.text());

        assert_eq!(delete(&provider, "1100001106", &reference), "WSRC0001", "it is about somebody else");
        assert_eq!(delete(&provider, WHO[0].1, "LEDC00000009"), "WSRC0001");
        assert_eq!(delete(&provider, WHO[0].1, &reference), "WSRC0051");
        assert_eq!(challenged(&provider), Vec::<String>::new());
        assert_eq!(delete(&provider, WHO[0].1, &reference), "WSRC0054");
        assert_eq!(list(&provider, WHO[0].1, &[]).1[1], "LEDC00000001, wrong-detail, Withdrawn");
        assert!(deployment.log().lines().all(|line| !line.contains(WHO[0].1) && !line.contains("prize")));
    }

    fn a_challenge_of_a_program_is_decided_at_the_portal(database) {
        let deployment = Deployment::start(database);
        let provider = deployment.provider();
        let (_, reference) = create(&provider, &[]);
        let mut awarding = Visitor::signed_in(&deployment, "PORTAL_AO");
        awarding.open(&format!("/challenges/{reference}"));
        let page = awarding.send(&[("decision", "correct")]);
        assert_eq!(page.summary("State").as_deref(), Some("Resolved, corrected"), "{}", page.text());
        assert_eq!(list(&provider, WHO[0].1, &[]).1, [format!("{reference}, wrong-detail, Resolved - corrected")]);
        let answer = provider.post(R9, &provider.credentials().learning_events("ORG", "FULL", WHO[0].1, WHO[1].1, WHO[2].1));
        let result = answer.result();
        let english = result.descendants().into_iter().find(|node| node.name == "LearningEvent" && node.value("ID") == Some(ENGLISH));
        let english = english.expect("the event");
        assert_eq!((english.value("Grade"), english.value("UnderDataChallenge")), (Some("8"), Some("N")));
    }

    fn guesses_are_counted(database) {
        let deployment = Deployment::start(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let provider = deployment.provider();
        for _ in 0..5 {
            assert_eq!(create(&provider, &[("uln", &uln), ("dateOfBirth", "1901-01-01T00:00:00")]).0, "WSEC0208");
        }
        let refused = send(&provider, &[("uln", &uln), ("dateOfBirth", "1901-01-01T00:00:00")]);
        assert_eq!((refused.status, refused.text().contains("WSEC0999")), (500, true), "{}", refused.text());
    }
}
