//! The fixtures: for every operation and every code that it can return, a request as a client would
//! send it and the exact reply. fixtures/soap/README.md says how they are written.
//!
//! `LRS_UPDATE_GOLDENS=1 make test` rewrites the replies for review; what varies between runs is
//! masked.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use learning_records::contract::SERVICES;

use crate::harness::message::{SOAP_1_2, escape};
use crate::harness::tree::Node;
use crate::harness::{Answer, Deployment, on_both};

/// A pattern that is compiled once.
macro_rules! pattern {
    ($text:expr) => {{
        static PATTERN: LazyLock<regex::Regex> = LazyLock::new(|| regex::Regex::new($text).expect("a pattern"));
        &*PATTERN
    }};
}
pub(crate) use pattern;

/// The folder of requests that no operation accepts.
const NO_OPERATION: &str = "unknown-operation";

/// Operations that leave the records as they were.
const READING: [&str; 11] = [
    "learnerByULN",
    "learnerByDemographics",
    "retrieveULNs",
    "getMergedUnmergedULNsReport",
    "getDeletedULNsReport",
    "verifyLearner",
    "LearnerByUln",
    "GetLearnerLearningEvents",
    "GetLearnerRecord",
    "GetOrganisation",
    NO_OPERATION,
];

/// A request and its golden answer.
pub struct Fixture {
    pub service: String,
    pub operation: String,
    path: PathBuf,
}

/// All fixtures, in the order of file names.
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

/// The synthetic people in `fixtures/people.toml`.
static PEOPLE: LazyLock<Vec<toml::Table>> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/people.toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut table: toml::Table = text.parse().expect("TOML");
    let Some(toml::Value::Array(people)) = table.remove("person") else { panic!("people.toml has no [[person]]") };
    people.into_iter().map(|person| person.try_into().expect("a table")).collect()
});

/// Every value that identifies one of them.
pub fn personal_values() -> BTreeSet<String> {
    const OPEN: [&str; 9] = [
        "role",
        "about",
        "status",
        "title",
        "gender",
        "nationality",
        "verification_type",
        "ability_to_share",
        "events",
    ];
    fn texts(value: &toml::Value, into: &mut BTreeSet<String>) {
        match value {
            toml::Value::String(text) => _ = into.insert(text.trim().to_owned()),
            toml::Value::Array(list) => list.iter().for_each(|value| texts(value, into)),
            other => _ = into.insert(other.to_string()),
        }
    }
    let mut values = BTreeSet::new();
    for person in PEOPLE.iter() {
        person.iter().filter(|(key, _)| !OPEN.contains(&key.as_str())).for_each(|(_, value)| texts(value, &mut values));
    }
    assert!(values.len() > 50, "people.toml names people");
    values
}

/// A value of the person with this role, by the field names in fixtures/soap/README.md.
fn of_person(role: &str, field: &str) -> Option<String> {
    let person = PEOPLE.iter().find(|person| person.get("role").and_then(toml::Value::as_str) == Some(role))?;
    let text = |key: &str| person.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    match field {
        "ULN" => text("uln"),
        "GIVEN" => text("given_name"),
        "FAMILY" => text("family_name"),
        "DOB" => text("date_of_birth"),
        "GENDER" => text("gender"),
        "POSTCODE" => text("postcode"),
        "POSTCODE_UNSPACED" => text("postcode").map(|postcode| postcode.replace(' ', "")),
        "VERSION" => Some("1".to_owned()),
        "VERIFICATION_TYPE" => text("verification_type").or_else(|| Some("0".to_owned())),
        "ABILITY_TO_SHARE" => text("ability_to_share").or_else(|| Some("1".to_owned())),
        "PREFERRED_GIVEN" => text("preferred_given_name"),
        "PREVIOUS_FAMILY" => text("previous_family_name"),
        _ => None,
    }
}

