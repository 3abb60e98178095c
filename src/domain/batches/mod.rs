//! Batches: what a door hands in as rows becomes a job, a worker does its records in chunks, and the submitter reads what they came to
//! (rules.md 2.7 to 2.10, 5). The queue itself is the store's, the workers are those of `jobs`; here are the rules.

mod bell;
pub mod format;
mod intake;
mod output;
mod oversight;
mod queue;
mod registration;
mod retention;
pub mod return_codes;
mod rows;
mod verification;
mod work;

pub(in crate::domain) use bell::Bell;
pub use intake::{Intake, Submission};
pub use output::{BatchOutput, JobReport, RegisteredRow, RegistrationOutput, VerificationOutput, VerifiedRow};
pub use oversight::{DUE_AFTER, JobOutput};
pub use queue::{HeldJob, MOST_ATTEMPTS, Step};
pub use registration::JobType;
pub(crate) use rows::batch_row;
pub use rows::{RegistrationRow, VerificationRow};
pub use verification::Identity;
pub use work::{ChunkWork, JobInHand, operation, row};

pub use crate::model::{Job, JobId, JobKind, JobRecord, JobState};
pub use crate::store::jobs::{Depth, RecordResult};

/// Most learners of a registration or verify batch (rules.md 9, row 12).
pub const MOST_LEARNERS: usize = 200;
