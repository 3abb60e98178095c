//! Who may see which page: every row of the route table for every role of the demo.

use std::fmt::Write as _;

use learning_records::portal::route_table;

use crate::harness::visitor::Visitor;
use crate::harness::{Database, Deployment};

const ROLES: [(&str, &str); 7] = [
    ("super", "PORTAL_SUPER"),
    ("online", "PORTAL_ONLINE"),
    ("batch", "PORTAL_BATCH"),
    ("view", "PORTAL_VIEW"),
    ("AO super", "PORTAL_AO_SUPER"),
    ("AO", "PORTAL_AO"),
    ("desk", "PORTAL_DESK"),
];

/// A page has at most 60 KB, so that it is there at once on a slow line.
const MOST_BYTES: usize = 60 * 1024;

/// The table is compared with matrix.txt. After a change that is meant, write it again with
/// `LRS_UPDATE_GOLDENS=1`, and read what changed.
#[test]
fn every_role_sees_the_pages_of_the_table_and_no_other() {
    let deployment = Deployment::shared(Database::Sqlite);
    let mut visitors: Vec<_> = ROLES.iter().map(|(_, variable)| Visitor::signed_in(deployment, variable)).collect();
    let mut text = String::from("method path (access): nobody");
    ROLES.iter().for_each(|(role, _)| write!(text, " | {role}").expect("text"));
    for (method, path, access) in route_table() {
        if path == "/sign-out" {
            continue;
        }
        let address = path.replace(['{', '}'], "");
        write!(text, "\n{method} {path} ({access}): {}", seen(&mut Visitor::of(deployment), method, &address))
            .expect("text");
        for visitor in &mut visitors {
            write!(text, " | {}", seen(visitor, method, &address)).expect("text");
        }
    }
    text.push('\n');
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration/portal/matrix.txt");
    if std::env::var_os("LRS_UPDATE_GOLDENS").is_some() {
        std::fs::write(&file, &text).expect("written");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap_or_default(), text, "{}", file.display());
}

/// What the visitor gets: `yes`, `no`, or the page that they are sent to first.
fn seen(visitor: &mut Visitor<'_>, method: &str, path: &str) -> &'static str {
    let token = visitor.form_token();
    let headers = "Origin: https://localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let page = match method {
        "GET" => visitor.ask("GET", path, "", b""),
        _ => visitor.ask(method, path, headers, format!("csrf={token}").as_bytes()),
    };
    let is_page = page.answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    assert!(!is_page || page.answer.body.len() <= MOST_BYTES, "{method} {path} has {} bytes", page.answer.body.len());
    match (page.status(), page.answer.header("location")) {
        (403, _) => "no",
        (303, Some("/sign-in")) => "sign in",
        (303, Some("/organisation")) => "choose",
        (500.., _) => panic!("{method} {path}: {}", page.text()),
        _ => "yes",
    }
}