impl Fixture {
    /// Sends the request that has to come before, where there is one, and the request itself, and
    /// returns its answer. Where the one before is a batch, `${JOB}` is the number of its job, and
    /// the answer is the one after the job is over.
    fn play(&self, deployment: &Deployment) -> Answer {
        let before = self.beside(".before.xml");
        if !before.exists() {
            return self.send(deployment, &self.path, "");
        }
        let answer = self.send(deployment, &before, "");
        assert_eq!(answer.status, 200, "{}: {}", before.display(), answer.text());
        let job = answer.result().value("JobID").unwrap_or_default().to_owned();
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let answer = self.send(deployment, &self.path, &job);
            let is_running =
                ["<ResponseCode>WSRC0008<", "<ResponseCode>WSRC0026<"].iter().any(|code| answer.text().contains(code));
            if job.is_empty() || !is_running {
                return answer;
            }
            assert!(Instant::now() < deadline, "{}: the job is never over", self.label());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Whether the case changes records, or its answer tells what others did.
    fn needs_own_data(&self) -> bool {
        self.operation == "ViewAudit" || !READING.contains(&self.operation.as_str())
    }

    fn send(&self, deployment: &Deployment, path: &Path, job: &str) -> Answer {
        let request = fs::read_to_string(path).expect("a request").replace("${JOB}", job);
        send(deployment, &self.service, &request)
    }

    /// The codes at the start of the case's name, in order; none for `ok-`.
    pub fn codes(&self) -> Vec<String> {
        let case = name(&self.path);
        case.split('-').map(str::to_ascii_uppercase).take_while(|word| word.starts_with("WS")).collect()
    }

    fn golden(&self) -> PathBuf {
        self.beside(".response.xml")
    }

    /// The request as the file has it.
    pub fn request(&self) -> String {
        fs::read_to_string(&self.path).expect("a request")
    }

    /// Another file of this case.
    fn beside(&self, ending: &str) -> PathBuf {
        let name = self.path.to_string_lossy().into_owned();
        PathBuf::from(name.replace(".request.xml", ending))
    }

    pub fn label(&self) -> String {
        let case = name(&self.path).replace(".request.xml", "");
        format!("{}/{}/{case}", self.service, self.operation)
    }
}

/// Sends a request of a fixture, its placeholders filled, to a service.
pub fn send(deployment: &Deployment, service: &str, request: &str) -> Answer {
    let placeholder = pattern!(r"\$\{(?:([A-Z_]+)\.)?([A-Z_]+)\}");
    let filled = placeholder.replace_all(request, |found: &regex::Captures<'_>| {
        let field = &found[2];
        let value = match found.get(1).map(|owner| owner.as_str()) {
            None => deployment.variables().get(&format!("PROVIDER_{field}")).cloned(),
            Some(owner @ ("AO" | "LIMITED")) => deployment.variables().get(&format!("{owner}_{field}")).cloned(),
            Some(role) => of_person(role, field),
        };
        escape(&value.unwrap_or_else(|| panic!("nothing for {} in {request}", &found[0])))
    });
    let actor =
        if request.contains("${AO.PASSWORD}") { deployment.awarding_organisation() } else { deployment.provider() };
    let kind = if filled.contains(SOAP_1_2) { "application/soap+xml" } else { "text/xml" };
    actor.post_with(service, &format!("Content-Type: {kind}; charset=utf-8\r\n"), filled.as_bytes())
}

/// Plays every fixture on the demo's data: those that change it, and those that tell of changes, on
/// data that was put back for them alone.
pub fn play_all(deployment: &Deployment, mut answered: impl FnMut(&Fixture, &Answer)) {
    let mut untouched_since = None;
    for fixture in all() {
        let place = (fixture.service.clone(), fixture.operation.clone());
        if fixture.needs_own_data() || untouched_since.as_ref() != Some(&place) {
            deployment.reset();
        }
        untouched_since = (!fixture.needs_own_data()).then_some(place);
        answered(&fixture, &fixture.play(deployment));
    }
}

