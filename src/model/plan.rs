//! Plans of learners in custody: their numbers, their states, and how a version came about.

use std::fmt;
use std::str::FromStr;

use super::codes::{UnknownCode, code_list};

/// Identifies a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlanId(pub i64);

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

code_list! {
    /// The state of a plan (rules.md 7.5, our choice).
    PlanStatus {
        /// Being written.
        Draft = "Draft",
        /// Being followed.
        Active = "Active",
        /// At its end.
        Closed = "Closed",
    }
}

code_list! {
    /// How a version of a plan came about.
    PlanStep {
        /// The plan was made.
        Created = "Created",
        /// Its details or aims were changed.
        Changed = "Changed",
        /// The learner came to another establishment, which goes on with it.
        TakenOver = "TakenOver",
    }
}
