//! What the program says when it is configured wrongly: what is wrong, where, and what to do; and
//! that it leaves nothing behind.

use std::fs;
use std::process::{Command, Stdio};

use crate::harness::deployment::LRS;
use crate::harness::{Database, Deployment};

/// The output of a command that must fail, run in a folder with only the given variables.
fn told(folder: &std::path::Path, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(LRS);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LRS_")) {
        command.env_remove(name);
    }
    let output = command.envs(variables.iter().copied()).output().expect("lrs runs");
    assert!(!output.status.success(), "{arguments:?} succeeded");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_command_that_only_reads_makes_no_database() {
    let folder = tempfile::tempdir().unwrap();
    for command in [&["org", "list"][..], &["slo"], &["cert", "list"], &["batch", "list"], &["serve"], &["worker"]] {
        let told = told(folder.path(), command, &[("LRS_STORE_URL", "sqlite:register.db")]);
        assert!(
            told.contains("There is no database at register.db") && told.contains("lrs migrate"),
            "{command:?}: {told}"
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{command:?}");
    }
}

#[test]
fn a_database_that_cannot_be_opened_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let told = told(folder.path(), &["migrate"], &[("LRS_STORE_URL", "sqlite:nowhere/register.db")]);
    assert!(told.contains("nowhere/register.db") && told.contains("store.url"), "{told}");
}

#[test]
fn a_variable_that_sets_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (name, hint) in [("LRS_JOB_WORKERS", "jobs.workers"), ("LRS_STOREURL", "store.url"), ("LRS_COLOUR", "")] {
        let told = told(folder.path(), &["config", "show"], &[(name, "1")]);
        assert!(told.contains(name) && told.contains(hint), "{name}: {told}");
    }
    let output = Command::new(LRS)
        .args(["config", "show"])
        .current_dir(folder.path())
        .envs([
            ("LRS_URL", "https://localhost:8443"),
            ("LRS_SERVICE_HOST", "10.0.0.1"),
            ("LRS_PORT_8443_TCP", "tcp://10.0.0.1:8443"),
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_wrong_file_of_a_caller_is_named_with_what_to_do() {
    let deployment = Deployment::start(Database::Sqlite);
    let pki = deployment.dir().join("pki");
    let file = |name: &str| pki.join(name).display().to_string();
    let other = tempfile::tempdir().unwrap();
    let made = Command::new(LRS).args(["cert", "new", "other"]).current_dir(other.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let other_ca = fs::read_dir(other.path())
        .unwrap()
        .flat_map(|entry| {
            if entry.as_ref().unwrap().path().is_dir() {
                fs::read_dir(entry.unwrap().path()).unwrap().collect::<Vec<_>>()
            } else {
                vec![entry]
            }
        })
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_name().is_some_and(|name| name == "ca.pem"))
        .expect("an authority");
    let call = |cert: &str, ca: &str| {
        told(
            other.path(),
            &[
                "call",
                "learnerByULN",
                "--url",
                deployment.variable("LRS_URL"),
                "--cert",
                cert,
                "--ca",
                ca,
                "--org-ukprn",
                "TEST0038",
                "--OrgPassword",
                "demo-provider-pw",
                "--ULN",
                "1100001017",
                "--FamilyName",
                "A",
                "--GivenName",
                "B",
            ],
            &[],
        )
    };
    let container = call(&file("provider.p12"), &file("ca.pem"));
    assert!(container.contains("provider.p12") && container.contains("openssl pkcs12"), "{container}");
    let authority = call(&file("provider.pem"), &other_ca.display().to_string());
    assert!(authority.contains("Check that --ca"), "{authority}");
    let missing = call(&file("nobody.pem"), &file("ca.pem"));
    assert!(missing.contains("nobody.pem"), "{missing}");
}

#[test]
fn a_server_without_its_certificate_names_the_file_and_the_setting() {
    let mut deployment = Deployment::start(Database::Sqlite);
    deployment.stop();
    fs::remove_file(deployment.dir().join("pki/server.pem")).unwrap();
    let output = deployment.lrs(&["serve"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains("server.pem") && told.contains("tls.certificate"), "{told}");
}
