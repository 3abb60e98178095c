//! The outcome of a find.

use crate::domain::codes;
use crate::domain::format::FieldError;
use crate::model::{Learner, Uln};

/// A learner as found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLearner {
    /// The record; the master's where the number was merged.
    pub learner: Learner,
    /// The numbers merged into it.
    pub linked_ulns: Vec<Uln>,
    /// Whether it stands in for a merged number (`MasterSubstituted`).
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
    /// The master of the number that matched (WSRC0022).
    MasterSubstituted(Box<FoundLearner>),
    /// One to ten similar learners, best first (WSRC0003).
    Possible(Vec<FoundLearner>),
    /// More than ten (WSRC0002).
    TooMany,
}

impl Found {
    /// The response code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::None | Self::Unreadable(_) => codes::NO_MATCH,
            Self::Exact(_) => codes::FOUND,
            Self::MasterSubstituted(_) => codes::MASTER_SUBSTITUTED,
            Self::Possible(_) => codes::POSSIBLE_MATCHES,
            Self::TooMany => codes::TOO_MANY_MATCHES,
        }
    }

    /// The learners in it.
    pub fn learners(&self) -> &[FoundLearner] {
        match self {
            Self::None | Self::Unreadable(_) | Self::TooMany => &[],
            Self::Exact(one) | Self::MasterSubstituted(one) => std::slice::from_ref(one),
            Self::Possible(several) => several,
        }
    }
}
