//! Problems with ULNs that users report to the service desk.

use std::fmt;
use std::str::FromStr;

use super::codes::{UnknownCode, code_list};
use super::{Reason, Uln};

code_list! {
    /// What is wrong with a ULN (rules.md 7.6).
    UlnProblemKind {
        /// It was created incorrectly.
        CreatedIncorrectly = "created-incorrectly",
        /// It was merged incorrectly.
        MergedIncorrectly = "merged-incorrectly",
        /// Two people share it, or something else is wrong with it.
        Shared = "shared",
    }
}

/// A reported problem. It contains personal data, so `Debug` shows only the case.
#[derive(Clone, PartialEq, Eq)]
pub struct UlnProblem {
    /// The number of its case.
    pub case: i32,
    /// What is wrong.
    pub kind: UlnProblemKind,
    /// The ULN, as the user gave it.
    pub uln: Uln,
    /// Another ULN of the same person, or of the other one.
    pub other: Option<Uln>,
    /// What the user says about it.
    pub explanation: Reason,
}

impl fmt::Debug for UlnProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UlnProblem").field("case", &self.case).finish_non_exhaustive()
    }
}
