//! What is read and kept of a request's body, and for whom: nothing for a certificate that may act
//! for no organisation, and only the beginning of a batch for a sender who is refused.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rcgen::KeyPair;

use crate::harness::actor::SOAP_HEADERS;
use crate::harness::message::Credentials;
use crate::harness::{Answer, Database, Deployment, on_both};
use crate::hostile::{gzip, memory};
use crate::tls::certified;

const SERVICES: [&str; 3] = ["LearnerService", "LearnerServiceR9", "ExternalService"];
const VERSIONS: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13, &rustls::version::TLS12];

/// A certificate of the authority that is not registered.
fn unregistered(deployment: &Deployment, name: &str) -> PathBuf {
    let pki = deployment.dir().join("pki");
    let pem = pki.join(format!("{name}.pem"));
    fs::write(&pem, certified(&pki, name, &KeyPair::generate().expect("a key"))).expect("written");
    pem
}

fn head(service: &str, length: &str) -> String {
    format!("POST /{service}.svc HTTP/1.1\r\nHost: localhost\r\n{SOAP_HEADERS}{length}\r\n\r\n")
}

/// The response to a certificate that may act for no organisation.
fn is_turned_away(answer: &Answer) {
    assert_eq!((answer.status, answer.header("connection")), (500, Some("close")), "{}", answer.text());
    assert_eq!(answer.fault().error, "WSEC0003");
}

