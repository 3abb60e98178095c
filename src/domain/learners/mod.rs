//! Learners: finding, viewing, registering, updating, verifying and retrieving them, and what these
//! have in common.

mod details;
mod find;
mod register;
mod resolve;
mod retrieve;
mod texts;
mod update;
mod verify;
mod view;

use chrono::NaiveDate;

pub(super) use details::{new_learner, value};
pub use find::{FindByUln, Found, FoundLearner};
pub(super) use find::{Search, SearchSweep};
pub use register::{Dismissal, NewLearner, NoneOfThese, NotRegistered, Registered, UnknownReason};
pub(super) use register::{Registration, lock_key, of_age};
pub(super) use resolve::{Resolved, resolve_in, resolve_many};
pub use retrieve::RetrievedUln;
pub use texts::{FieldChange, text_of};
pub(super) use update::change_in;
pub use update::{Insufficient, LearnerChange, Updated};
pub use verify::{Verification, VerifyQuery};
pub(super) use verify::{compare, verify_in};

use super::Service;
use super::names::normalise;
use crate::model::{Gender, Postcode};

/// Learners: who calls finds, views, registers, updates, verifies and retrieves them.
#[derive(Clone, Copy)]
pub struct Learners<'s>(pub(super) &'s Service);

/// The five demographics, normalised, as one hash: by it a recent search is recognised, and a
/// registration keeps out another of the same details.
pub(super) fn details_hash(
    given: &str,
    family: &str,
    date_of_birth: NaiveDate,
    gender: Gender,
    postcode: &Postcode,
) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for part in [&normalise(given), &normalise(family), &date_of_birth.to_string(), gender.code(), &postcode.key()] {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    hasher.finalize()
}
