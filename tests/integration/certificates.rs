//! Certificates as operators manage them: `lrs cert new`, `add`, `list` and `revoke`, each as a
//! separate process.

use std::fs;
use std::process::Output;

use crate::harness::{Database, Deployment};

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_key_is_replaced_by_force_alone_and_the_password_of_its_container_is_told() {
    let deployment = Deployment::shared(Database::Sqlite);
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().display().to_string();
    let new = |more: &[&str]| deployment.lrs(&[&["cert", "new", "riverside", "--dir", &dir], more].concat());
    let read = || ["riverside.pem", "riverside.p12"].map(|file| fs::read(folder.path().join(file)).expect("a file"));
    let first = new(&[]);
    assert!(first.status.success(), "{}", said(&first));
    let told = said(&first);
    let password = told.lines().find_map(|line| line.split_once("(shown only once): ")).expect("a password").1;
    let container = folder.path().join("riverside.p12").display().to_string();
    let ukprn = deployment.provider().credentials().ukprn;
    for (given, what) in [("demo", "password"), (password, "not from a trusted authority")] {
        let added = deployment.lrs(&["cert", "add", &ukprn, &container, "--p12-password", given]);
        assert_eq!(added.status.code(), Some(1), "{}", said(&added));
        assert!(said(&added).contains(what), "{}", said(&added));
    }
    let kept = read();
    let again = new(&[]);
    assert_eq!(again.status.code(), Some(1), "{}", said(&again));
    assert!(said(&again).contains("riverside.pem already exists"), "{}", said(&again));
    assert_eq!(read(), kept);
    let forced = new(&["--force", "--p12-password", "secret"]);
    assert!(forced.status.success() && !said(&forced).contains("secret"), "{}", said(&forced));
    assert!(read().iter().zip(&kept).all(|(new, old)| new != old));
}

#[test]
fn what_could_not_connect_is_registered_when_asked_for_alone() {
    let deployment = Deployment::start(Database::Sqlite);
    let ukprn = deployment.provider().credentials().ukprn;
    let add = |more: &[&str]| deployment.lrs(&[&["cert", "add", &ukprn], more].concat());
    let list = || said(&deployment.lrs(&["cert", "list"]));
    let before = list();
    for (file, reason) in
        [("pki/server.pem", "clientAuth"), ("pki/ca.pem", "authority"), ("demo.env", "no certificate")]
    {
        let refused = add(&[file]);
        assert_eq!(refused.status.code(), Some(1), "{file}: {}", said(&refused));
        assert!(said(&refused).contains(reason), "{file}: {}", said(&refused));
    }
    assert_eq!(list(), before);
    let anyway = add(&["pki/server.pem", "--anyway"]);
    assert!(anyway.status.success() && said(&anyway).contains("will refuse it"), "{}", said(&anyway));

    let made = deployment.lrs(&["cert", "new", "renewed", "--dir", "pki"]);
    assert!(made.status.success(), "{}", said(&made));
    let pki = deployment.dir().join("pki");
    let bundle = ["ca.pem", "renewed.pem"].map(|file| fs::read_to_string(pki.join(file)).expect("a file")).concat();
    fs::write(pki.join("bundle.pem"), bundle).expect("written");
    let added = add(&["pki/bundle.pem"]);
    assert!(added.status.success() && said(&added).contains("subject CN=renewed"), "{}", said(&added));
    let fingerprint = said(&added).lines().next().expect("a line").to_owned();
    assert!(list().contains(&fingerprint), "{}", list());
    let revoked = deployment.lrs(&["cert", "revoke", &fingerprint]);
    assert!(revoked.status.success() && said(&revoked).contains("Revoked "), "{}", said(&revoked));
    let again = add(&["pki/renewed.pem"]);
    assert!(!again.status.success() && said(&again).contains("Issue the organisation a new one"), "{}", said(&again));
}
