//! The fixtures: for every operation and every code it can answer with, a request as a client would send it and
//! the answer to the byte. `LRS_UPDATE_GOLDENS=1 cargo test` writes the answers anew, for review.
//!
//! `fixtures/soap/<Service>/<operation>/<case>.request.xml` may name variables of `demo.env` as `{{NAME}}`; it is
//! sent by the awarding organisation when it names one of the `AO_` variables, otherwise by the provider.
//! `<case>.response.xml` holds status, type and body; what differs from run to run is masked.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use learning_records::contract::SERVICES;
use regex::Regex;

use crate::harness::{Answer, Deployment, on_both};

/// One request with its expected answer.
pub struct Fixture {
    service: String,
    operation: String,
    path: PathBuf,
}

/// Every fixture, in the order of the file names.
pub fn all() -> Vec<Fixture> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/soap");
    let mut found = Vec::new();
    for service in folders(&root) {
        for operation in folders(&service) {
            for path in entries(&operation) {
                if path.to_string_lossy().ends_with(".request.xml") {
                    found.push(Fixture { service: name(&service), operation: name(&operation), path });
                }
            }
        }
    }
    assert!(!found.is_empty(), "{} holds no fixture", root.display());
    found
}

/// Every value in `fixtures/people.toml` that tells something of a person.
pub fn personal_values() -> BTreeSet<String> {
    const TELLING: [&str; 8] = ["name", "uln", "birth", "address", "postcode", "email", "telephone", "notes"];
    fn collect(key: &str, value: &toml::Value, into: &mut BTreeSet<String>) {
        match value {
            toml::Value::Table(table) => table.iter().for_each(|(key, value)| collect(key, value, into)),
            toml::Value::Array(list) => list.iter().for_each(|value| collect(key, value, into)),
            other if TELLING.iter().any(|word| key.to_ascii_lowercase().contains(word)) => {
                into.insert(other.as_str().map_or_else(|| other.to_string(), str::to_owned));
            }
            _ => {}
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/people.toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let table: toml::Table = text.parse().expect("TOML");
    let mut values = BTreeSet::new();
    for people in ["people", "person", "learners", "learner"] {
        if let Some(value) = table.get(people) {
            collect(people, value, &mut values);
        }
    }
    assert!(values.len() > 20, "people.toml names people");
    values
}

impl Fixture {
    /// Puts the demo's data back, sends the request, and returns the answer.
    pub fn play(&self, deployment: &Deployment) -> Answer {
        deployment.reset();
        let request = fs::read_to_string(&self.path).expect("a request");
        let actor = if request.contains("{{AO_") { deployment.awarding_organisation() } else { deployment.provider() };
        let mut filled = request;
        for (name, value) in deployment.variables() {
            filled = filled.replace(&format!("{{{{{name}}}}}"), value);
        }
        assert!(!filled.contains("{{"), "{}: a placeholder is not in demo.env", self.path.display());
        actor.post(&self.service, &filled)
    }

    fn golden(&self) -> PathBuf {
        let name = self.path.to_string_lossy().into_owned();
        PathBuf::from(name.replace(".request.xml", ".response.xml"))
    }

    fn label(&self) -> String {
        let case = name(&self.path).replace(".request.xml", "");
        format!("{}/{}/{case}", self.service, self.operation)
    }
}

on_both! {
    fn every_fixture_gives_its_answer(database) {
        let deployment = Deployment::start(database);
        let update = std::env::var_os("LRS_UPDATE_GOLDENS").is_some();
        let mut wrong = Vec::new();
        for fixture in all() {
            let answer = printed(&deployment, &fixture.play(&deployment));
            let golden = fixture.golden();
            if update {
                fs::write(&golden, &answer).expect("written");
                continue;
            }
            let expected = fs::read_to_string(&golden).unwrap_or_default();
            if expected != answer {
                wrong.push(format!("== {}\n-- expected\n{expected}\n-- got\n{answer}", fixture.label()));
            }
        }
        assert!(wrong.is_empty(), "{} fixtures differ\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// The same requests in the same order give the same answers on both databases.
#[cfg(feature = "postgres")]
#[test]
fn both_databases_answer_alike() {
    use crate::harness::Database;
    let (one, other) = (Deployment::start(Database::Sqlite), Deployment::start(Database::Postgres));
    for fixture in all() {
        let (a, b) = (printed(&one, &fixture.play(&one)), printed(&other, &fixture.play(&other)));
        assert_eq!(a, b, "{}", fixture.label());
    }
}

#[test]
fn every_operation_has_a_fixture() {
    let fixtures = all();
    let present: BTreeSet<(&str, &str)> =
        fixtures.iter().map(|fixture| (fixture.service.as_str(), fixture.operation.as_str())).collect();
    let published: BTreeSet<(&str, &str)> = SERVICES
        .iter()
        .flat_map(|service| service.operations.iter().map(|operation| (service.name, operation.name)))
        .collect();
    let missing: Vec<_> = published.difference(&present).collect();
    let unknown: Vec<_> = present.difference(&published).collect();
    assert!(missing.is_empty(), "operations without a fixture: {missing:?}");
    assert!(unknown.is_empty(), "fixtures of no operation: {unknown:?}");
}

/// The answer as the golden file has it: status and type, then one element a line, with what changes masked.
fn printed(deployment: &Deployment, answer: &Answer) -> String {
    let body = answer.text();
    let mut text = body.replace(deployment.variable("LRS_URL"), "{{LRS_URL}}");
    for element in ["ErrorTimestamp", "CreatedDate", "LastUpdatedDate", "DateTime", "DateLoaded"] {
        let pattern = Regex::new(&format!(r"(<(?:\w+:)?{element}>)[^<]+(</)")).expect("a pattern");
        text = pattern.replace_all(&text, "$1{{time}}$2").into_owned();
    }
    if body.contains("RegisterLearnerResponse") {
        let pattern = Regex::new(r"(<ULN>)\d{10}(</ULN>)").expect("a pattern");
        text = pattern.replace_all(&text, "$1{{new ULN}}$2").into_owned();
    }
    let kind = answer.header("content-type").unwrap_or("no type");
    format!("<!-- HTTP {} {kind} -->\n{}\n", answer.status, one_a_line(&text))
}

/// Breaks the line between two tags, but not between an element's start and its own end.
fn one_a_line(text: &str) -> String {
    let pattern = Regex::new(r"(<[^<>]*>)(<)").expect("a pattern");
    let mut lines = String::new();
    let mut rest = text;
    while let Some(found) = pattern.captures(rest) {
        let (tag, next) = (found.get(1).expect("a tag"), found.get(2).expect("a tag"));
        lines.push_str(&rest[..tag.end()]);
        let opens = !tag.as_str().starts_with("</") && !tag.as_str().ends_with("/>");
        if !(opens && rest[next.start()..].starts_with("</")) {
            lines.push('\n');
        }
        rest = &rest[tag.end()..];
    }
    lines + rest
}

fn folders(path: &Path) -> Vec<PathBuf> {
    entries(path).into_iter().filter(|path| path.is_dir()).collect()
}

fn entries(path: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    found.sort();
    found
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}
