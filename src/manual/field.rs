//! A field of a request: its path, whether it is mandatory, and the format of its value, all taken
//! from the contract.

use super::lists::{self, Choice};
use super::sample;
use crate::contract::{Element, facet};
use crate::domain::achievements::{self, AchievementRow, RowTerms};
use crate::domain::format::Rule;
use crate::xml::{Facet, Pattern};

/// A request field that holds a value.
#[derive(Debug)]
pub struct Field {
    /// The path below the request's root element, separated by dots, as `lrs call` takes it.
    pub name: String,
    /// Whether a request without it is invalid or cannot do its job.
    pub mandatory: bool,
    /// The element that may repeat (the field itself or its nearest ancestor that does), and how
    /// often.
    pub repeats: Option<String>,
    /// The type and length, in words.
    pub form: String,
    /// The pattern that the value must match.
    pub pattern: Option<&'static str>,
    /// The allowed codes, if they are listed.
    pub choices: Vec<Choice>,
    /// A valid value.
    pub example: &'static str,
    /// Its meaning.
    pub meaning: &'static str,
}

/// The fields of a request, in the order of the contract.
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

/// Fields that are nillable in the contract of LearnerServiceR9 and ExternalService, but mandatory
/// by the rules.
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
        // The rules decide: mandatory fields are those that they report in an empty row.
        Some(heading) => achievements::format(&AchievementRow::default(), RowTerms::default())
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

/// The format of a field that has a type but no facet.
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
