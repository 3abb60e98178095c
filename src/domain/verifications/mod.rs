//! Verifications: batches of learner details to verify (rules.md 2.9, 2.10).

mod output;
mod row;
mod submit;
mod work;

pub use output::{Identity, VerificationOutput, VerifiedRow};
pub use row::{VerificationRow, format};
pub use work::INCORRECT_FORMAT;
pub(in crate::domain) use work::Verifications;
