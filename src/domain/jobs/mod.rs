//! Jobs: what a batch becomes when a door has handed it in, whatever its records are. A worker does the records in
//! chunks, and the submitter reads what became of them (rules.md 2.7 to 2.10, 5). The tables are the store's, the threads
//! are those of `workers`, and what a record means is the business of its kind.

mod bell;
mod intake;
mod kind;
mod output;
mod oversight;
mod queue;
mod retention;
mod work;

pub(in crate::domain) use bell::Bell;
pub use intake::{Intake, Submission};
pub use kind::Kind;
pub(in crate::domain) use kind::Kinds;
pub use output::{BatchOutput, JobReport};
pub use oversight::DUE_AFTER;
pub use queue::{HeldJob, MOST_ATTEMPTS, Step};
pub use work::{JobInHand, output, row};

pub use crate::model::{Job, JobId, JobKind, JobRecord, JobState};
pub use crate::store::jobs::{Depth, RecordResult};

/// Most learners of a registration or verify batch (rules.md 9, row 12).
pub const MOST_LEARNERS: usize = 200;
