//! What a search reads of a learner. The domain computes and compares the keys.

use chrono::NaiveDate;

use crate::model::{Gender, Uln};

/// The keys by which a learner is found: stored as columns, and rewritten whenever the learner
/// changes.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub struct SearchKeys {
    /// Normalised given name.
    pub given: String,
    /// Normalised preferred given name.
    pub preferred_given: Option<String>,
    /// Normalised family name.
    pub family: String,
    /// Normalised previous family name.
    pub previous_family: Option<String>,
    /// Normalised family name at age 16.
    pub family_at_16: Option<String>,
    /// Postcode without its space.
    pub postcode: String,
    /// The outward code of the postcode.
    pub outward: String,
    /// The phonetic key of the given name.
    pub given_phonetic: String,
    /// The phonetic key of the family name.
    pub family_phonetic: String,
}

impl SearchKeys {
    /// The given names by which the learner is known: given and preferred.
    pub fn given_names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.given.as_str()).chain(self.preferred_given.as_deref())
    }

    /// The earlier family names: previous and at age 16.
    pub fn earlier_family_names(&self) -> impl Iterator<Item = &str> {
        self.previous_family.as_deref().into_iter().chain(self.family_at_16.as_deref())
    }
}

/// A candidate of a search. Merged learners are candidates (their master replaces them), deleted
/// ones are not.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct Candidate {
    /// The learner's ULN.
    pub uln: Uln,
    /// The master, if the learner was merged.
    pub master: Option<Uln>,
    /// The stored search keys.
    pub keys: SearchKeys,
    /// Date of birth.
    pub date_of_birth: NaiveDate,
    /// Gender.
    pub gender: Gender,
    /// School at age 16, as stored.
    pub school_at_16: Option<String>,
    /// Place of birth, as stored.
    pub place_of_birth: Option<String>,
    /// E-mail address, as stored.
    pub email: Option<String>,
}

impl Candidate {
    /// The learner to show: the master if the candidate was merged.
    pub fn standing_in(&self) -> Uln {
        self.master.unwrap_or(self.uln)
    }
}
