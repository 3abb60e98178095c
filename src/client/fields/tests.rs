//! Where fields go in a request.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use super::super::sample_contract::{ACHIEVEMENTS, REGISTER, RETRIEVE};
use super::*;

fn members(node: &Node) -> &[Node] {
    match &node.content {
        Content::Members(members) => members,
        Content::Text(_) => panic!("expected child elements"),
    }
}

#[test]
fn nested_fields_share_their_parent() {
    let fields = [Field::new("Learner.GivenName", "Ada"), Field::new("Learner.FamilyName", "Example")];
    let root = arrange(&REGISTER, &fields).unwrap();
    assert_eq!(members(&root).len(), 1);
    assert_eq!(members(&members(&root)[0]).len(), 2);
}

#[test]
fn a_repeated_leaf_makes_a_list() {
    let fields = [Field::new("ULNsToRetrieve.ULN", "1000000000"), Field::new("ULNsToRetrieve.ULN", "1000000019")];
    let root = arrange(&RETRIEVE, &fields).unwrap();
    assert_eq!(members(&members(&root)[0]).len(), 2);
}

#[test]
fn a_repeated_field_of_a_list_item_starts_the_next_item() {
    let fields = [
        Field::new("achievements.Achievement.Uln", "1000000000"),
        Field::new("achievements.Achievement.Grade", "Pass"),
        Field::new("achievements.Achievement.Uln", "1000000019"),
        Field::new("achievements.Achievement.Grade", "Fail"),
    ];
    let root = arrange(&ACHIEVEMENTS, &fields).unwrap();
    let items = members(&members(&root)[0]);
    assert_eq!(items.len(), 2);
    assert_eq!((members(&items[0]).len(), members(&items[1]).len()), (2, 2));
}

#[test]
fn a_field_that_may_stand_once_is_refused_twice() {
    let fields = [Field::new("Learner.GivenName", "Ada"), Field::new("Learner.GivenName", "Eve")];
    assert_eq!(arrange(&REGISTER, &fields).unwrap_err(), FieldError::TooMany("Learner.GivenName".into()));
}

#[test]
fn an_unknown_field_is_answered_with_the_nearest_name_and_all_names() {
    let error = arrange(&REGISTER, &[Field::new("Learner.givenname", "Ada")]).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("did you mean --Learner.GivenName?"), "{text}");
    assert!(text.contains("--Learner.FamilyName"), "{text}");
    assert!(!text.contains("Ada"), "{text}");
}

#[test]
fn a_field_that_holds_fields_is_answered_with_its_parts() {
    let error = arrange(&REGISTER, &[Field::new("Learner", "Ada")]).unwrap_err();
    assert!(error.to_string().contains("--Learner.GivenName"), "{error}");
}

#[test]
fn a_field_below_a_leaf_does_not_exist() {
    let error = arrange(&REGISTER, &[Field::new("UserName.First", "Ada")]).unwrap_err();
    assert!(matches!(error, FieldError::Unknown { .. }));
}

#[test]
fn existence_follows_the_contract() {
    assert!(exists(&REGISTER, &Field::new("Learner.GivenName", "").path));
    assert!(!exists(&REGISTER, &Field::new("Learner", "").path));
    assert!(!exists(&REGISTER, &Field::new("invokingUser.UserName", "").path));
}
