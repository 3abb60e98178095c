//! A learner's record as the register holds it.

mod details;
mod search;

use std::fmt;

pub use self::details::{Address, Birth, Contact, Evidence, Identifiers, Names};
pub use self::search::{Candidate, SearchKeys};
use super::{AbilityToShare, Gender, LearnerStatus, OrgRef, Timestamp, Uln};

/// One learner. Text is kept as it was given, trailing spaces and letter case included (rules.md
/// 2.4); `None` is an absent member.
///
/// Everything but the internal numbers is personal data, so that `Debug` shows only those.
#[derive(Clone, PartialEq, Eq)]
pub struct Learner {
    /// Internal number of the row; 0 before it is stored.
    pub id: i64,
    /// The learner's ULN.
    pub uln: Uln,
    /// Number of the version that an update must name; 1 at registration.
    pub version: i32,
    /// State of the record.
    pub status: LearnerStatus,
    /// The master into which this record was merged; set exactly when `status` is `Merged`.
    pub master: Option<Uln>,
    /// The names.
    pub names: Names,
    /// When and where the learner was born.
    pub birth: Birth,
    /// Gender.
    pub gender: Gender,
    /// Nationality, up to three characters.
    pub nationality: Option<String>,
    /// The school at age 16.
    pub school_at_16: Option<String>,
    /// The last known address.
    pub address: Address,
    /// How the learner can be reached.
    pub contact: Contact,
    /// Numbers that other registers have for the learner.
    pub identifiers: Identifiers,
    /// What the identity was verified by.
    pub evidence: Evidence,
    /// Whether data are shared.
    pub ability_to_share: AbilityToShare,
    /// Free notes, up to 4,000 characters.
    pub notes: Option<String>,
    /// The organisation that registered the learner.
    pub registered_by: Option<OrgRef>,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When the record last changed.
    pub updated_at: Timestamp,
}

impl fmt::Debug for Learner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Learner")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
