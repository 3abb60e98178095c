//! A verification told field by field, for a person. It says no more than the outcome does: of
//! details that do not match, only what the flags say.

use super::{Claimed, Flag, Verified};
use crate::domain::format::Field;
use crate::domain::matching::Likeness;
use crate::model::Learner;

/// What a verification says about one detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The register has the same.
    Matches,
    /// The register has a similar one.
    Similar,
    /// The register has the same or a similar one. Which of them is not said, because other details
    /// do not match.
    Agrees,
    /// It is another name of the learner's: the family name given as given name, or an earlier one.
    OtherName,
    /// The register has another.
    DoesNotMatch,
    /// It was not given, or says nothing, so it was not compared.
    NotCompared,
}

/// A detail and what the verification says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedField {
    /// The field.
    pub field: Field,
    /// What is said.
    pub verdict: Verdict,
}

/// The outcome of a verification for each detail; empty if the ULN is nobody's. The learner is the
/// one that the outcome shows, if it shows one.
pub fn by_field(
    claimed: &Claimed<'_>,
    outcome: Verified,
    flags: &[Flag],
    learner: Option<&Learner>,
) -> Vec<VerifiedField> {
    let is_exact = match outcome {
        Verified::NotFound => return Vec::new(),
        Verified::Match | Verified::LinkedMatch => true,
        Verified::Similar | Verified::SimilarLinked | Verified::NoMatch => false,
    };
    let name = |field, text: &str, own: Flag, others: [Flag; 2]| {
        if is_exact {
            return Verdict::Matches;
        }
        let likeness = learner.and_then(|learner| Likeness::of(field, text, learner));
        match likeness {
            Some(Likeness::Same) => Verdict::Matches,
            Some(_) if !flags.contains(&own) => Verdict::Similar,
            None if !flags.contains(&own) => Verdict::Agrees,
            _ if others.iter().any(|flag| !flags.contains(flag)) => Verdict::OtherName,
            Some(Likeness::Similar) => Verdict::Similar,
            _ => Verdict::DoesNotMatch,
        }
    };
    let value = |was_given: bool, flag| match (was_given, flags.contains(&flag)) {
        (false, _) => Verdict::NotCompared,
        (true, true) => Verdict::DoesNotMatch,
        (true, false) => Verdict::Matches,
    };
    let given = name(
        Field::GivenName,
        claimed.given_name,
        Flag::GivenWithGiven,
        [Flag::GivenWithFamily, Flag::GivenWithPreviousFamily],
    );
    let family = name(
        Field::FamilyName,
        claimed.family_name,
        Flag::FamilyWithFamily,
        [Flag::FamilyWithGiven, Flag::FamilyWithPreviousFamily],
    );
    let has_gender = claimed.gender.is_some_and(|gender| gender.is_known());
    [
        (Field::GivenName, given),
        (Field::FamilyName, family),
        (Field::DateOfBirth, value(claimed.date_of_birth.is_some(), Flag::DateOfBirth)),
        (Field::Gender, value(has_gender, Flag::Gender)),
    ]
    .map(|(field, verdict)| VerifiedField { field, verdict })
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Agrees, DoesNotMatch, Matches, NotCompared, OtherName, Similar};
    use super::*;
    use crate::domain::matching::tests::learner;
    use crate::domain::verification::verify;

    fn verdicts(claimed: Claimed<'_>) -> Vec<Verdict> {
        let mut samantha = learner("Samantha", "Okafor", "2004-05-06", "CV4 9EE");
        samantha.names.previous_family = Some("Reed".to_owned());
        let (outcome, flags) = verify(&claimed, &samantha, false);
        let shown = outcome.is_verified().then_some(&samantha);
        by_field(&claimed, outcome, &flags, shown).into_iter().map(|field| field.verdict).collect()
    }

    #[test]
    fn each_detail_is_told_in_its_own_way() {
        let names = Claimed::names;
        for (claimed, expected) in [
            (names("Samantha", "Okafor"), [Matches, Matches, NotCompared, NotCompared]),
            (names("Samantha", "Okafor").born(Some("2004-05-06"), Some("9")), [Matches, Matches, Matches, NotCompared]),
            (names("Sam", "Okafor"), [Similar, Matches, NotCompared, NotCompared]),
            (names("Samantha", "Reed"), [Matches, OtherName, NotCompared, NotCompared]),
            (names("Okafor", "Samantha"), [OtherName, OtherName, NotCompared, NotCompared]),
            (names("Piet", "Okafor"), [DoesNotMatch, Agrees, NotCompared, NotCompared]),
            (names("Piet", "Zwart"), [DoesNotMatch, DoesNotMatch, NotCompared, NotCompared]),
            (names("Sam", "Okafor").born(Some("2004-06-05"), None), [Agrees, Agrees, DoesNotMatch, NotCompared]),
        ] {
            assert_eq!(verdicts(claimed), expected);
        }
        assert_eq!(by_field(&names("Piet", "Zwart"), Verified::NotFound, &[], None), []);
    }
}
