//! Super users see and revoke the certificates of their organisation.

use std::time::{Duration, Instant};

use learning_records::pki::CertificateAuthority;

use crate::harness::actor::SOAP_HEADERS;
use crate::harness::visitor::Visitor;
use crate::harness::{Actor, Deployment, on_both};

/// The subjects of the messages to a super user of the provider about certificates.
fn told(deployment: &Deployment) -> Vec<String> {
    let mut visitor = Visitor::of(deployment);
    let page = visitor.open("/demo/mail");
    let own = page.all("tbody tr").into_iter().filter(|row| row.contains(deployment.variable("PORTAL_SUPER")));
    let mut subjects: Vec<String> = own
        .filter_map(|row| {
            ["A certificate ends soon", "A certificate ends within a week"].into_iter().find(|it| row.starts_with(it))
        })
        .map(str::to_owned)
        .collect();
    subjects.sort();
    subjects
}

on_both! {
    fn super_users_are_told_once_before_a_certificate_ends(database) {
        let mut deployment = Deployment::start(database);
        let pki = deployment.dir().join("pki");
        let read = |name: &str| std::fs::read_to_string(pki.join(name)).expect("a PEM file");
        let authority = CertificateAuthority::load(&(read("ca.pem") + &read("ca.key"))).expect("the authority");
        let mut expected: Vec<&str> = Vec::new();
        for (name, days, subject) in [
            ("far", 61, None),
            ("two-months", 59, Some("A certificate ends soon")),
            ("one-month", 29, Some("A certificate ends soon")),
            ("one-week", 6, Some("A certificate ends within a week")),
        ] {
            let credential = authority.issue_client(name, days).expect("a certificate");
            let file = format!("pki/{name}.pem");
            learning_records::pki::write_private(&deployment.dir().join(&file), credential.pem().as_bytes()).expect("written");
            let output = deployment.lrs(&["cert", "add", "TEST0038", &file]);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            expected.extend(subject);
        }
        assert_eq!(deployment.stop(), Some(0));
        deployment.launch();
        // Both look when they start, and neither tells what the other has told.
        let node = deployment.another_node();
        let deadline = Instant::now() + Duration::from_secs(30);
        while told(&deployment).len() < expected.len() {
            assert!(Instant::now() < deadline, "{:?}\n{}", told(&deployment), deployment.log());
            std::thread::sleep(Duration::from_millis(100));
        }
        drop(node);
        assert_eq!(deployment.stop(), Some(0));
        deployment.launch();
        std::thread::sleep(Duration::from_secs(2));
        assert_eq!(told(&deployment), expected, "each is told once");
        let mut visitor = Visitor::of(&deployment);
        visitor.open("/demo/mail");
        let text = visitor.follow("A certificate ends within a week").text();
        assert!(text.contains("ends within 7 days") && text.contains("/certificates"), "{text}");
        assert!(!text.contains("one-week"), "the message names no certificate: {text}");
    }

    fn a_revoked_certificate_is_refused_at_once(database) {
        let deployment = Deployment::start(database);
        for arguments in [&["cert", "new", "renewed", "--dir", "pki"], &["cert", "add", "TEST0038", "pki/renewed.pem"][..]] {
            let output = deployment.lrs(arguments);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let renewed = deployment.dir().join("pki/renewed.pem");
        let program = deployment.provider().speaking(&renewed, rustls::ALL_VERSIONS);
        let mut visitor = Visitor::of(&deployment);
        visitor.sign_in("PORTAL_SUPER");
        visitor.open("/");
        let page = visitor.follow("Certificates");
        // The latest is the first.
        let row = page.one("tbody tr");
        assert!(row.contains("renewed") && row.contains("Valid"), "{row}");
        let page = visitor.follow("Revoke");
        assert!(page.text().contains("this cannot be undone"), "{}", page.text());
        assert!(!page.text().contains("It is the last certificate"), "{}", page.text());
        let path = page.path.clone();
        assert!(finds(&program));
        let page = visitor.press("Revoke the certificate");
        assert!(page.text().contains("The certificate is revoked"), "{}", page.text());
        assert!(page.one("tbody tr").contains("Revoked on"), "{}", page.text());
        assert!(!finds(&program), "the web services refuse it");
        assert!(finds(&deployment.provider()), "the other one still works");
        let token = visitor.form_token();
        assert_eq!(visitor.post(&path, &[("csrf", &token)]).status(), 404, "once is enough");
        assert_eq!(visitor.open(&path).path, "/certificates");
    }

    fn a_certificate_of_several_organisations_stops_acting_for_one(database) {
        let deployment = Deployment::start(database);
        let mut visitor = Visitor::of(&deployment);
        visitor.sign_in("PORTAL_SUPER");
        assert!(finds(&deployment.provider()));
        let left = visitor.open("/certificates").all("tbody a").len();
        assert!(left > 0);
        for left in (1..=left).rev() {
            let page = visitor.follow("Revoke");
            let is_shared = page.text().contains("It acts for other organisations too");
            assert_eq!(page.text().contains("It is the last certificate of your organisation"), left == 1);
            let page = visitor.press("Revoke the certificate");
            assert_eq!(page.text().contains("no longer acts for your organisation"), is_shared, "{}", page.text());
        }
        assert!(!finds(&deployment.provider()), "the web services refuse it");
        let list = String::from_utf8(deployment.lrs(&["cert", "list"]).stdout).expect("text");
        let acting = list.lines().filter(|line| line.contains("TEST0038") && !line.contains("revoked")).count();
        assert_eq!(acting, 0, "{list}");
        assert!(list.contains("(until"), "others keep their certificates: {list}");
    }

    fn another_organisation_revokes_nothing(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_SUPER");
        visitor.open("/certificates");
        let path = visitor.follow("Revoke").path.clone();
        let mut other = Visitor::signed_in(deployment, "PORTAL_AO_SUPER");
        assert_eq!(other.open(&path).status(), 404);
        let token = other.form_token();
        assert_eq!(other.post(&path, &[("csrf", &token)]).status(), 404);
        assert_eq!(other.open("/certificates/no-fingerprint/revoke").status(), 404);
        assert!(visitor.open("/certificates").one("tbody tr").contains("Valid"));
    }
}

/// Whether a program of the provider finds a learner.
pub(super) fn finds(program: &Actor<'_>) -> bool {
    let question = program.credentials().find_by_uln("FUL", "1100001017", "Quillfeather", "Ottoline");
    program
        .try_post("LearnerService", SOAP_HEADERS, question.as_bytes())
        .is_ok_and(|answer| answer.text().contains("Quillfeather"))
}
