//! The decision of a person that none of the learners found is the one to be registered.

use std::str::FromStr;

use crate::model::Uln;

/// Why none of the possible matches is the learner (our choice). The trail keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoneOfThese {
    /// A brother, a sister or a twin of one of them.
    Relative,
    /// Different people with similar details.
    OtherPeople,
    /// The learner's documents show other details.
    Documents,
    /// The learner says that they never had a number.
    NeverHadOne,
}

impl NoneOfThese {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::OtherPeople, Self::Relative, Self::Documents, Self::NeverHadOne];

    /// The text in the trail and in forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Relative => "relative",
            Self::OtherPeople => "other-people",
            Self::Documents => "documents-differ",
            Self::NeverHadOne => "never-had-a-uln",
        }
    }
}

/// The text is no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a reason why none of the learners found is the one")]
pub struct UnknownReason;

impl FromStr for NoneOfThese {
    type Err = UnknownReason;

    fn from_str(code: &str) -> Result<Self, UnknownReason> {
        Self::ALL.into_iter().find(|reason| reason.code() == code).ok_or(UnknownReason)
    }
}

/// The possible matches that somebody looked at and dismissed. Too many matches show nobody, so
/// there the list is empty.
#[derive(Clone, Copy)]
pub struct Dismissal<'a> {
    /// Why.
    pub reason: NoneOfThese,
    /// The learners that were shown.
    pub shown: &'a [Uln],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_reads_back() {
        for reason in NoneOfThese::ALL {
            assert_eq!(reason.code().parse(), Ok(reason));
        }
        assert_eq!("because".parse::<NoneOfThese>(), Err(UnknownReason));
    }
}
