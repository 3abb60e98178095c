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
    /// All fields.
    Full,
    /// The nine fields that are always present.
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

/// A query for a learner's events. Empty text means absent.
#[derive(Clone, Copy)]
pub struct RecordQuery<'a> {
    /// The ULN.
    pub uln: &'a str,
    /// What the caller says about the learner.
    pub claimed: Claimed<'a>,
    /// On whose behalf.
    pub user_type: UserType,
    /// How much of each event to return; the reply repeats it.
    pub get_type: GetType,
}

/// A query for a learning record with personal details (GetLearnerRecord). Empty text means absent.
#[derive(Clone, Copy)]
pub struct LearnerRecordQuery<'a> {
    /// The ULN.
    pub uln: &'a str,
    /// What the caller says about the learner.
    pub claimed: Claimed<'a>,
    /// Last known postcode; if given, it must be the learner's (our choice).
    pub postcode: Option<&'a str>,
    /// On whose behalf.
    pub user_type: UserType,
}
