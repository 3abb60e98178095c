//! The fields of a registration record as a form: their labels, their values, and what is wrong
//! with them.

use crate::domain::format::{Finding, Rule};
use crate::domain::registrations::{self, RegistrationRow};
use crate::portal::components::{Html, Input};
use crate::portal::form::{Form, FormErrors};

/// The fields that the form always has. Others are there if the record has them, or they are wrong.
const ALWAYS: [&str; 14] = [
    "ULN",
    "GivenName",
    "FamilyName",
    "DateOfBirth",
    "Gender",
    "LastKnownPostCode",
    "PreferredGivenName",
    "PreviousFamilyName",
    "SchoolAtAge16",
    "PlaceOfBirth",
    "EmailAddress",
    "AbilityToShare",
    "VerificationType",
    "OtherVerificationDescription",
];

/// The label of a field.
fn label(field: &str) -> &str {
    match field {
        "ULN" => "ULN",
        "MISIdentifier" => "Your own identifier",
        "Title" => "Title",
        "GivenName" => "Given name",
        "PreferredGivenName" => "Preferred given name",
        "MiddleOtherName" => "Middle or other names",
        "FamilyName" => "Family name",
        "PreviousFamilyName" => "Previous family name",
        "FamilyNameAtAge16" => "Family name at age 16",
        "SchoolAtAge16" => "School at age 16",
        "LastKnownAddressLine1" => "Address line 1",
        "LastKnownAddressLine2" => "Address line 2",
        "LastKnownAddressTown" => "Town",
        "LastKnownAddressCountyOrCity" => "County or city",
        "LastKnownPostCode" => "Postcode",
        "DateOfAddressCapture" => "Date of address",
        "DateOfBirth" => "Date of birth",
        "PlaceOfBirth" => "Place of birth",
        "EmailAddress" => "Email address",
        "Gender" => "Gender",
        "Nationality" => "Nationality",
        "ScottishCandidateNumber" => "Scottish candidate number",
        "AbilityToShare" => "Ability to share",
        "PrivacyNoticeSeen" => "Privacy notice seen",
        "VerificationType" => "Verification type",
        "OtherVerificationDescription" => "Description of other verification",
        "Notes" => "Notes",
        other => other,
    }
}

/// How a value is written, where that is not obvious.
fn hint(field: &str) -> &'static str {
    match field {
        "ULN" => "10 digits; leave it empty if the learner has none",
        "DateOfBirth" | "DateOfAddressCapture" => "As year, month and day, such as 2008-03-31",
        "Gender" => "0 not known, 1 male, 2 female, 9 not specified",
        "AbilityToShare" => "0 privacy notice not seen, 1 seen and may share, 2 seen and may not share",
        "VerificationType" => {
            "0 not provided, 1 relationship with school, 2 passport, 3 driving licence, 4 identity card, \
                               5 National Insurance card, 6 certificate of entitlement to funding, 7 bank card, 999 other"
        }
        _ => "",
    }
}

/// The controls for a record.
pub(super) fn controls(row: &RegistrationRow, errors: &FormErrors) -> Vec<Html> {
    let wrong = findings(row);
    let is_shown = |field: &&&str| {
        ALWAYS.contains(*field) || row.get(field).is_some() || wrong.iter().any(|finding| finding.field == **field)
    };
    let input = |field: &&'static str| {
        let input = Input::new(field, label(field)).unspelled().autocomplete("off");
        let input = input.value(row.get(field).unwrap_or_default()).error(errors.of(field));
        Html::of(&if hint(field).is_empty() { input } else { input.hint(hint(field)) })
    };
    RegistrationRow::FIELDS.iter().filter(is_shown).map(input).collect()
}

/// The record with what the form has.
pub(super) fn corrected(mut row: RegistrationRow, form: &Form) -> RegistrationRow {
    for field in RegistrationRow::FIELDS {
        if form.all(field).next().is_none() {
            continue;
        }
        let text = form.text(field);
        let text: String = match *field {
            "ULN" => text.chars().filter(|letter| !letter.is_whitespace()).collect(),
            "LastKnownPostCode" => text.to_uppercase(),
            _ => text.to_owned(),
        };
        row.set(field, Some(text).filter(|text| !text.is_empty()));
    }
    row
}

/// What is wrong with a record, at its fields.
pub(super) fn errors(row: &RegistrationRow) -> FormErrors {
    findings(row).into_iter().fold(FormErrors::default(), |mut errors, Finding { field, rule, .. }| {
        let label = label(field);
        let text = match rule {
            Rule::Mandatory => format!("Enter the {}", lower(label)),
            rule => format!("{label} {}", rule.text()),
        };
        errors.add(field, text);
        errors
    })
}

fn findings(row: &RegistrationRow) -> Vec<Finding> {
    registrations::format(row).into_iter().chain(registrations::missing_for_new_learner(row)).collect()
}

/// A label within a sentence.
fn lower(label: &str) -> String {
    if label.starts_with("ULN") { label.to_owned() } else { label.to_lowercase() }
}
