//! The codes that a field accepts: from the model's code lists if the field has one, otherwise from
//! the contract's enumeration.

use crate::contract::{Element, facet};
use crate::model::{
    AbilityToShare, AchievementAction, ChallengeKind, Gender, LearnerStatus, SubmissionType, TierLevel,
    VerificationType,
};
use crate::xml::Pattern;

/// A code in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The code as sent on the wire.
    pub code: &'static str,
    /// Its meaning; empty if the field's own description explains it.
    pub meaning: &'static str,
}

macro_rules! list {
    ($list:ty) => {
        <$list>::ALL.iter().map(|value| Choice { code: value.code(), meaning: value.meaning() }).collect()
    };
}

/// The codes that a field accepts; empty if it is not restricted to a list.
pub fn choices(element: &Element) -> Vec<Choice> {
    if !element.values.is_empty() {
        return words(element.values);
    }
    match (element.facet, element.name) {
        (Some("MIAPGender" | "MIAPGenderNillable"), _) | (None, "Gender" | "gender") => list!(Gender),
        (Some("MIAPVerificationType"), _) => list!(VerificationType),
        (Some("MIAPAbilityToShare"), _) => list!(AbilityToShare),
        (Some("MIAPTierLevel"), _) => list!(TierLevel),
        (Some("MIAPLearnerStatus"), _) => list!(LearnerStatus),
        (Some("LrsChallengeType"), _) => list!(ChallengeKind),
        (None, "Action") => list!(AchievementAction),
        (None, "submissionType") => list!(SubmissionType),
        (Some(name), _) => {
            match facet::ALL.iter().find(|facet| facet.name == name).and_then(|facet| facet.pattern.as_ref()) {
                Some(Pattern::Words(_, codes)) => words(codes),
                _ => Vec::new(),
            }
        }
        (None, _) => Vec::new(),
    }
}

fn words(codes: &[&'static str]) -> Vec<Choice> {
    codes.iter().map(|code| Choice { code, meaning: "" }).collect()
}
