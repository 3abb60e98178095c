//! Hostile requests to the portal: each is refused quickly and cheaply, reveals nothing about the
//! server, and leaves it working. What people may see is in `matrix.rs`.

use std::time::Instant;

use super::batches::{NAME, checked, registrations};
use crate::flows::Person;
use crate::harness::visitor::Visitor;
use crate::harness::{Answer, Database, Deployment, on_both};
use crate::hostile::{LITTLE_KIB, QUICK, forms, gzip, memory, peak_reset, reveals_nothing, structure};

/// Expects a page that refuses, or a connection closed without a word.
fn refused(name: &str, answer: std::io::Result<Answer>) {
    let Ok(answer) = answer else { return };
    assert!((400..=505).contains(&answer.status), "{name}: answered {}: {}", answer.status, answer.text());
    reveals_nothing(name, &answer);
}

on_both! {
    fn forms_and_addresses_that_no_browser_sends_are_refused(database) {
        let deployment = Deployment::shared(database);
        let port = deployment.portal_port();
        for case in forms::cases() {
            let begin = Instant::now();
            refused(case.name, deployment.nobody().raw_to(port, &case.bytes));
            assert!(begin.elapsed() < QUICK, "{}: took {:?}", case.name, begin.elapsed());
        }
        assert_eq!(Visitor::of(deployment).open("/sign-in").status(), 200, "the portal still answers");
    }

    fn messages_that_smuggle_are_refused_by_the_portal(database) {
        let deployment = Deployment::shared(database);
        let port = deployment.portal_port();
        let head = "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        for (name, bytes) in structure::cases(head, "email=a%40b.example&password=c") {
            let begin = Instant::now();
            refused(name, deployment.nobody().raw_to(port, bytes.as_bytes()));
            assert!(begin.elapsed() < QUICK, "{name}: took {:?}", begin.elapsed());
        }
        assert_eq!(Visitor::of(deployment).open("/sign-in").status(), 200, "the portal still answers");
    }

    fn broken_text_in_a_form_is_an_error_at_its_field(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_SUPER");
        let token = visitor.form_token();
        let form = "Content-Type: application/x-www-form-urlencoded\r\nOrigin: null\r\nSec-Fetch-Site: same-origin\r\n";
        for (name, value) in [
            ("a byte of zero", "a%00b"),
            ("not UTF-8", "%ff%fe"),
            ("a percent sign alone", "100%"),
            ("markup", "%3Cscript%3Ealert(1)%3C%2Fscript%3E"),
            ("a quotation", "x%27%20OR%20%271%27=%271"),
            ("a line break", "a%0d%0aSet-Cookie:%20a=b"),
        ] {
            let body = format!("csrf={token}&way=uln&uln={value}&given_name={value}&family_name={value}");
            let page = visitor.ask("POST", "/learners/find", form, body.as_bytes());
            assert_eq!(page.status(), 422, "{name}: {}", page.text());
            reveals_nothing(name, &page.answer);
            assert!(!page.answer.text().contains("<script>alert"), "{name}: {}", page.answer.text());
            assert!(page.answer.header("set-cookie").is_none_or(|cookie| !cookie.starts_with("a=")), "{name}");
            assert!(!page.errors().is_empty(), "{name}: the page says what is wrong");
        }
    }

    fn a_file_that_attacks_its_reader_is_reported_as_wrong(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_BATCH");
        let entity = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
        let whole = registrations(&[(&Person::new(), "2")]);
        for (name, bytes) in [
            ("a document type", format!("{entity}<Learners>&b;</Learners>").into_bytes()),
            ("depth 100,000", "<a>".repeat(100_000).into_bytes()),
            ("a line of 10 MB", "x".repeat(10_000_000).into_bytes()),
            ("a million columns", ",".repeat(1_000_000).into_bytes()),
            ("a quotation mark without an end", format!("{whole}\"").into_bytes()),
            ("bytes of zero", vec![0; 100_000]),
            ("gzip", gzip(whole.as_bytes())),
            ("a workbook cut short", b"PK\x03\x04\x14\x00".to_vec()),
        ] {
            let begin = Instant::now();
            let page = checked(&mut visitor, "check", NAME, &bytes);
            assert!(page.status() == 200 && begin.elapsed() < 2 * QUICK, "{name}: took {:?}", begin.elapsed());
            reveals_nothing(name, &page.answer);
            let said = page.text();
            assert!(said.contains("error") || said.contains("cannot"), "{name}: {said}");
        }
    }
}

#[test]
fn refusing_takes_the_portal_little_memory() {
    let deployment = Deployment::start(Database::Sqlite);
    let port = deployment.portal_port();
    assert_eq!(Visitor::of(&deployment).open("/sign-in").status(), 200);
    for case in forms::cases() {
        peak_reset(&deployment);
        let before = memory(&deployment, "VmRSS:");
        refused(case.name, deployment.nobody().raw_to(port, &case.bytes));
        let grown = memory(&deployment, "VmHWM:").saturating_sub(before);
        println!("{}: {grown} KiB", case.name);
        assert!(grown < LITTLE_KIB, "{}: the server grew by {grown} KiB", case.name);
    }
}
