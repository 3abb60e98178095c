//! Verifies a learner's details: the outcome, and flags for what differs (rules.md 3.3, 4.3). Pure.

mod fields;

use chrono::NaiveDate;

pub use self::fields::{Verdict, VerifiedField, by_field};

use super::format::{Field, FieldError};
use super::matching::{names_are_similar, similar_family, similar_given};
use super::names::{normalise, search_keys};
use crate::model::{Gender, Learner};

/// The outcome of a verification, by its code on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verified {
    /// WSVRC001: all details supplied match exactly.
    Match,
    /// WSVRC002: the same, for the ULN of a linked learner.
    LinkedMatch,
    /// WSVRC003: the ULN exists and the names are similar.
    Similar,
    /// WSVRC004: the same, for the ULN of a linked learner.
    SimilarLinked,
    /// WSVRC005: the ULN exists and the details do not match.
    NoMatch,
    /// WSVRC006: the ULN does not exist.
    NotFound,
}

impl Verified {
    /// Whether the learner counts as verified, also for seeing learning events (our choice,
    /// rules.md 4.6).
    pub const fn is_verified(self) -> bool {
        matches!(self, Self::Match | Self::LinkedMatch | Self::Similar | Self::SimilarLinked)
    }
}

/// A comparison that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// Incoming given name against the given name.
    GivenWithGiven,
    /// Incoming given name against the family name.
    GivenWithFamily,
    /// Incoming given name against the previous family name.
    GivenWithPreviousFamily,
    /// Incoming family name against the given name.
    FamilyWithGiven,
    /// Incoming family name against the family name.
    FamilyWithFamily,
    /// Incoming family name against the previous family name.
    FamilyWithPreviousFamily,
    /// Date of birth.
    DateOfBirth,
    /// Gender.
    Gender,
}

impl Flag {
    /// The code as sent: `VRF1` to `VRF8`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::GivenWithGiven => "VRF1",
            Self::GivenWithFamily => "VRF2",
            Self::GivenWithPreviousFamily => "VRF3",
            Self::FamilyWithGiven => "VRF4",
            Self::FamilyWithFamily => "VRF5",
            Self::FamilyWithPreviousFamily => "VRF6",
            Self::DateOfBirth => "VRF7",
            Self::Gender => "VRF8",
        }
    }
}

/// The details given by the caller. Date of birth and gender are compared only if given.
#[derive(Clone, Copy)]
pub struct Claimed<'a> {
    /// Given name.
    pub given_name: &'a str,
    /// Family name.
    pub family_name: &'a str,
    /// Date of birth; an invalid date matches nobody.
    pub date_of_birth: Option<Result<NaiveDate, FieldError>>,
    /// Gender; an unknown one (0 or 9) is ignored.
    pub gender: Option<Gender>,
}

impl<'a> Claimed<'a> {
    /// Names alone.
    pub const fn names(given_name: &'a str, family_name: &'a str) -> Self {
        Self { given_name, family_name, date_of_birth: None, gender: None }
    }

    /// The same with a date of birth and the code of a gender; empty text is absent, and so is an
    /// unknown code.
    #[must_use]
    pub fn born(self, date_of_birth: Option<&str>, gender: Option<&str>) -> Self {
        let filled = |text: &&str| !text.is_empty();
        let read = |text: &str| text.parse().map_err(|_| Field::DateOfBirth.unreadable(text));
        Self {
            date_of_birth: date_of_birth.filter(filled).map(read),
            gender: gender.filter(filled).and_then(|code| code.parse().ok()),
            ..self
        }
    }
}

