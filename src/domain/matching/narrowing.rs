//! Which optional details would narrow a search that found too many.

use std::collections::BTreeSet;

use super::query::Query;
use super::score::score;
use crate::domain::format::Field;
use crate::model::{Candidate, Uln};

/// The optional details that the search left out and at least one of its learners has, the one that
/// most of them have first. A detail of nobody's would narrow nothing.
pub fn narrowing(query: &Query, candidates: &[Candidate]) -> Vec<Field> {
    let found: Vec<&Candidate> = candidates.iter().filter(|candidate| score(query, candidate).is_some()).collect();
    let filled = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    let people_with = |has: &dyn Fn(&Candidate) -> bool| {
        found.iter().filter(|c| has(c)).map(|c| c.standing_in()).collect::<BTreeSet<Uln>>().len()
    };
    let mut details: Vec<(Field, usize)> = [
        (
            Field::PreviousFamilyName,
            query.previous_family.is_some(),
            people_with(&|c| c.keys.earlier_family_names().next().is_some()),
        ),
        (Field::SchoolAtAge16, query.school_at_16.is_some(), people_with(&|c| filled(&c.school_at_16))),
        (Field::PlaceOfBirth, query.place_of_birth.is_some(), people_with(&|c| filled(&c.place_of_birth))),
        (Field::EmailAddress, query.email.is_some(), people_with(&|c| filled(&c.email))),
    ]
    .into_iter()
    .filter_map(|(field, was_given, people)| (!was_given && people > 0).then_some((field, people)))
    .collect();
    details.sort_by_key(|(_, people)| std::cmp::Reverse(*people));
    details.into_iter().map(|(field, _)| field).collect()
}
