//! The facets of LearnerService's contract are the table of fields, said in XSD.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use crate::contract::{Element, SERVICES, facet};
use crate::domain::format::{Field, Format, MIS_IDENTIFIER, is_date, is_one_line};
use crate::xml::Facet;

/// Texts at the limits of every format.
fn samples() -> Vec<String> {
    let lengths = [1, 3, 4, 9, 10, 13, 14, 35, 36, 50, 51, 254, 255, 256, 4000, 4001].map(|length| "é".repeat(length));
    let texts = [
        "1000000000",
        "0000000042",
        "12345678X",
        "123456789",
        "CV1 2WT",
        "cv12wt  ",
        "CV1 2CO",
        "0",
        "1",
        "2",
        "3",
        "7",
        "8",
        "9",
        "999",
        "2008-02-29",
        "2007-02-29",
        "1900-02-29",
        "1799-12-31",
        "2008-3-1",
        "GBR",
        "UK",
        "a@example.org",
        "a@b",
        "Ann\nMarie",
        "Ann\tMarie",
        "1 000",
    ];
    lengths.into_iter().chain(texts.map(str::to_owned)).collect()
}

/// Where a facet lets through what a batch record, or the rule that reads the field, refuses.
fn is_exception(field: Field, text: &str) -> bool {
    match field.format() {
        // XSD counts a line break as any character (rules.md 2.1).
        Format::Name => !is_one_line(text),
        // The published pattern has this day (rules.md 2.1).
        Format::Day => is_date(text),
        // The published facet is the length alone (rules.md 2.2).
        Format::Nationality => text.chars().count() <= 3,
        _ => false,
    }
}

/// What each operation's message must hold.
fn mandatory(operation: &str) -> Vec<Field> {
    let names = [Field::GivenName, Field::FamilyName];
    match operation {
        "learnerByDemographics" => Field::DEMOGRAPHICS.to_vec(),
        "registerSingleLearner" => Field::MANDATORY.to_vec(),
        "updateSingleLearner" => [&[Field::Uln], &Field::MANDATORY[..]].concat(),
        "submitBatchRegistration" => names.to_vec(),
        "learnerByULN" | "submitVerifyBatch" | "verifyLearner" => [&[Field::Uln], &names[..]].concat(),
        _ => Vec::new(),
    }
}

fn values(element: &'static Element) -> Vec<&'static Element> {
    let own = element.children.iter().filter(|child| child.children.is_empty());
    own.chain(element.children.iter().flat_map(values)).collect()
}

/// A field of a message with its facet.
struct Compared {
    operation: &'static str,
    element: &'static Element,
    field: Field,
    facet: &'static Facet,
}

fn compared() -> Vec<Compared> {
    let service = SERVICES.iter().find(|service| service.name == "LearnerService").unwrap();
    let operations = service.operations.iter().filter(|operation| operation.name != "retrieveULNs");
    let elements =
        operations.flat_map(|operation| values(&operation.input).into_iter().map(|each| (operation.name, each)));
    elements
        .filter_map(|(operation, element)| {
            let field = Field::by_name(element.name)?;
            let facet = facet::ALL.iter().copied().find(|facet| Some(facet.name) == element.facet);
            Some(Compared { operation, element, field, facet: facet.unwrap() })
        })
        .collect()
}

fn assert_agreed(text: &str) {
    for Compared { operation, field, facet, .. } in compared() {
        // Whether a field must be filled is no matter of its format.
        if text.trim().is_empty() {
            continue;
        }
        let (by_facet, by_table) = (facet.check(text).is_ok(), field.broken(text).next().is_none());
        let agree = by_facet == by_table || (by_facet && is_exception(field, text));
        assert!(agree, "{operation} {field:?}: {text:?} is right by the facet: {by_facet}, by the table: {by_table}");
    }
}

#[test]
fn a_message_must_hold_what_the_table_says() {
    let all = compared();
    assert!(all.len() > 80, "{}", all.len());
    for Compared { operation, element, field, facet } in all {
        assert_eq!(element.required, mandatory(operation).contains(&field), "{operation} {field:?}");
        if let (Some(by_facet), Some(by_table)) = (facet.max_length, field.format().longest()) {
            assert_eq!(by_facet, by_table, "{operation} {field:?}");
        }
    }
    assert_eq!(facet::MIAPMIS_IDENTIFIER.max_length, Some(MIS_IDENTIFIER));
}

#[test]
fn facets_and_table_agree_at_the_limits() {
    samples().iter().for_each(|text| assert_agreed(text));
}

proptest! {
    #[test]
    fn facets_and_table_agree(
        text in "\\PC{0,40}|[0-9]{8,11}|[0-9]{4}-[0-9]{2}-[0-9]{2}",
        postcode in "[A-Za-z]{1,2}[0-9R][0-9A-Z]? ?[0-9][A-Z]{2} {0,5}",
        email in "[a-z&.]{1,6}@[a-z-]{1,3}(\\.[a-z0-9-]{0,3})?\\.[a-z]{1,7}",
    ) {
        [text, postcode, email].iter().for_each(|text| assert_agreed(text));
    }
}
