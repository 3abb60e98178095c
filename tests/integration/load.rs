//! One organisation's many calls: limits by organisation and by certificate, a clear refusal, and
//! what the operators see. Others are served as if nothing was.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use learning_records::store::{Store, StoreError, StoreSettings};
use rustls::SupportedProtocolVersion;

use crate::batches::{crowd, setup};
use crate::flows::{Person, borrowed};
use crate::harness::actor::{SOAP_HEADERS, request};
use crate::harness::message::{Credentials, VERIFY, elements};
use crate::harness::visitor::Visitor;
use crate::harness::{Actor, Answer, Database, Deployment, Setup, on_both};

const LS: &str = "LearnerService";
const VERSIONS: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// A limit, and no other on calls.
fn limited(name: &'static str, value: &str) -> Setup {
    let none = [
        "LRS_LIMITS_CALLS_PER_SECOND_BY_ORGANISATION",
        "LRS_LIMITS_CALLS_PER_SECOND_BY_CERTIFICATE",
        "LRS_LIMITS_CALLS_AT_ONCE",
        "LRS_LIMITS_CALLS_AT_ONCE_BY_ORGANISATION",
        "LRS_LIMITS_CALLS_AT_ONCE_BY_CERTIFICATE",
        "LRS_LIMITS_FAILED_VERIFICATIONS_PER_MINUTE",
    ];
    let mut environment: Vec<_> = none.iter().map(|name| (*name, "0".to_owned())).collect();
    environment.push((name, value.to_owned()));
    Setup { environment }
}

/// Requests on as many connections, all at the same moment.
fn flood(actor: &Actor<'_>, requests: &[String]) -> Vec<Answer> {
    let (ready, start) = (Barrier::new(requests.len()), Barrier::new(requests.len()));
    thread::scope(|scope| {
        let calls: Vec<_> = requests
            .iter()
            .map(|text| {
                let (ready, start) = (&ready, &start);
                scope.spawn(move || {
                    let mut connection = actor.connect().expect("a connection");
                    ready.wait();
                    start.wait();
                    connection
                        .send(&request("POST", "/LearnerService.svc", SOAP_HEADERS, text.as_bytes()))
                        .expect("sent");
                    connection.receive().expect("an answer")
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().expect("a client")).collect()
    })
}

fn find(actor: &Actor<'_>) -> String {
    actor.credentials().find_by_uln("FUL", "1000000000", "Body", "No")
}

fn verify(actor: &Actor<'_>) -> String {
    actor.credentials().verify(&[("ULN", "1000000000"), ("FamilyName", "Body"), ("GivenName", "No")])
}

fn register(actor: &Actor<'_>, given: &str) -> String {
    actor.credentials().register(&[
        ("GivenName", given),
        ("FamilyName", "Overloadson"),
        ("LastKnownPostCode", "CV4 9EE"),
        ("DateOfBirth", "2004-05-06"),
        ("Gender", "2"),
        ("VerificationType", "0"),
        ("AbilityToShare", "1"),
    ])
}

/// The refused ones, each of which says so, when to try again, and why.
fn refused<'a>(answers: &'a [Answer], why: &str) -> Vec<&'a Answer> {
    let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status != 200).collect();
    for answer in &refused {
        let wait = answer.retry_after().expect("a time");
        assert!((1..=3).contains(&wait.as_secs()), "{wait:?}");
        assert!(answer.fault().further.contains(why), "{}", answer.text());
    }
    refused
}

