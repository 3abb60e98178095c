//! An example request and reply for each operation, taken from the fixtures that the tests replay.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A request and its reply.
#[derive(Debug, PartialEq, Eq)]
pub struct Example {
    /// The request, with the demo's values and a placeholder for the password.
    pub request: String,
    /// The reply.
    pub answer: String,
}

struct Case {
    service: &'static str,
    operation: &'static str,
    request: &'static str,
    answer: &'static str,
}

macro_rules! fixture {
    ($service:literal, $operation:literal, $case:literal, $extension:literal) => {
        include_str!(concat!("../../fixtures/soap/", $service, "/", $operation, "/", $case, $extension))
    };
}

macro_rules! case {
    ($service:literal, $operation:literal, $case:literal) => {
        Case {
            service: $service,
            operation: $operation,
            request: fixture!($service, $operation, $case, ".request.xml"),
            answer: fixture!($service, $operation, $case, ".response.xml"),
        }
    };
}

const CASES: &[Case] = &[
    case!("LearnerService", "learnerByULN", "wsrc0004-exact"),
    case!("LearnerService", "learnerByDemographics", "wsrc0004-exact"),
    case!("LearnerService", "registerSingleLearner", "wsrc0005-registered"),
    case!("LearnerService", "updateSingleLearner", "wsrc0006-updated"),
    case!("LearnerService", "submitBatchRegistration", "wsrc0007-two-learners"),
    case!("LearnerService", "getBatchRegistrationOutput", "wsrc0009-created-found-and-refused"),
    case!("LearnerService", "submitVerifyBatch", "wsrc0025-one-learner"),
    case!("LearnerService", "getVerifyBatchOutput", "wsrc0027-wsvrc001-wsvrc002-wsvrc003-wsvrc005-wsvrc006-together"),
    case!("LearnerService", "retrieveULNs", "wsrc0004-found"),
    case!("LearnerService", "getMergedUnmergedULNsReport", "wsrc0024-nothing"),
    case!("LearnerService", "getDeletedULNsReport", "wsrc0024-nothing"),
    case!("LearnerService", "verifyLearner", "wsvrc001-match"),
    case!("LearnerServiceR9", "LearnerByUln", "wsrc0004-exact"),
    case!("LearnerServiceR9", "GetLearnerLearningEvents", "wsrc0004-full"),
    case!("LearnerServiceR9", "GetLearnerRecord", "wsrc0004-found"),
    case!("LearnerServiceR9", "UpdateLearnerSubsetFields", "wsrc0006-updated"),
    case!("LearnerServiceR9", "ViewAudit", "ok-first-page"),
    case!("LearnerServiceR9", "GetOrganisation", "wsrc0004-by-ukprn"),
    case!("LearnerServiceR9", "CreateDataChallenge", "wsrc0050-wrong-detail"),
    case!("LearnerServiceR9", "ListDataChallenge", "wsrc0004-listed"),
    case!("LearnerServiceR9", "DeleteDataChallenge", "wsrc0051-withdrawn"),
    case!("ExternalService", "SubmitAchievementBatchJob", "wsrc0007-submitted"),
    case!("ExternalService", "GetAchievementBatchJob", "wsrc0018-unknown-job"),
];

impl Example {
    /// The example for an operation.
    pub fn of(service: &str, operation: &str) -> Option<Example> {
        let case = CASES.iter().find(|case| case.service == service && case.operation == operation)?;
        // The golden answer starts with a comment that states its HTTP status.
        let answer = case.answer.split_once("-->\n").map_or(case.answer, |(_, answer)| answer);
        Some(Example { request: in_lines(&filled(case.request)), answer: filled(answer) })
    }
}

/// Replaces the placeholders of a fixture, `${UKPRN}` or `{{day}}`, with the demo's values.
fn filled(text: &str) -> String {
    static PLACEHOLDER: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\$\{(?:([A-Z_]+)\.)?([A-Z_]+)\}|\{\{([A-Za-z ]+)\}\}").ok());
    let Some(placeholder) = PLACEHOLDER.as_ref() else { return text.trim().to_owned() };
    let value = |found: &Captures<'_>| {
        let group = |number: usize| found.get(number).map(|part| part.as_str());
        match (group(1), group(2).or(group(3)).unwrap_or_default()) {
            (_, "PASSWORD") => "Your-password-16".to_owned(),
            (Some("AO"), "UKPRN") => "TEST0045".to_owned(),
            (Some("AO"), "ORGREF") => "TEST45".to_owned(),
            (None, "UKPRN") => "TEST0038".to_owned(),
            (None, "ORGREF") => "TEST38".to_owned(),
            (None, "JOB" | "job") => "1".to_owned(),
            (None, "new ULN") => "1000000019".to_owned(),
            (None, "day time") => "2025-09-01 12:00:00".to_owned(),
            (None, "dayTtime") => "2025-09-01T12:00:00".to_owned(),
            (None, "day") => "2025-09-01".to_owned(),
            (Some(role), field) => of_person(role, field).unwrap_or_default(),
            (None, _) => String::new(),
        }
    };
    placeholder.replace_all(text.trim(), value).into_owned()
}

/// A value of one of the demo's people, by the names in `fixtures/soap/README.md`.
fn of_person(role: &str, field: &str) -> Option<String> {
    static PEOPLE: LazyLock<toml::Table> =
        LazyLock::new(|| include_str!("../../fixtures/people.toml").parse().unwrap_or_default());
    let people = PEOPLE.get("person")?.as_array()?;
    let person = people.iter().find(|person| person.get("role").and_then(toml::Value::as_str) == Some(role))?;
    let (key, otherwise) = match field {
        "ULN" => ("uln", ""),
        "GIVEN" => ("given_name", ""),
        "FAMILY" => ("family_name", ""),
        "PREVIOUS_FAMILY" => ("previous_family_name", ""),
        "DOB" => ("date_of_birth", ""),
        "GENDER" => ("gender", ""),
        "POSTCODE" | "POSTCODE_UNSPACED" => ("postcode", ""),
        "VERIFICATION_TYPE" => ("verification_type", "0"),
        "ABILITY_TO_SHARE" => ("ability_to_share", "1"),
        "VERSION" => ("version", "1"),
        _ => return None,
    };
    let value = person.get(key).and_then(toml::Value::as_str).unwrap_or(otherwise);
    Some(if field == "POSTCODE_UNSPACED" { value.replace(' ', "") } else { value.to_owned() })
}

/// Starts a new line for each element; the fixtures have requests on one line.
fn in_lines(xml: &str) -> String {
    let mut out = String::with_capacity(xml.len());
    let mut rest = xml;
    while let Some((before, after)) = rest.split_once("><") {
        out.push_str(before);
        out.push_str(if after.starts_with('/') { "><" } else { ">\n<" });
        rest = after;
    }
    out.push_str(rest);
    out
}
