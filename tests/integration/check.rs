//! The program `lrs-check`: its exit codes, and that it contains nothing of the service.

use std::process::{Command, Output};

use crate::harness::deployment::LRS;

const LRS_CHECK: &str = env!("CARGO_BIN_EXE_lrs-check");

fn lrs_check(arguments: &[&str]) -> Output {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/files");
    Command::new(LRS_CHECK).args(arguments).current_dir(folder).output().expect("lrs-check runs")
}

#[test]
fn the_exit_code_says_whether_anything_would_be_refused() {
    for (arguments, code) in [
        (
            &["registration/clean/LRB_TEST0038_310720251400.CSV", "achievement/clean/QCF_TEST0045_20250731_030.XML"][..],
            0,
        ),
        (&["registration/faults/LRB_TEST0038_310720251410.CSV"], 1),
        (&["registration/faults/8231234_CTF_8234321_001.xml"], 1),
        (&["registration/nowhere.CSV"], 2),
        (&["--type", "letters", "registration/clean/LRB_TEST0038_310720251400.CSV"], 2),
        (&[], 2),
    ] {
        let output = lrs_check(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Texts found in every program with SQLite, PostgreSQL, TLS or the web services: the server has
/// them, and the tool must not.
#[test]
fn the_program_carries_neither_database_nor_tls() {
    let read = |path: &str| std::fs::read(path).expect("the program");
    let (tool, server) = (read(LRS_CHECK), read(LRS));
    let mut texts = vec![&b"SQLite format 3"[..], b"TLS 1.3, server CertificateVerify", b"/LearnerService.svc"];
    if cfg!(feature = "postgres") {
        texts.push(b"PQconnectdb");
    }
    for text in texts {
        let said = String::from_utf8_lossy(text);
        assert!(memchr::memmem::find(&server, text).is_some(), "{said} tells nothing: the server does not have it");
        assert!(memchr::memmem::find(&tool, text).is_none(), "{said}");
    }
}