on_both! {
    fn a_certificate_that_may_act_for_nobody_is_refused_before_its_body(database) {
        let deployment = Deployment::shared(database);
        let stranger = deployment.provider().speaking(&unregistered(deployment, "unread"), VERSIONS);
        for service in SERVICES {
            for length in ["Content-Length: 2000000", "Transfer-Encoding: chunked"] {
                let mut connection = stranger.connect().expect("a connection");
                connection.send(head(service, length).as_bytes()).expect("sent");
                is_turned_away(&connection.receive().expect("an answer to the head alone"));
                assert!(connection.closed_by_server());
            }
            let soap_1_2 = "Content-Type: application/soap+xml\r\n";
            let answer = stranger.post_with(service, soap_1_2, b"<a/>");
            assert_eq!(answer.header("content-type"), Some("application/soap+xml; charset=utf-8"));
            is_turned_away(&answer);
        }
        let page = stranger.ask("GET", "/ExternalService.svc?wsdl");
        assert_eq!(page.status, 200, "the contract is for every certificate of the authority");
    }

    fn a_client_that_sends_everything_first_sees_that_it_is_refused(database) {
        let deployment = Deployment::shared(database);
        let stranger = deployment.provider().speaking(&unregistered(deployment, "eager"), VERSIONS);
        let body = "&lt;".repeat(8 * 1024 * 1024);
        for service in SERVICES {
            let mut connection = stranger.connect().expect("a connection");
            connection.send(head(service, &format!("Content-Length: {}", body.len())).as_bytes()).expect("sent");
            connection.send(body.as_bytes()).expect("the server reads on for a moment and drops what it reads");
            is_turned_away(&connection.receive().expect("an answer"));
        }
    }

    fn a_certificate_gets_in_as_soon_as_it_is_registered(database) {
        let deployment = Deployment::shared(database);
        let pem = unregistered(deployment, "newcomer");
        let newcomer = deployment.provider().speaking(&pem, VERSIONS);
        let question = newcomer.credentials().find_by_uln("FUL", "1000000000", "Body", "No");
        is_turned_away(&newcomer.post("LearnerService", &question));
        let output = deployment.lrs(&["cert", "add", deployment.variable("PROVIDER_UKPRN"), &pem.display().to_string()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let deadline = Instant::now() + Duration::from_secs(20);
        let answer = loop {
            // The store is queried again at most ten times a second.
            let answer = newcomer.post("LearnerService", &question);
            if answer.status == 200 || Instant::now() > deadline {
                break answer;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(answer.code(), "WSRC0001");
    }

    /// On ExternalService the sender is identified before the rest is read, whatever the rest is.
    fn the_sender_of_a_batch_is_refused_by_its_beginning(database) {
        let deployment = Deployment::shared(database);
        let awarding = deployment.awarding_organisation();
        let credentials = awarding.credentials();
        let wrong_password = Credentials { password: "synthetic-wrong1".to_owned(), ..awarding.credentials() };
        let not_its_own = deployment.provider().credentials();
        for (name, credentials, error) in [
            ("a wrong password", &wrong_password, "WSEC0005"),
            ("another organisation", &not_its_own, "WSEC0003"),
        ] {
            let whole = submission(credentials, "<a>&nope;</b>");
            assert_eq!(awarding.post(EXTERNAL, &whole).fault().error, error, "{name}: what follows is not looked at");
            // The rest never comes.
            let mut connection = awarding.connect().expect("a connection");
            connection.send(head(EXTERNAL, "Content-Length: 30000000").as_bytes()).expect("sent");
            let filled = submission(credentials, &" ".repeat(20_000));
            connection.send(&filled.as_bytes()[..20_000]).expect("sent");
            let answer = connection.receive().expect("an answer to the beginning");
            assert_eq!((answer.fault().error.as_str(), answer.header("connection")), (error, Some("close")), "{name}");
            assert!(connection.closed_by_server());
        }
        let unknown = submission(&credentials, "").replace("SubmitAchievementBatchJob", "SubmitNothing") + "<a";
        assert_eq!(awarding.post(EXTERNAL, &unknown).fault().error, "WSEC0002");
        let broken = submission(&credentials, "<a>&nope;</b>");
        assert_eq!(awarding.post(EXTERNAL, &broken).fault().error, "WSEC0001", "the sender is known");
    }

    /// The sender must be identified in the first 256 KiB; blanks, comments and headers before that
    /// are allowed.
    fn the_sender_of_a_batch_must_be_told_at_its_beginning(database) {
        let deployment = Deployment::shared(database);
        let awarding = deployment.awarding_organisation();
        let submission = submission(&awarding.credentials(), "");
        let late = |bytes: usize| submission.replace("<s:Body>", &format!("<!--{}--><s:Body>", "x".repeat(bytes)));
        assert_eq!(awarding.post(EXTERNAL, &late(100_000)).code(), "WSEC0047");
        let answer = awarding.post(EXTERNAL, &late(300_000));
        assert_eq!((answer.fault().error.as_str(), answer.header("connection")), ("WSEC0001", Some("close")));
        let wide: Vec<u8> = late(40_000).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let headers = "Content-Type: text/xml; charset=utf-16le\r\n";
        assert_eq!(awarding.post_with(EXTERNAL, headers, &wide).code(), "WSEC0047");
        let packed = format!("{SOAP_HEADERS}Content-Encoding: gzip\r\n");
        let plain: String = (0..15_000).map(|n| format!("<!--{}-->", n * 7919)).collect();
        let plain = submission.replace("<s:Body>", &format!("{}<s:Body>", plain));
        assert_eq!(awarding.post_with(EXTERNAL, &packed, &gzip(plain.as_bytes())).code(), "WSEC0047");
    }
}

/// 40 unfinished bodies of 31 MB: those of one certificate hold no more than its share of the
/// memory, and others are still served.
#[test]
fn bodies_on_their_way_hold_no_more_than_their_part_of_the_memory() {
    const BODY: usize = 31_000_000;
    let deployment = Deployment::start(Database::Sqlite);
    let hog = deployment.awarding_organisation();
    let before = memory(&deployment, "VmRSS:");
    let beginning = head(EXTERNAL, &format!("Content-Length: {BODY}")) + &submission(&hog.credentials(), "");
    let (beginning, _) = beginning.split_once("<submissionType>").expect("a place for more");
    let filled = beginning.to_owned() + &" ".repeat(BODY - 10_000);
    let mut held = Vec::new();
    let mut refused = 0;
    for _ in 0..40 {
        let mut connection = hog.connect().expect("a connection");
        // A server that has already responded may not read all of it.
        let sent = connection.send(filled.as_bytes());
        if held.len() < 2 {
            sent.expect("what fits is read");
            held.push(connection);
            continue;
        }
        let answer = connection.receive().expect("an answer");
        assert_eq!((answer.status, answer.header("connection")), (503, Some("close")), "{}", answer.text());
        let seconds = answer.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
        assert!(seconds.is_some_and(|seconds| seconds > 0), "{seconds:?}");
        refused += 1;
    }
    assert_eq!(refused, 38);
    let grown = memory(&deployment, "VmHWM:").saturating_sub(before);
    assert!(grown < 256 * 1024, "the server grew by {grown} KiB");

    let pem = unregistered(&deployment, "honest");
    let output = deployment.lrs(&["cert", "add", deployment.variable("AO_UKPRN"), &pem.display().to_string()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let honest = deployment.awarding_organisation().speaking(&pem, VERSIONS);
    let long = submission(&hog.credentials(), &format!("<!--{}-->", "x".repeat(BODY - 10_000)));
    assert_eq!(honest.post(EXTERNAL, &long).code(), "WSEC0047", "another certificate has its own part");
    assert_eq!(hog.post("LearnerService", "<a/>").fault().error, "WSEC0001", "short requests are served");

    drop(held);
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match hog.try_post(EXTERNAL, SOAP_HEADERS, long.as_bytes()).expect("an answer") {
            answer if answer.status == 503 => assert!(Instant::now() < deadline, "what was held is given back"),
            answer => break assert_eq!(answer.code(), "WSEC0047"),
        }
    }
}

/// Expands more than 40 times: refused, with advice. Batches written by our own clients expand 14
/// to 29 times.
#[test]
fn a_batch_may_be_packed_forty_times() {
    let deployment = Deployment::shared(Database::Sqlite);
    let awarding = deployment.awarding_organisation();
    let headers = format!("{SOAP_HEADERS}Content-Encoding: gzip\r\n");
    let dense = submission(&awarding.credentials(), &"<!-- the same again -->".repeat(200_000));
    let packed = gzip(dense.as_bytes());
    assert!(dense.len() / packed.len() > 40);
    let answer = awarding.post_with(EXTERNAL, &headers, &packed);
    assert_eq!(answer.status, 413);
    assert!(answer.text().contains("more than 40 times"), "{}", answer.text());
    let batch: String = (0..10_000)
        .map(|n: u64| {
            let (uln, given, family) = (1_000_000_000 + n * 7_919_777 % 8_999_999_999, n * 7919 % 999, n * 104_729 % 9_999);
            format!(
                "\n  <Achievement>\n    <AchievementAwardDate>2026-07-01T00:00:00</AchievementAwardDate>\n    <Action>1</Action>\
                 \n    <ActionDate>2026-07-02T00:00:00</ActionDate>\n    <FamilyName>Family{family}</FamilyName>\n    <GivenName>Given{given}</GivenName>\
                 \n    <Grade>Pass</Grade>\n    <LanguageForAssessment>English</LanguageForAssessment>\n    <MisIdentifier>{n}</MisIdentifier>\
                 \n    <ProviderUkprn>90000051</ProviderUkprn>\n    <Uln>{uln}</Uln>\
                 \n    <UnitOrQualificationReferenceNumber>600/1166/X</UnitOrQualificationReferenceNumber>\n  </Achievement>"
            )
        })
        .collect();
    let batch = submission(&awarding.credentials(), &format!("<achievements>{batch}</achievements>"));
    let packed = gzip(batch.as_bytes());
    assert!(batch.len() / packed.len() > 15, "{} of {}", packed.len(), batch.len());
    assert_eq!(awarding.post_with(EXTERNAL, &headers, &packed).code(), "WSRC0007");
}

const EXTERNAL: &str = "ExternalService";

/// A batch of achievements with something else in place of the achievements.
fn submission(credentials: &Credentials, rest: &str) -> String {
    let Credentials { org_ref, password, user_name, .. } = credentials;
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <SubmitAchievementBatchJob xmlns=\"http://api.lrs.qcf.gov.uk/services\"><invokingUser xmlns:m=\"http://api.lrs.qcf.gov.uk/model\">\
         <m:OrgPassword>{password}</m:OrgPassword><m:OrganisationRef>{org_ref}</m:OrganisationRef><m:UserName>{user_name}</m:UserName>\
         </invokingUser><emailAddress>exams@example.org</emailAddress><submissionType>F</submissionType>{rest}\
         </SubmitAchievementBatchJob></s:Body></s:Envelope>"
    )
}
