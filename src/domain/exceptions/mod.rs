//! Exceptions: records of registration batches with the codes RC006 to RC013, until somebody works
//! them. They are worked by the same rules as single registrations and updates, each once.

mod own;
#[cfg(test)]
mod tests;
mod work;

pub use own::{ExceptionPage, ExceptionQuery};
pub use work::{Chosen, Worked};

use super::Service;
pub use super::registrations::codes::{
    INCORRECT_FORMAT, INCORRECT_IDENTIFIER, INSUFFICIENT_DATA, NAMES_DIFFER, NOT_FOUND, OUTSIDE_AGE, POSSIBLE_MATCHES,
    TOO_MANY_MATCHES,
};
pub use crate::model::{Exception, ExceptionId, WayOfWorking, WorkedException};

/// The codes of records that need attention (rules.md 5.5).
pub const CODES: [&str; 8] = [
    INSUFFICIENT_DATA,
    POSSIBLE_MATCHES,
    TOO_MANY_MATCHES,
    NOT_FOUND,
    NAMES_DIFFER,
    INCORRECT_FORMAT,
    INCORRECT_IDENTIFIER,
    OUTSIDE_AGE,
];

/// Records of registration batches that need somebody's attention.
#[derive(Clone, Copy)]
pub struct Exceptions<'s>(pub(super) &'s Service);
