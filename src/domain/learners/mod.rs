//! Learners: finding, registering, updating, verifying and retrieving them, with what these have in common.

mod find;
mod register;
mod resolve;
mod retrieve;
mod update;
mod verify;

use chrono::NaiveDate;

pub use find::{Demographics, FindByUln, FindType, Found, FoundLearner};
pub(super) use find::{Search, SearchSweep};
pub use register::{NewLearner, Registered};
pub(super) use register::{Registration, lock_key, of_age};
pub(super) use resolve::resolve_in;
pub(super) use resolve::{Resolved, resolve_many};
pub use retrieve::RetrievedUln;
pub(super) use update::change_in;
pub use update::{LearnerChange, SubsetChange, Updated};
pub use verify::{Verification, VerifyQuery};
pub(super) use verify::{compare, verify_in};

use super::names::normalise;
use crate::model::{Gender, Postcode};

/// The five demographics, normalised, as one hash: by it a recent search is recognised and a registration keeps the same one out.
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

/// Optional text of a request: empty means absent.
pub(super) fn present(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}
