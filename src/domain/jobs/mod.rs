//! Jobs: what a batch becomes when a door has handed it in, whatever its records are. A worker does the records in
//! chunks, and the submitter reads what became of them (rules.md 2.7 to 2.10, 5). The tables are the store's, the threads
//! are those of `workers`, and what a record means is the business of its kind.

mod bell;
mod intake;
mod kind;
mod output;
mod oversight;
mod own;
mod queue;
mod results;
mod retention;
mod upload;
mod work;

pub(in crate::domain) use bell::Bell;
pub use intake::{Intake, Submission};
pub use kind::Kind;
pub(in crate::domain) use kind::Kinds;
pub use output::BatchOutput;
pub use oversight::DUE_AFTER;
pub use own::{Cancelled, JobPage, JobQuery};
pub use queue::{HeldJob, MOST_ATTEMPTS, Step};
pub use results::{JobReport, ResultPage, ResultQuery, ResultRow};
pub use upload::{MOST_FILE_BYTES, Upload};
pub use work::{JobInHand, output, row};

use super::Service;
pub use crate::model::{Job, JobId, JobKind, JobRecord, JobState};
pub use crate::store::jobs::{Depth, RecordResult};

/// Batches as jobs: what their organisations see of them, and what workers do with them.
#[derive(Clone, Copy)]
pub struct Jobs<'s>(pub(super) &'s Service);

/// Most learners of a registration or verify batch (rules.md 9, row 12).
pub const MOST_LEARNERS: usize = 200;
