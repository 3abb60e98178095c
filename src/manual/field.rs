//! One field of a request: its place, whether it is mandatory, and the form that its value must have, all from the contract.

use super::lists::{self, Choice};
use super::sample;
use crate::contract::{Element, facet};
use crate::domain::achievements::{self, AchievementRow};
use crate::domain::batches::format::Rule;
use crate::xml::{Facet, Pattern};

/// A field of a request that holds a value.
#[derive(Debug)]
pub struct Field {
    /// Its path below the request's element, with dots, as `lrs call` takes it.
    pub name: String,
    /// Whether a request without it is invalid, or does not get or do what it is for.
    pub mandatory: bool,
    /// The element that may be repeated, with how often: the field itself or the nearest one around it.
    pub repeats: Option<String>,
    /// Type and length, in words.
    pub form: String,
    /// The pattern that the value must match.
    pub pattern: Option<&'static str>,
    /// The codes that it may hold, where there is a list.
    pub choices: Vec<Choice>,
    /// A value that the rules accept.
    pub example: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// The fields of a request in the order of the contract.
pub fn all(root: &'static Element) -> Vec<Field> {
    let mut fields = Vec::new();
    for child in root.children {
        collect(child, "", None, &mut fields);
    }
    fields
}

fn collect(element: &'static Element, above: &str, around: Option<&str>, fields: &mut Vec<Field>) {
    let name = if above.is_empty() { element.name.to_owned() } else { format!("{above}.{}", element.name) };
    let own = repeats(element);
    let repeats = own.as_deref().or(around);
    if element.children.is_empty() {
        fields.push(field(element, name, repeats));
        return;
    }
    for child in element.children {
        collect(child, &name, repeats, fields);
    }
}

fn field(element: &'static Element, name: String, repeats: Option<&str>) -> Field {
    let facet = element.facet.and_then(|name| facet::ALL.iter().find(|facet| facet.name == name));
    let pattern = match facet.and_then(|facet| facet.pattern.as_ref()) {
        Some(Pattern::Expression(published, _)) => Some(*published),
        _ => None,
    };
    Field {
        mandatory: element.required || is_needed(&name, element.name),
        name,
        repeats: repeats.map(str::to_owned),
        form: facet.map_or_else(|| plain(element).to_owned(), |facet| form(facet)),
        pattern,
        choices: lists::choices(element),
        example: sample(element),
        meaning: element.documentation,
    }
}

/// Fields that the contract of LearnerServiceR9 and ExternalService lets be nil, and the rules do not.
const NEEDED: &[&str] = &[
    "Password",
    "OrgPassword",
    "uln",
    "givenName",
    "familyName",
    "learnerUln",
    "learnerGivenName",
    "learnerFamilyName",
    "submissionType",
    "jobId",
];

fn is_needed(path: &str, name: &str) -> bool {
    match path.strip_prefix("achievements.Achievement.") {
        // The rules themselves tell: what they say of a row with nothing in it.
        Some(heading) => achievements::format(&AchievementRow::default())
            .iter()
            .any(|finding| finding.rule == Rule::Mandatory && finding.field.eq_ignore_ascii_case(heading)),
        None => NEEDED.contains(&name),
    }
}

fn repeats(element: &Element) -> Option<String> {
    match element.max {
        Some(0 | 1) => None,
        Some(most) => Some(format!("{}, up to {most} times", element.name)),
        None => Some(format!("{}, any number of times", element.name)),
    }
}

/// The form of a field that the contract holds to its type alone.
fn plain(element: &Element) -> &'static str {
    if !element.values.is_empty() {
        return "one word of the list";
    }
    match element.type_name {
        "int" | "long" | "short" | "unsignedShort" => "whole number",
        "dateTime" => "date with time",
        "boolean" => "true or false",
        "float" | "decimal" => "number",
        _ => "text",
    }
}

fn form(facet: &Facet) -> String {
    if facet.integer {
        return match (facet.min_inclusive, facet.max_inclusive) {
            (Some(least), Some(most)) => format!("whole number from {least} to {most}"),
            (Some(least), None) => format!("whole number, {least} or more"),
            (None, Some(most)) => format!("whole number, {most} at most"),
            (None, None) => "whole number".to_owned(),
        };
    }
    let mut form = match (facet.min_length, facet.max_length) {
        (Some(least), Some(most)) if least == most => format!("text of exactly {most} characters"),
        (Some(least), Some(most)) => format!("text of {least} to {most} characters"),
        (Some(least), None) => format!("text of {least} characters or more"),
        (None, Some(most)) => format!("text of up to {most} characters"),
        (None, None) => "text".to_owned(),
    };
    match facet.pattern {
        Some(Pattern::NonBlank(_)) => form.push_str(", not all white space"),
        Some(Pattern::Words(..)) => form = "one word of the list".to_owned(),
        _ => {}
    }
    form
}