fn counted(deployment: &Deployment, limit: &str, outcome: &str) -> usize {
    let (_, text) = deployment.operations("GET", "/metrics").expect("the operations listener");
    let series = format!(r#"lrs_held_back_total{{limit="{limit}",outcome="{outcome}"}} "#);
    let line = text.lines().find_map(|line| line.strip_prefix(&series));
    line.unwrap_or_else(|| panic!("no {series}")).parse().expect("a count")
}

/// The lines of the audit trail with this outcome, once they have come: nobody waits for them.
fn lines(deployment: &Deployment, outcome: &str) -> usize {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let exported = deployment.lrs(&["audit", "export"]);
        assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
        let text = String::from_utf8_lossy(&exported.stdout);
        let count = text.lines().filter(|line| line.contains(&format!(r#""outcome":"{outcome}""#))).count();
        if count > 0 || Instant::now() > deadline {
            return count;
        }
        thread::sleep(Duration::from_millis(200));
    }
}

fn second_certificate(deployment: &Deployment) -> Actor<'_> {
    for arguments in [&["cert", "new", "second", "--dir", "pki"], &["cert", "add", "TEST0038", "pki/second.pem"][..]] {
        let done = deployment.lrs(arguments);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    deployment.provider().speaking(&deployment.dir().join("pki/second.pem"), VERSIONS)
}

/// The awarding organisation with the provider's certificate, as a supplier has one for several.
fn with_providers_certificate(deployment: &Deployment) -> Actor<'_> {
    let pem = deployment.variable("PROVIDER_CERT");
    let done = deployment.lrs(&["cert", "add", "TEST0045", pem]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    deployment.awarding_organisation().speaking(&deployment.dir().join(pem), VERSIONS)
}

/// Another learning provider, which calls with the first one's certificate.
fn of_another_organisation(deployment: &Deployment) -> Credentials {
    let password = "synthetic-passwd";
    let pem = deployment.variable("PROVIDER_CERT");
    let added = deployment.shell(&format!(
        "cd demo && echo {password} | lrs org add --ukprn 90000051 --ref RIVER1 --name Riverside --lrb --password-stdin \
         && lrs cert add 90000051 {pem}"
    ));
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let provider = deployment.provider().credentials();
    let (ukprn, org_ref) = ("90000051".to_owned(), "RIVER1".to_owned());
    Credentials { ukprn, org_ref, password: password.to_owned(), ..provider }
}

/// Keeps everybody from writing for a while.
fn hold_the_database(deployment: &Deployment, database: Database, time: Duration, held: &Barrier) {
    let store = Store::open(&StoreSettings { url: deployment.store_url(), readers: 1 }).expect("the store");
    let lock = match database {
        // A change takes SQLite's only lock, even if it changes nothing.
        Database::Sqlite => "UPDATE learners SET title = title WHERE 1 = 0",
        #[cfg(feature = "postgres")]
        Database::Postgres => "LOCK TABLE learners IN EXCLUSIVE MODE",
    };
    let mut first = true;
    let outcome: Result<(), StoreError> = thread::scope(|scope| {
        let (tell, told) = std::sync::mpsc::channel();
        let hold = scope.spawn(move || {
            store.write(move |store| {
                diesel::sql_query(lock).execute(&mut **store)?;
                if std::mem::take(&mut first) {
                    let _ = tell.send(());
                }
                thread::sleep(time);
                Ok(())
            })
        });
        told.recv().expect("the lock");
        held.wait();
        hold.join().expect("no panic")
    });
    outcome.expect("held");
}

on_both! {
    fn an_organisation_that_calls_too_often_waits_then_is_refused_and_recovers(database) {
        let deployment = Deployment::with(database, limited("LRS_LIMITS_CALLS_PER_SECOND_BY_ORGANISATION", "10"));
        let (provider, other) = (deployment.provider(), deployment.awarding_organisation());
        let second = second_certificate(&deployment);
        assert_eq!(provider.post(LS, &find(&provider)).code(), "WSRC0001");
        assert_eq!(other.post(LS, &verify(&other)).value("VerifiedLearner/ResponseCode"), "WSVRC006");

        let answers = flood(&provider, &vec![find(&provider); 120]);
        let refused = refused(&answers, "Your organisation makes too many calls a second.");
        // Twenty at once, and those that need wait for a second and a half.
        let served = answers.len() - refused.len();
        assert!((30..115).contains(&served), "{served}");
        let waited = counted(&deployment, "calls_per_second_by_organisation", "waited");
        assert!(waited >= 10, "{waited}");
        assert_eq!(counted(&deployment, "calls_per_second_by_organisation", "refused"), refused.len());

        // Others do not notice.
        assert_eq!(other.post(LS, &verify(&other)).value("VerifiedLearner/ResponseCode"), "WSVRC006");
        // The pace is the organisation's, whichever certificate it has.
        let answers = flood(&second, &vec![find(&provider); 100]);
        assert!(answers.iter().filter(|answer| answer.status == 200).count() < 100);

        thread::sleep(Duration::from_secs(3));
        assert_eq!(provider.post(LS, &find(&provider)).code(), "WSRC0001", "it recovers");

        // A flood is one event, whatever its length.
        assert_eq!(lines(&deployment, "too many calls a second"), 1);
        assert_eq!(deployment.log().matches("TEST0038: too many calls a second").count(), 1, "{}", deployment.log());
        let mut desk = Visitor::signed_in(&deployment, "PORTAL_DESK");
        let page = desk.open("/desk/incidents").text();
        assert!(page.contains("Organisations beyond their limits"), "{page}");
        assert!(page.contains("TEST0038") && page.contains("Too many calls a second"), "{page}");
        assert!(!page.contains("TEST0045"), "{page}");
    }

    fn a_wrong_password_uses_up_nobodys_calls(database) {
        let deployment = Deployment::with(database, limited("LRS_LIMITS_CALLS_PER_SECOND_BY_ORGANISATION", "10"));
        let provider = deployment.provider();
        assert_eq!(provider.post(LS, &find(&provider)).code(), "WSRC0001");
        let mut credentials = provider.credentials();
        credentials.password = "not-the-password".to_owned();
        let wrong = credentials.find_by_uln("FUL", "1000000000", "Body", "No");
        flood(&provider, &vec![wrong; 60]);
        assert_eq!(provider.post(LS, &find(&provider)).code(), "WSRC0001");
        assert_eq!(counted(&deployment, "calls_per_second_by_organisation", "waited"), 0);
    }

    fn a_certificate_has_its_pace_whichever_organisation_it_calls_for(database) {
        let deployment = Deployment::with(database, limited("LRS_LIMITS_CALLS_PER_SECOND_BY_CERTIFICATE", "10"));
        let (provider, own) = (deployment.provider(), deployment.awarding_organisation());
        let shared = with_providers_certificate(&deployment);
        assert_eq!(provider.post(LS, &find(&provider)).code(), "WSRC0001");
        assert_eq!(shared.post(LS, &verify(&own)).value("VerifiedLearner/ResponseCode"), "WSVRC006");
        let answers = flood(&provider, &vec![find(&provider); 120]);
        assert!(!refused(&answers, "Too many calls a second are made with this certificate.").is_empty());
        let answers = flood(&shared, &vec![verify(&own); 100]);
        assert!(!refused(&answers, "Too many calls a second are made with this certificate.").is_empty());
        // The organisation's own certificate has not called at all.
        assert_eq!(own.post(LS, &verify(&own)).value("VerifiedLearner/ResponseCode"), "WSVRC006");
        assert!(counted(&deployment, "calls_per_second_by_certificate", "refused") > 0);
        assert_eq!(counted(&deployment, "calls_per_second_by_organisation", "refused"), 0);
    }

    fn an_organisation_has_so_many_calls_at_work_and_others_have_theirs(database) {
        at_once(database, "LRS_LIMITS_CALLS_AT_ONCE_BY_ORGANISATION", "calls_at_once_by_organisation",
            "Your organisation makes too many calls at once.");
    }

    fn a_certificate_has_so_many_calls_at_work(database) {
        at_once(database, "LRS_LIMITS_CALLS_AT_ONCE_BY_CERTIFICATE", "calls_at_once_by_certificate",
            "Too many calls at once are made with this certificate.");
    }

    fn organisations_take_turns_in_the_queue(database) {
        let deployment = Deployment::with(database, limited("LRS_LIMITS_CALLS_AT_ONCE", "1"));
        let provider = deployment.provider();
        let other = of_another_organisation(&deployment);
        assert_eq!(provider.post(LS, &find(&provider)).code(), "WSRC0001");
        assert_eq!(provider.post(LS, &other.find_by_uln("FUL", "1000000000", "Body", "No")).code(), "WSRC0001");
        let registration = |credentials: &Credentials| {
            let person = Person::new();
            credentials.register(&borrowed(&person.registration("1")))
        };
        const CALLS: usize = 24;
        let held = Barrier::new(2);
        let (flood, one) = thread::scope(|scope| {
            scope.spawn(|| hold_the_database(&deployment, database, Duration::from_millis(1200), &held));
            held.wait();
            let call = |text: String| {
                let answer = provider.post(LS, &text);
                (answer.status, Instant::now())
            };
            let flood: Vec<_> = (0..CALLS).map(|_| registration(&provider.credentials())).collect();
            let flood: Vec<_> = flood.into_iter().map(|text| scope.spawn(move || call(text))).collect();
            // One is at work, and the others wait behind it.
            let deadline = Instant::now() + Duration::from_secs(1);
            while counted(&deployment, "calls_at_once", "waited") < CALLS - 1 && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(5));
            }
            let one = call(registration(&other));
            (flood.into_iter().map(|call| call.join().expect("a client")).collect::<Vec<_>>(), one)
        });
        assert_eq!(one.0, 200, "the other organisation's call is served");
        let before = flood.iter().filter(|(_, when)| *when < one.1).count();
        println!("{before} of {CALLS} calls were served before the other organisation's one");
        assert!(before <= CALLS / 3, "{before} calls of one organisation came first");
    }

    fn a_certificate_has_so_many_open_batches_whichever_organisation_they_are_for(database) {
        let mut setup = setup("0");
        setup.environment.push(("LRS_JOBS_OPEN_BY_CERTIFICATE", "2".to_owned()));
        let deployment = Deployment::with(database, setup);
        let (provider, own) = (deployment.provider(), deployment.awarding_organisation());
        let (second, shared) = (second_certificate(&deployment), with_providers_certificate(&deployment));
        let batch = |number: usize| provider.credentials().submit_batch("FUL", &crowd(3, number * 3));
        for number in 0..2 {
            assert_eq!(provider.post(LS, &batch(number)).code(), "WSRC0007");
        }
        let refused = provider.post(LS, &batch(2));
        assert_eq!((refused.status, refused.header("retry-after")), (500, Some("60")), "{}", refused.text());
        assert!(refused.fault().further.contains("with this certificate"), "{}", refused.text());
        assert_eq!(second.post(LS, &batch(2)).code(), "WSRC0007", "the organisation's other certificate may");

        let record = elements(&[("MISIdentifier", "1"), ("ULN", "1000000019"), ("FamilyName", "Body"), ("GivenName", "No")]);
        let rest = elements(&[("LearnerRecordCount", "1")]) + &format!("<Learner>{record}</Learner>");
        let verification = own.credentials().request(VERIFY, "SubmitVerifyBatch", &rest);
        assert!(shared.post(LS, &verification).retry_after().is_some(), "for the certificate's other organisation");
        assert_eq!(own.post(LS, &verification).code(), "WSRC0025", "with its own certificate");
        assert_eq!(counted(&deployment, "open_by_certificate", "refused"), 2);
        assert_eq!(lines(&deployment, "too many unfinished batches with one certificate"), 2, "one for each organisation");
    }
}

/// One call at work, while nobody can write: the others queue and are refused, and another
/// organisation has its own.
fn at_once(database: Database, setting: &'static str, limit: &str, why: &str) {
    let deployment = Deployment::with(database, limited(setting, "1"));
    let (provider, other) = (deployment.provider(), deployment.awarding_organisation());
    assert_eq!(provider.post(LS, &find(&provider)).code(), "WSRC0001");
    assert_eq!(other.post(LS, &verify(&other)).value("VerifiedLearner/ResponseCode"), "WSVRC006");
    let names = ["Anabel", "Bartholomew", "Cressida", "Dominic", "Euphemia", "Fitzgerald"];
    let requests: Vec<String> = names.iter().map(|name| register(&provider, name)).collect();
    let held = Barrier::new(2);
    let (answers, other) = thread::scope(|scope| {
        scope.spawn(|| hold_the_database(&deployment, database, Duration::from_millis(4000), &held));
        held.wait();
        let others = scope.spawn(|| other.post(LS, &verify(&other)));
        (flood(&provider, &requests), others.join().expect("a client"))
    });
    assert_eq!(other.value("VerifiedLearner/ResponseCode"), "WSVRC006");
    let refused = refused(&answers, why);
    assert_eq!(refused.len(), 5, "one was at work");
    assert_eq!(counted(&deployment, limit, "waited"), 5);
    assert_eq!(counted(&deployment, limit, "refused"), 5);
    // Without the lock, all of them are served, one after the other.
    let answers = flood(&provider, &requests);
    assert!(
        answers.iter().all(|answer| answer.status == 200),
        "{:?}",
        answers.iter().map(Answer::text).collect::<Vec<_>>()
    );
    assert_eq!(lines(&deployment, &why_in_trail(limit)), 1);
}

fn why_in_trail(limit: &str) -> String {
    let certificate = if limit.ends_with("certificate") { " with one certificate" } else { "" };
    format!("too many calls at once{certificate}")
}