on_both! {
    fn every_fixture_gives_its_answer(database) {
        let deployment = Deployment::start(database);
        let update = std::env::var_os("LRS_UPDATE_GOLDENS").is_some();
        let mut wrong = Vec::new();
        play_all(&deployment, |fixture, answer| {
            let codes = carried(&answer.document());
            if codes != fixture.codes() {
                wrong.push(format!("== {}: carries {codes:?}", fixture.label()));
            }
            let answer = printed(&deployment, answer);
            let golden = fixture.golden();
            if update {
                fs::write(&golden, &answer).expect("written");
                return;
            }
            let expected = fs::read_to_string(&golden).unwrap_or_default();
            if expected != answer {
                wrong.push(format!("== {}\n-- expected\n{expected}\n-- got\n{answer}", fixture.label()));
            }
        });
        assert!(wrong.is_empty(), "{} fixtures differ\n{}", wrong.len(), wrong.join("\n"));
    }
}

#[test]
fn every_operation_has_a_fixture() {
    let fixtures = all();
    let present: BTreeSet<(&str, &str)> = fixtures
        .iter()
        .map(|fixture| (fixture.service.as_str(), fixture.operation.as_str()))
        .filter(|(_, operation)| *operation != NO_OPERATION)
        .collect();
    let published: BTreeSet<(&str, &str)> = SERVICES
        .iter()
        .flat_map(|service| service.operations.iter().map(|operation| (service.name, operation.name)))
        .collect();
    let missing: Vec<_> = published.difference(&present).collect();
    let unknown: Vec<_> = present.difference(&published).collect();
    assert!(missing.is_empty(), "operations without a fixture: {missing:?}");
    assert!(unknown.is_empty(), "fixtures of no operation: {unknown:?}");
}

/// The codes in a reply, in document order.
pub fn carried(document: &Node) -> Vec<String> {
    const CARRIERS: [&str; 3] = ["ErrorCode", "ResponseCode", "UpdateLearnerSubsetFieldsResult"];
    document
        .descendants()
        .into_iter()
        .filter(|node| CARRIERS.contains(&node.name.as_str()))
        .map(|node| node.text.clone())
        .collect()
}

/// The reply in the form of the golden file: status and type, then one element per line, with what
/// varies masked.
pub fn printed(deployment: &Deployment, answer: &Answer) -> String {
    let body = answer.text();
    let mut text = body.replace(deployment.variable("LRS_URL"), "{{LRS_URL}}");
    // The mask keeps the form: a time with milliseconds or an offset is none of these.
    let moment = pattern!(concat!(
        r"(<(?:\w+:)?(?:ErrorTimestamp|CreatedDate|LastUpdatedDate|DateTime|JobStartedDateTime|JobFinishedDateTime)>)",
        r"\d{4}-\d\d-\d\d(?:([ T])\d\d:\d\d:\d\d)?(</)"
    ));
    let masked = |found: &regex::Captures<'_>| {
        let clock = found.get(2).map(|between| format!("{}time", between.as_str())).unwrap_or_default();
        format!("{}{{{{day{clock}}}}}{}", &found[1], &found[3])
    };
    text = moment.replace_all(&text, masked).into_owned();
    if body.contains("RegisterLearnerResponse") {
        let pattern = pattern!(r"(<ULN>)\d{10}(</ULN>)");
        text = pattern.replace_all(&text, "$1{{new ULN}}$2").into_owned();
    }
    let created = pattern!(r"<Learner>(?:<[^/][^>]*>[^<]*</[^>]*>)*?<ReturnCode>RC00[12]</ReturnCode>");
    let new_uln = pattern!(r"<ULN>\d{10}</ULN>");
    text = created
        .replace_all(&text, |learner: &regex::Captures<'_>| {
            let is_new = learner[0].contains("<FamilyName>Fixture-");
            if is_new {
                new_uln.replace(&learner[0], "<ULN>{{new ULN}}</ULN>").into_owned()
            } else {
                learner[0].to_owned()
            }
        })
        .into_owned();
    let job = pattern!(r"(<JobID>)[1-9]\d*(</JobID>)");
    text = job.replace_all(&text, "$1{{job}}$2").into_owned();
    let kind = answer.header("content-type").unwrap_or("no type");
    format!("<!-- HTTP {} {kind} -->\n{}\n", answer.status, one_a_line(&text))
}

/// Breaks the line between two tags, but not between an element's start and its own end.
fn one_a_line(text: &str) -> String {
    let pattern = pattern!(r"(<[^<>]*>)(<)");
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
