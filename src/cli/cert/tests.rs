//! Tests of `cli/cert/mod.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;

use super::*;
use crate::domain::NewOrganisation;
use crate::model::Ukprn;
use crate::pki::CertificateAuthority;

fn text(cert: Cert) -> Result<String, Failure> {
    let mut out = Vec::new();
    run(cert, &mut out).map(|()| String::from_utf8(out).unwrap())
}

/// A store with one organisation, and an authority that the service trusts.
struct Office {
    folder: tempfile::TempDir,
    config: config::File,
    authority: CertificateAuthority,
}

const UKPRN: &str = "90000051";

fn office() -> Office {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lrs.toml");
    fs::write(&file, "[tls]\nclient_ca = \"ca.pem\"\n[store]\nurl = \"lrs.db\"\n").unwrap();
    let authority = CertificateAuthority::create("Test", 2).unwrap();
    fs::write(folder.path().join("ca.pem"), authority.credential().certificate_pem()).unwrap();
    let config = config::File { config: Some(file) };
    setup::open(&config.load().unwrap()).unwrap().migrate().unwrap();
    let ukprn: Ukprn = UKPRN.parse().unwrap();
    let new = NewOrganisation {
        ukprn,
        org_ref: "RIVER1".parse().unwrap(),
        name: "Riverside College",
        learner_registration_body: true,
        awarding_organisation: false,
        permissions: None,
        password: None,
    };
    setup::administer(&config, |admin| admin.add_organisation(&new)).unwrap();
    Office { folder, config, authority }
}

impl Office {
    fn add(&self, file: &[u8], anyway: bool) -> Result<String, Failure> {
        let certificate = self.folder.path().join("sent");
        fs::write(&certificate, file).unwrap();
        let (ukprn, p12_password, config) = (UKPRN.parse().unwrap(), "secret".to_owned(), self.config.clone());
        text(Cert::Add(add::Add { ukprn, certificate, p12_password, anyway, config }))
    }

    fn list(&self) -> String {
        text(Cert::List { config: self.config.clone() }).unwrap()
    }
}

fn refused(outcome: Result<String, Failure>) -> String {
    let Err(Failure::Failed(message)) = outcome else { panic!("expected a failure") };
    message
}

#[test]
fn a_certificate_is_registered_listed_and_revoked_for_good() {
    let office = office();
    let credential = office.authority.issue_client("riverside", 1).unwrap();
    let fingerprint = credential.fingerprint();
    let pem = credential.pem();
    let added = office.add(pem.as_bytes(), false).unwrap();
    for expected in ["may act for 90000051", "subject CN=riverside\n", "issuer  CN=Test\n", "serial  ", "ends    "] {
        assert!(added.contains(expected), "{expected}: {added}");
    }
    assert!(office.add(pem.as_bytes(), false).unwrap().contains("may already act for 90000051"));
    let listed = office.list();
    assert!(listed.contains(&fingerprint.to_string()) && listed.contains("for 90000051"), "{listed}");
    let revoke = || text(Cert::Revoke { fingerprint, config: office.config.clone() });
    revoke().unwrap();
    assert!(office.list().contains("(revoked "));
    let message = refused(office.add(pem.as_bytes(), false));
    assert!(message.contains("Issue the organisation a new one"), "{message}");
    assert!(revoke().is_err());
}

#[test]
fn any_form_of_file_registers_the_client_and_not_its_authority() {
    let office = office();
    let credential = office.authority.issue_client("riverside", 1).unwrap();
    let root = office.authority.credential();
    for file in [
        (root.certificate_pem() + &credential.pem()).into_bytes(),
        credential.certificate_der().to_vec(),
        credential.pkcs12("secret", &[root]).unwrap(),
    ] {
        office.add(&file, false).unwrap();
    }
    let listed = office.list();
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(listed.contains(&credential.fingerprint().to_string()), "{listed}");
    let message = refused(office.add(&credential.pkcs12("another", &[]).unwrap(), false));
    assert!(message.contains("--p12-password"), "{message}");
}

#[test]
fn what_the_service_would_refuse_is_refused_with_its_reason() {
    let office = office();
    let stranger = CertificateAuthority::create("Strangers", 1).unwrap();
    for (credential, reason) in [
        (stranger.issue_client("stranger", 1).unwrap(), "not from a trusted authority"),
        (office.authority.issue_server(&["localhost"], 1).unwrap(), "lacks clientAuth"),
        (office.authority.issue_client("late", 0).unwrap(), "has expired"),
    ] {
        std::thread::sleep(std::time::Duration::from_millis(1100));
        let message = refused(office.add(credential.certificate_pem().as_bytes(), false));
        assert!(message.contains(reason) && message.contains("--anyway"), "{message}");
        assert!(!office.list().contains(&credential.fingerprint().to_string()));
    }
    let message = refused(office.add(office.authority.credential().pem().as_bytes(), false));
    assert!(message.contains("is an authority's"), "{message}");
    let stranger = stranger.issue_client("stranger", 1).unwrap();
    let added = office.add(stranger.pem().as_bytes(), true).unwrap();
    assert!(added.contains("will refuse it") && added.contains("may act for"), "{added}");
    fs::remove_file(office.folder.path().join("ca.pem")).unwrap();
    let message = refused(office.add(stranger.pem().as_bytes(), false));
    assert!(message.contains("cannot be checked") && message.contains("ca.pem"), "{message}");
}

#[test]
fn a_file_without_certificate_is_refused_by_name() {
    let office = office();
    let message = refused(office.add(b"", true));
    assert!(message.contains("sent: the file contains no certificate"), "{message}");
    let message = refused(office.add(b"-----BEGIN CERTIFICATE-----\nAAAA\n", true));
    assert!(message.contains("certificate 1, which begins on line 1"), "{message}");
}

#[test]
fn a_subject_cannot_steer_the_terminal() {
    let office = office();
    let credential = office.authority.issue_client("river\u{1b}[2J\nside", 1).unwrap();
    let added = office.add(credential.pem().as_bytes(), false).unwrap();
    for text in [added, office.list()] {
        assert!(!text.contains('\u{1b}') && text.contains("river\\u{1b}[2J\\u{a}side"), "{text}");
    }
}
