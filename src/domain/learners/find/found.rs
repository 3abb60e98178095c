//! The outcome of a find.

use crate::domain::codes;
use crate::domain::format::{Field, FieldError, FieldTexts};
use crate::domain::matching::{ComparedField, Likeness};
use crate::model::{Learner, Uln};

/// A learner as found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLearner {
    /// The learner; the master if the ULN was merged.
    pub learner: Learner,
    /// The ULNs merged into it.
    pub linked_ulns: Vec<Uln>,
    /// Whether it replaces a merged learner (`MasterSubstituted`).
    pub substituted: bool,
}

/// The outcome of a find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nobody (WSRC0001).
    None,
    /// Nobody, because a detail is missing or invalid (WSRC0001).
    Unreadable(FieldError),
    /// Exactly this learner (WSRC0004).
    Exact(Box<FoundLearner>),
    /// The master of the ULN that matched (WSRC0022).
    MasterSubstituted(Box<FoundLearner>),
    /// One to ten similar learners, best first (WSRC0003).
    Possible(Vec<FoundLearner>),
    /// More than ten (WSRC0002).
    TooMany {
        /// The optional details that would narrow the search, the most useful first.
        narrowing: Vec<Field>,
    },
}

impl FoundLearner {
    /// How the details of a search agree with this learner's: the five demographics, and of the
    /// optional details those that were given.
    pub fn compared(&self, asked: &FieldTexts<'_>) -> Vec<ComparedField> {
        let compared = |field: Field| {
            let likeness = Likeness::of(field, asked.filled(field)?, &self.learner)?;
            Some(ComparedField { field, likeness })
        };
        Field::DEMOGRAPHICS.into_iter().chain(Field::REFINERS).filter_map(compared).collect()
    }
}

impl Found {
    /// The response code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::None | Self::Unreadable(_) => codes::NO_MATCH,
            Self::Exact(_) => codes::FOUND,
            Self::MasterSubstituted(_) => codes::MASTER_SUBSTITUTED,
            Self::Possible(_) => codes::POSSIBLE_MATCHES,
            Self::TooMany { .. } => codes::TOO_MANY_MATCHES,
        }
    }

    /// The learners found.
    pub fn learners(&self) -> &[FoundLearner] {
        match self {
            Self::None | Self::Unreadable(_) | Self::TooMany { .. } => &[],
            Self::Exact(one) | Self::MasterSubstituted(one) => std::slice::from_ref(one),
            Self::Possible(several) => several,
        }
    }
}
