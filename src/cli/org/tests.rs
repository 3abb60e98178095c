//! Tests of `cli/org.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

fn folder() -> (tempfile::TempDir, config::File) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lrs.toml");
    std::fs::write(&file, "[store]\nurl = \"lrs.db\"\n").unwrap();
    let config = config::File { config: Some(file) };
    setup::open(&config.load().unwrap()).unwrap().migrate().unwrap();
    (folder, config)
}

fn river(config: &config::File) -> Org {
    Org::Add(Add {
        ukprn: "90000051".parse().unwrap(),
        org_ref: "RIVER1".parse().unwrap(),
        name: "Riverside College".into(),
        lrb: true,
        ao: false,
        password: PasswordSource { password_stdin: false },
        config: config.clone(),
    })
}

fn text(org: Org) -> String {
    let mut out = Vec::new();
    run(org, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn an_organisation_is_added_once_listed_and_given_permissions() {
    let (_folder, config) = folder();
    let added = text(river(&config));
    let password = added.lines().find_map(|line| line.strip_prefix("Password (shown only once): ")).unwrap();
    assert_eq!(password.len(), password::LENGTH);
    let listed = text(Org::List { config: config.clone() });
    assert!(listed.contains("90000051  RIVER1  Riverside College (LRB)") && !listed.contains(password), "{listed}");
    let Err(Failure::Failed(again)) = run(river(&config), &mut Vec::new()) else { panic!("expected a failure") };
    assert!(again.contains("already exists"), "{again}");

    let grant = |remove| Org::Grant {
        ukprn: "90000051".parse().unwrap(),
        permissions: vec![Permission::SubmitAchievements],
        remove,
        config: config.clone(),
    };
    assert!(text(grant(false)).contains("submit-achievements"));
    assert!(!text(grant(true)).contains("submit-achievements"));
}

#[test]
fn the_list_shows_the_recognition_of_those_that_award() {
    let (_folder, config) = folder();
    let Org::Add(add) = river(&config) else { panic!("an addition") };
    text(Org::Add(Add { ao: true, ..add }));
    let listed = || text(Org::List { config: config.clone() });
    assert!(listed().contains("(LRB, AO)\n") && listed().contains("    recognition: Recognised\n"), "{}", listed());
    text(Org::Recognition {
        ukprn: "90000051".parse().unwrap(),
        status: RecognitionStatus::Surrendered,
        ended: Some("2024-03-31".parse().unwrap()),
        config: config.clone(),
    });
    assert!(listed().contains("    recognition: Surrendered, last day 2024-03-31\n"), "{}", listed());
}

#[test]
fn an_unknown_organisation_gets_no_password() {
    let (_folder, config) = folder();
    let org = Org::Password {
        ukprn: "90000052".parse().unwrap(),
        password: PasswordSource { password_stdin: false },
        config,
    };
    let Err(Failure::Failed(message)) = run(org, &mut Vec::new()) else { panic!("expected a failure") };
    assert!(message.contains("no organisation"), "{message}");
}

#[test]
fn a_store_without_tables_is_refused_with_advice() {
    let (_folder, config) = folder();
    let empty = config.config.as_ref().unwrap().with_file_name("empty.toml");
    std::fs::write(&empty, "[store]\nurl = \"empty.db\"\n").unwrap();
    let Err(Failure::Failed(message)) =
        run(Org::List { config: config::File { config: Some(empty) } }, &mut Vec::new())
    else {
        panic!("expected a failure")
    };
    assert!(message.contains("lrs migrate"), "{message}");
}

#[test]
fn a_password_is_read_whole_and_must_have_its_length() {
    let read = |input: &str| Password::from(&PasswordSource { password_stdin: true }, input.as_bytes());
    assert_eq!(*read("with space & 16!\r\n").unwrap().text, "with space & 16!");
    for wrong in ["", "short\n", "                \n", "seventeen letters\n"] {
        let Err(Failure::Failed(message)) = read(wrong) else { panic!("expected a failure") };
        assert!(!message.contains("letters"), "{message}");
    }
}

#[test]
fn passwords_that_are_made_differ() {
    assert_ne!(password::made(), password::made());
    assert_eq!(password::made().len(), password::LENGTH);
}