/// Compares what a caller says with a learner's record; `linked` says that the number asked for was
/// merged into another. Our choice (rules.md 4.3): a match needs the given or preferred given name
/// and the family name, exactly; a similar one a resemblance among all names; neither forgives a
/// different date of birth or gender. Flags come in ascending order, none with an exact match.
pub fn verify(claimed: &Claimed<'_>, learner: &Learner, linked: bool) -> (Verified, Vec<Flag>) {
    let keys = search_keys(learner);
    let given = normalise(claimed.given_name);
    let family = normalise(claimed.family_name);
    let birth_differs = claimed.date_of_birth.is_some_and(|date| date != Ok(learner.birth.date));
    let gender_differs = claimed.gender.is_some_and(|gender| gender.is_known() && gender != learner.gender);
    let exact = keys.given_names().any(|name| name == given) && keys.family == family;

    if exact && !birth_differs && !gender_differs {
        return (if linked { Verified::LinkedMatch } else { Verified::Match }, Vec::new());
    }
    let outcome = match (names_are_similar(&given, &family, &keys) && !birth_differs && !gender_differs, linked) {
        (true, false) => Verified::Similar,
        (true, true) => Verified::SimilarLinked,
        (false, _) => Verified::NoMatch,
    };
    let previous = keys.previous_family.as_deref().unwrap_or_default();
    let failed = [
        (!similar_given(&given, &keys.given), Flag::GivenWithGiven),
        (!similar_given(&given, &keys.family), Flag::GivenWithFamily),
        (!similar_given(&given, previous), Flag::GivenWithPreviousFamily),
        (!similar_family(&family, &keys.given), Flag::FamilyWithGiven),
        (!similar_family(&family, &keys.family), Flag::FamilyWithFamily),
        (!similar_family(&family, previous), Flag::FamilyWithPreviousFamily),
        (birth_differs, Flag::DateOfBirth),
        (gender_differs, Flag::Gender),
    ];
    (outcome, failed.into_iter().filter_map(|(differs, flag)| differs.then_some(flag)).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::super::matching::tests::learner;
    use super::*;

    fn codes(claimed: Claimed<'_>, learner: &Learner, linked: bool) -> (Verified, Vec<&'static str>) {
        let (outcome, flags) = verify(&claimed, learner, linked);
        (outcome, flags.into_iter().map(Flag::code).collect())
    }

    fn names<'a>(given_name: &'a str, family_name: &'a str) -> Claimed<'a> {
        Claimed::names(given_name, family_name)
    }

    #[test]
    fn exact_by_given_or_preferred_name() {
        let mut learner = learner("Samantha", "Okafor-Reed", "2004-05-06", "CV4 9EE");
        learner.names.preferred_given = Some("Mimi".to_owned());
        assert_eq!(codes(names("SAMANTHA", "Okafor Reed"), &learner, false), (Verified::Match, vec![]));
        assert_eq!(codes(names("Mimi", "Okafor-Reed"), &learner, true), (Verified::LinkedMatch, vec![]));
        let whole = Claimed {
            date_of_birth: Some(Ok(learner.birth.date)),
            gender: Some(learner.gender),
            ..names("Mimi", "Okafor-Reed")
        };
        assert_eq!(codes(whole, &learner, false), (Verified::Match, vec![]));
    }

    #[test]
    fn a_gender_that_is_not_known_says_nothing() {
        let learner = learner("Samantha", "Okafor", "2004-05-06", "CV4 9EE");
        for gender in [Gender::NotKnown, Gender::NotSpecified] {
            let claimed = Claimed { gender: Some(gender), ..names("Samantha", "Okafor") };
            assert_eq!(codes(claimed, &learner, false), (Verified::Match, vec![]));
            let claimed = Claimed { gender: Some(gender), ..names("Piet", "Okafor") };
            let flags = vec!["VRF1", "VRF2", "VRF3", "VRF4", "VRF6"];
            assert_eq!(codes(claimed, &learner, false), (Verified::NoMatch, flags));
        }
    }

    #[test]
    fn similar_names_keep_their_flags() {
        let mut learner = learner("Samantha", "Okafor", "2004-05-06", "CV4 9EE");
        learner.names.previous_family = Some("Reed".to_owned());
        assert_eq!(
            codes(names("Sam", "Okafor"), &learner, false),
            (Verified::Similar, vec!["VRF2", "VRF3", "VRF4", "VRF6"])
        );
        assert_eq!(
            codes(names("Samantha", "Reed"), &learner, true),
            (Verified::SimilarLinked, vec!["VRF2", "VRF3", "VRF4", "VRF5"])
        );
        assert_eq!(
            codes(names("Okafor", "Samantha"), &learner, false),
            (Verified::Similar, vec!["VRF1", "VRF3", "VRF5", "VRF6"])
        );
    }

    #[test]
    fn other_details_do_not_match() {
        let learner = learner("Samantha", "Okafor", "2004-05-06", "CV4 9EE");
        let all = vec!["VRF1", "VRF2", "VRF3", "VRF4", "VRF5", "VRF6"];
        assert_eq!(codes(names("Piet", "Zwart"), &learner, false), (Verified::NoMatch, all));
        let other_birth = names("Samantha", "Okafor").born(Some("2004-06-05"), None);
        assert_eq!(
            codes(other_birth, &learner, false),
            (Verified::NoMatch, vec!["VRF2", "VRF3", "VRF4", "VRF6", "VRF7"])
        );
        let other_gender = Claimed { gender: Some(Gender::Male), ..names("Samantha", "Okafor") };
        assert_eq!(
            codes(other_gender, &learner, false),
            (Verified::NoMatch, vec!["VRF2", "VRF3", "VRF4", "VRF6", "VRF8"])
        );
    }

    proptest! {
        #[test]
        fn a_record_matches_itself(given in "\\PC{1,35}", family in "\\PC{1,35}") {
            let learner = learner(&given, &family, "2004-05-06", "CV4 9EE");
            prop_assert_eq!(verify(&names(&given, &family), &learner, false), (Verified::Match, vec![]));
        }

        #[test]
        fn flags_ascend(given in "[A-Z][a-z]{0,8}", family in "[A-Z][a-z]{0,8}", other in "[A-Z][a-z]{0,8}") {
            let (_, flags) = verify(&names(&other, &family), &learner(&given, &other, "2004-05-06", "CV4 9EE"), false);
            prop_assert!(flags.is_sorted());
        }
    }
}
