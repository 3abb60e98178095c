//! Questions for a learner's record.

use std::str::FromStr;

use crate::domain::verification::Claimed;

/// On whose behalf a record is asked for (rules.md 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserType {
    /// The learner.
    Learner,
    /// A user of the organisation.
    Organisation,
    /// A service or system.
    Service,
}

impl FromStr for UserType {
    type Err = ();

    fn from_str(code: &str) -> Result<Self, ()> {
        match code {
            "LNR" => Ok(Self::Learner),
            "ORG" => Ok(Self::Organisation),
            "SER" => Ok(Self::Service),
            _ => Err(()),
        }
    }
}

/// How much of each event is wanted (rules.md 2.13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GetType {
    /// Every member.
    Full,
    /// The nine members that are always there.
    Brief,
}

impl FromStr for GetType {
    type Err = ();

    fn from_str(code: &str) -> Result<Self, ()> {
        match code {
            "FULL" => Ok(Self::Full),
            "BRIEF" => Ok(Self::Brief),
            _ => Err(()),
        }
    }
}

/// A question for a learner's events. Empty text is absent.
#[derive(Clone, Copy)]
pub struct RecordQuery<'a> {
    /// The number.
    pub uln: &'a str,
    /// What the caller says about the learner.
    pub claimed: Claimed<'a>,
    /// On whose behalf.
    pub user_type: UserType,
    /// How much of each event; it is handed back with the answer.
    pub get_type: GetType,
}

/// A question for a learner's record with the personal details (GetLearnerRecord). Empty text is absent.
#[derive(Clone, Copy)]
pub struct LearnerRecordQuery<'a> {
    /// The number.
    pub uln: &'a str,
    /// What the caller says about the learner.
    pub claimed: Claimed<'a>,
    /// Last known postcode; when given it must be the learner's (our choice).
    pub postcode: Option<&'a str>,
    /// On whose behalf.
    pub user_type: UserType,
}
