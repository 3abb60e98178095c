//! What was done to the links between learners, and why.

use std::fmt;
use std::str::FromStr;

use super::codes::{UnknownCode, code_list};
use super::{Timestamp, Uln};

code_list! {
    /// What was done to a learner's link.
    LinkKind {
        /// Merged into a master.
        Merge = "merge",
        /// Moved to another master, as part of a change of the old or the new one.
        Follow = "follow",
        /// A merge was undone.
        Unmerge = "unmerge",
        /// The learner was deleted.
        Delete = "delete",
        /// A deletion was undone.
        Restore = "restore",
        /// Learning events moved to the ULN of another person.
        Split = "split",
    }
}

/// One change of a learner's link. It contains personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkChange {
    /// Its number; 0 before it is stored.
    pub id: i64,
    /// When (UTC).
    pub at: Timestamp,
    /// What was done.
    pub kind: LinkKind,
    /// The ULN whose link changed.
    pub uln: Uln,
    /// The master: the new one, or the one that an undone merge had; where events moved, their new
    /// ULN.
    pub master: Option<Uln>,
    /// Why.
    pub reason: Reason,
    /// The name of the user or operator.
    pub user_name: String,
    /// The user's organisation; none for an operator.
    pub organisation_id: Option<i32>,
    /// The change that this one was part of.
    pub part_of: Option<i64>,
}

impl fmt::Debug for LinkChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkChange").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Why something was done, as a person wrote it: 1 to 300 characters on one line, without spaces at
/// its ends. It may contain personal data, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Reason(String);

/// The text is not a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reason is one line of 1 to 300 characters")]
pub struct InvalidReason;

impl Reason {
    /// The greatest number of characters (our choice).
    pub const LONGEST: usize = 300;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Reason {
    type Err = InvalidReason;

    fn from_str(text: &str) -> Result<Self, InvalidReason> {
        let text = text.trim();
        let is_reason =
            !text.is_empty() && text.chars().count() <= Self::LONGEST && !text.chars().any(char::is_control);
        if is_reason { Ok(Self(text.to_owned())) } else { Err(InvalidReason) }
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reason")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line_that_says_something() {
        let read = |text: &str| text.parse::<Reason>().map(|reason| reason.as_str().to_owned());
        assert_eq!(read("  the same person  "), Ok("the same person".to_owned()));
        assert!(read(&"é".repeat(300)).is_ok());
        for text in ["", "  ", "one\ntwo", &"x".repeat(301)] {
            assert_eq!(read(text), Err(InvalidReason));
        }
    }
}
