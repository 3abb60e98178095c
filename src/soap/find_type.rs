//! What a find should return (rules.md 2.2).

use super::door::Refused;
use crate::domain::Error;

/// What a find returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FindType {
    /// The whole learners.
    Full,
    /// Only the code.
    Check,
}

impl FindType {
    /// The type of a code; the facet has let through no other than these two.
    pub(super) fn of(code: &str) -> Result<Self, Refused> {
        match code {
            "FUL" => Ok(Self::Full),
            "CHK" => Ok(Self::Check),
            _ => Err(Refused::Domain(Error::Unexpected("a find type that the facet does not allow"))),
        }
    }
}
