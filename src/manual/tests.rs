//! The manual covers every operation and agrees with the contract.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{env, fs, path::Path};

use super::*;
use crate::contract::SERVICES;

fn entry(name: &str) -> Entry {
    SERVICES.iter().flat_map(entries).find(|entry| entry.operation.name == name).expect("an operation")
}

fn field<'e>(entry: &'e Entry, name: &str) -> &'e Field {
    entry.fields.iter().find(|field| field.name == name).unwrap_or_else(|| panic!("no field {name}"))
}

#[test]
fn every_operation_has_fields_meanings_and_an_example() {
    for entry in SERVICES.iter().flat_map(entries) {
        let name = entry.operation.name;
        assert!(!entry.operation.documentation.is_empty(), "{name}");
        for field in &entry.fields {
            assert!(
                !field.meaning.is_empty() && !field.form.is_empty() && !field.example.is_empty(),
                "{name}: {field:?}"
            );
        }
        let Example { request, answer } = entry.example.unwrap_or_else(|| panic!("{name} has no example"));
        for text in [&request, &answer] {
            assert!(text.contains("Envelope>") && !text.contains("${") && !text.contains("{{"), "{name}: {text}");
        }
        assert!(request.contains(entry.operation.input.name), "{name}: {request}");
        assert!(!request.contains("><UKPRN></UKPRN>") && !request.contains("<ULN></ULN>"), "{name}: {request}");
    }
}

#[test]
fn fields_have_form_list_and_place() {
    let register = entry("registerSingleLearner");
    let gender = field(&register, "Learner.Gender");
    assert!(gender.mandatory);
    assert!(gender.choices.contains(&Choice { code: "9", meaning: "Not specified." }));
    assert_eq!(field(&register, "OrgPassword").form, "text of exactly 16 characters, not all white space");
    assert!(!field(&register, "Learner.Title").mandatory);

    let batch = entry("submitBatchRegistration");
    assert_eq!(field(&batch, "LearnerRecordCount").form, "whole number from 1 to 200");
    assert!(batch.fields.iter().any(|field| field.repeats.as_deref().is_some_and(|text| text.contains("up to 200"))));

    let achievements = entry("SubmitAchievementBatchJob");
    let action = field(&achievements, "achievements.Achievement.Action");
    assert_eq!(action.choices.iter().map(|choice| choice.code).collect::<Vec<_>>(), ["1", "2", "3", "4"]);
    let mandatory = |name: &str| field(&achievements, &format!("achievements.Achievement.{name}")).mandatory;
    assert!(mandatory("Uln") && mandatory("ProviderUkprn") && mandatory("ActionDate"));
    assert!(!mandatory("Grade") && !mandatory("DateofBirth") && !mandatory("MisIdentifier"));
    assert_eq!(entry("learnerByULN").codes.first().map(|code| code.code), Some("WSRC0001"));
}

/// `LRS_UPDATE_GOLDENS=1` rewrites the page.
#[test]
fn the_page_of_operations_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md");
    let text = markdown(SERVICES);
    if env::var_os("LRS_UPDATE_GOLDENS").is_some() {
        fs::write(&path, text).expect("the page is written");
        return;
    }
    let page = fs::read_to_string(&path).expect("docs/operations.md");
    assert!(page == text, "docs/operations.md is not what the contract says now: LRS_UPDATE_GOLDENS=1 writes it again");
}
