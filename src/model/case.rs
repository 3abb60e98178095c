//! Cases of the service desk: what users told it, and when they were advised.

use std::fmt;
use std::str::FromStr;

use super::codes::{UnknownCode, code_list};
use super::{Reason, Timestamp};

code_list! {
    /// What a case is about.
    CaseKind {
        /// Something of the service does not work.
        Incident = "incident",
        /// A learning event is challenged.
        DataChallenge = "data-challenge",
        /// A ULN was created or merged incorrectly, or two people share it.
        UlnProblem = "uln-problem",
        /// A user asks for something, such as access.
        Request = "request",
    }
}

code_list! {
    /// The category of a case (rules.md 9): how soon it is to be rectified.
    Category {
        /// Critical: nobody can work, and there is no way around it.
        One = "1",
        /// Major: some users or some functions are affected, or replies are slow for many.
        Two = "2",
        /// Without a limit.
        Three = "3",
        /// Minor: few users or functions that can wait; and every challenge, ULN problem and
        /// request.
        Four = "4",
    }
}

/// A case. It may contain personal data, so `Debug` shows only its number.
#[derive(Clone, PartialEq, Eq)]
pub struct Case {
    /// Its number.
    pub number: i32,
    /// What it is about.
    pub kind: CaseKind,
    /// How soon it is to be rectified.
    pub category: Category,
    /// What the user said, in one line.
    pub summary: Reason,
    /// When the user told the desk (UTC).
    pub logged_at: Timestamp,
    /// Who logged it.
    pub logged_by: String,
    /// The organisation of the user; none if an operator logged it.
    pub organisation_id: Option<i32>,
    /// How it ended.
    pub rectified: Option<Rectified>,
    /// What everybody is told of an incident of category 1 or 2.
    pub outage: Option<Outage>,
}

/// How a case ended.
#[derive(Clone, PartialEq, Eq)]
pub struct Rectified {
    /// When the user was advised of it (UTC).
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// In which words.
    pub advice: Reason,
}

/// What everybody is told of an incident.
#[derive(Clone, PartialEq, Eq)]
pub struct Outage {
    /// When it began (UTC). It ends when the case is rectified.
    pub began_at: Timestamp,
    /// What does not work.
    pub words: Reason,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("number", &self.number).finish_non_exhaustive()
    }
}
