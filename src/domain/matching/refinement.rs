//! The optional details of a search: they rank candidates but reject none.

use super::super::names::normalise_place;
use super::closeness::similar_family;
use super::query::Query;
use crate::model::Candidate;

/// What the optional refiners say about a candidate.
#[derive(Clone, Copy)]
pub(super) struct Refinement {
    /// Five for each that agrees.
    pub(super) points: u32,
    /// Whether one of them differs.
    pub(super) contradicts: bool,
}

/// Compares the optional refiners. They rank candidates but reject none; one that either side lacks
/// is ignored.
pub(super) fn refinement(query: &Query, candidate: &Candidate) -> Refinement {
    let keys = &candidate.keys;
    let previous_family = query.previous_family.as_deref().filter(|_| keys.earlier_family_names().next().is_some());
    let school = normalise_place(candidate.school_at_16.as_deref());
    let place = normalise_place(candidate.place_of_birth.as_deref());
    let email = candidate.email.as_deref().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
    let one_holds_the_other = |(asked, stored): (&str, &str)| stored.contains(asked) || asked.contains(stored);
    let comparisons = [
        previous_family.map(|asked| {
            keys.earlier_family_names().chain([keys.family.as_str()]).any(|name| similar_family(asked, name))
        }),
        query.school_at_16.as_deref().zip(school.as_deref()).map(one_holds_the_other),
        query.place_of_birth.as_deref().zip(place.as_deref()).map(one_holds_the_other),
        query.email.as_deref().zip(email.as_deref()).map(|(asked, stored)| asked == stored),
    ];
    let said = || comparisons.iter().flatten();
    Refinement {
        points: said().map(|agrees| if *agrees { 5 } else { 0 }).sum(),
        contradicts: said().any(|agrees| !agrees),
    }
}
