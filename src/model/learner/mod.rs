//! A learner as stored in the register.

mod details;
mod search;

use std::fmt;

pub use self::details::{Address, Birth, Contact, Evidence, Identifiers, Names};
pub use self::search::{Candidate, SearchKeys};
use super::{AbilityToShare, Gender, LearnerStatus, OrgRef, Timestamp, Uln};

/// A learner. Text is stored as given, including trailing spaces and case (rules.md 2.4); `None`
/// means absent.
///
/// Everything but the internal numbers is personal data, so `Debug` shows only those.
#[derive(Clone, PartialEq, Eq)]
pub struct Learner {
    /// The internal number of the row; 0 before it is stored.
    pub id: i64,
    /// The learner's ULN.
    pub uln: Uln,
    /// The version, which an update must state; 1 at registration.
    pub version: i32,
    /// The status.
    pub status: LearnerStatus,
    /// The master into which this learner was merged; set exactly when `status` is `Merged`.
    pub master: Option<Uln>,
    /// The names.
    pub names: Names,
    /// Date and place of birth.
    pub birth: Birth,
    /// Gender.
    pub gender: Gender,
    /// Nationality, up to three characters.
    pub nationality: Option<String>,
    /// The school at age 16.
    pub school_at_16: Option<String>,
    /// The last known address.
    pub address: Address,
    /// E-mail address and telephone number.
    pub contact: Contact,
    /// Identifiers in other registers.
    pub identifiers: Identifiers,
    /// The evidence of the identity.
    pub evidence: Evidence,
    /// Whether the learner shares data.
    pub ability_to_share: AbilityToShare,
    /// Free notes, up to 4,000 characters.
    pub notes: Option<String>,
    /// The organisation that registered the learner.
    pub registered_by: Option<OrgRef>,
    /// When the learner was registered.
    pub created_at: Timestamp,
    /// When the learner last changed.
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
