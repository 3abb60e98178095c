//! Super users ask for certificates, operators sign them.

use rcgen::{CertificateParams, KeyPair};

use super::certificates::finds;
use crate::harness::visitor::Visitor;
use crate::harness::{Deployment, on_both};

on_both! {
    fn a_certificate_is_asked_for_signed_downloaded_and_used(database) {
        let deployment = Deployment::start(database);
        let mut visitor = Visitor::of(&deployment);
        visitor.sign_in("PORTAL_SUPER");
        let page = visitor.open("/certificates");
        assert!(page.text().contains("has two certificates that can be used"), "{}", page.text());
        assert!(!page.text().contains("Ask for a certificate"));
        let key = KeyPair::generate().expect("a key");
        let pem = request(&key);
        visitor.open("/certificates/new");
        let page = visitor.send_file(&[("request", &pem)], "", b"");
        assert_eq!((page.heading().as_str(), page.summary("Kind of key").as_deref()), ("Check the request", Some("P-256")));
        let checked = page.path.clone();
        let page = visitor.press("Ask for the certificate");
        assert_eq!(page.status(), 422);
        assert!(page.text().contains("Revoke one to ask for another"), "{}", page.text());

        visitor.open("/certificates");
        visitor.follow("Revoke");
        visitor.press("Revoke the certificate");
        visitor.follow("Ask for a certificate");
        visitor.open(&checked);
        let page = visitor.press("Ask for the certificate");
        assert!(page.text().contains("The operator of the service has your request"), "{}", page.text());
        assert_eq!(page.summary("Kind of key").as_deref(), Some("P-256"));
        // It waits, so another is not taken.
        visitor.open("/certificates/new");
        let other = request(&KeyPair::generate().expect("a key"));
        visitor.send_file(&[("request", "")], "other.csr", other.as_bytes());
        let page = visitor.press("Ask for the certificate");
        assert!(page.text().contains("waits already"), "{}", page.text());

        let listed = said(&deployment, &["cert", "requests"], true);
        assert!(listed.contains("TEST0038") && listed.contains("P-256"), "{listed}");
        let number = listed.split_whitespace().next().expect("a number").to_owned();
        assert_eq!(said(&deployment, &["cert", "requests", &number], true), pem);
        let refused = said(&deployment, &["cert", "sign", &number, "--certificate", "pki/provider.pem"], false);
        assert!(refused.contains("has another key"), "{refused}");
        let signed = said(&deployment, &["cert", "sign", &number, "--dir", "pki"], true);
        assert!(signed.contains("may act for TEST0038"), "{signed}");
        let again = said(&deployment, &["cert", "sign", &number, "--dir", "pki"], false);
        assert!(again.contains("waits"), "{again}");
        assert!(said(&deployment, &["cert", "requests"], true).contains("No request waits"));

        let row = visitor.open("/certificates").one("tbody tr");
        assert!(row.contains("Demonstration College") && row.contains("Valid"), "{row}");
        let page = visitor.follow("Download");
        assert_eq!(page.answer.header("content-disposition"), Some("attachment; filename=\"certificate.pem\""));
        let file = deployment.dir().join("own.pem");
        std::fs::write(&file, page.answer.text() + &key.serialize_pem()).expect("written");
        let program = deployment.provider().speaking(&file, rustls::ALL_VERSIONS);
        assert!(finds(&program), "the web services know the certificate");
        visitor.open("/certificates");
        visitor.follow("Revoke");
        visitor.press("Revoke the certificate");
        assert!(!finds(&program));
        // A key that had a certificate gets no other.
        visitor.open("/certificates/new");
        visitor.send_file(&[("request", &pem)], "", b"");
        let page = visitor.press("Ask for the certificate");
        assert!(page.text().contains("Make a request with a new key"), "{}", page.text());
    }

    fn what_is_no_request_comes_back_with_what_to_do(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_AO_SUPER");
        let key = KeyPair::generate().expect("a key");
        let pem = request(&key);
        let mut errors = |pasted: &str, name: &str, file: &[u8]| {
            visitor.open("/certificates/new");
            let page = visitor.send_file(&[("request", pasted)], name, file);
            assert_eq!(page.status(), 422);
            assert!(!page.answer.text().contains("PRIVATE KEY"), "a private key is not shown again");
            page.errors()
        };
        assert_eq!(errors("", "", b""), ["Paste the request, or select its file"]);
        assert_eq!(errors(&pem, "a.csr", pem.as_bytes()), ["Paste the request or select a file, not both"]);
        let nothing = ["This is not a certificate request: it begins with \u{201c}BEGIN CERTIFICATE REQUEST\u{201d}"];
        assert_eq!(errors("Our request", "", b""), nothing);
        assert_eq!(errors("", "a.csr", b"PK\x03\x04"), nothing);
        assert_eq!(errors("", "a.csr", &[b'x'; 20_000]), ["The selected file is too large for a request"]);
        let with_key = format!("{pem}{}", key.serialize_pem());
        assert!(errors(&with_key, "", b"").concat().starts_with("There is a private key in it"));
    }

    fn a_request_is_withdrawn_and_another_organisation_sees_nothing_of_it(database) {
        let deployment = Deployment::start(database);
        let mut visitor = Visitor::of(&deployment);
        visitor.sign_in("PORTAL_AO_SUPER");
        let pem = request(&KeyPair::generate().expect("a key"));
        visitor.open("/certificates/new");
        let checked = visitor.send_file(&[("request", "")], "own.csr", pem.as_bytes()).path.clone();
        visitor.press("Ask for the certificate");

        let mut other = Visitor::of(&deployment);
        other.sign_in("PORTAL_SUPER");
        assert_eq!(other.open(&checked).status(), 404);
        assert!(!other.open("/certificates").text().contains("asked for a certificate"));
        assert_eq!(other.open("/certificates/withdraw").path, "/certificates");
        let token = other.form_token();
        other.post("/certificates/withdraw", &[("csrf", &token)]);
        // The key of another organisation's request is not taken either.
        other.follow("Revoke");
        other.press("Revoke the certificate");
        other.open("/certificates/new");
        other.send_file(&[("request", &pem)], "", b"");
        let page = other.press("Ask for the certificate");
        assert!(page.text().contains("Make a request with a new key"), "{}", page.text());

        visitor.open("/certificates");
        visitor.follow("Withdraw the request");
        let page = visitor.press("Withdraw the request");
        assert!(page.text().contains("The request is withdrawn"), "{}", page.text());
        assert!(said(&deployment, &["cert", "requests"], true).contains("No request waits"));
        other.open("/certificates/new");
        other.send_file(&[("request", &pem)], "", b"");
        let page = other.press("Ask for the certificate");
        assert!(page.text().contains("has your request"), "it is nobody's now: {}", page.text());
        let listed = said(&deployment, &["cert", "requests"], true);
        let number = listed.split_whitespace().next().expect("a number");
        said(&deployment, &["cert", "sign", number, "--dir", "pki"], true);
        other.open("/certificates");
        let file = other.follow("Download").path.clone();
        assert_eq!(visitor.open(&file).status(), 404, "another organisation's certificate");
    }
}

/// A request with this key.
pub(super) fn request(key: &KeyPair) -> String {
    let request = CertificateParams::default().serialize_request(key).expect("a request");
    let lines = request.pem().expect("text");
    lines.replace("\r\n", "\n")
}

/// What a command prints.
fn said(deployment: &Deployment, arguments: &[&str], succeeds: bool) -> String {
    let output = deployment.lrs(arguments);
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    assert_eq!(output.status.success(), succeeds, "{arguments:?}: {told}");
    told
}
