//! Jobs: accepted batches, whatever their records are. A worker processes the records in chunks,
//! and the submitter reads the results (rules.md 2.7 to 2.10, 5). The store owns the tables and
//! `workers` the threads; each kind decides what its records mean.

mod bell;
mod file;
mod intake;
mod kind;
mod output;
mod oversight;
mod own;
mod queue;
mod results;
mod retention;
mod work;

pub(in crate::domain) use bell::Bell;
pub use file::{BatchFile, MOST_FILE_BYTES};
pub use intake::{Intake, Submission};
pub use kind::Kind;
pub(in crate::domain) use kind::Kinds;
pub use output::BatchOutput;
pub use oversight::DUE_AFTER;
pub use own::{Cancelled, JobPage, JobQuery};
pub use queue::{HeldJob, MOST_ATTEMPTS, Step};
pub use results::{JobReport, ResultPage, ResultQuery, ResultRow};
pub use work::{JobInHand, output, row};

use super::Service;
pub use crate::model::{Job, JobId, JobKind, JobRecord, JobState};
pub use crate::store::jobs::{Depth, RecordResult};

/// Batches as jobs: what their organisations see of them, and what workers do with them.
#[derive(Clone, Copy)]
pub struct Jobs<'s>(pub(super) &'s Service);

/// The maximum number of learners in a registration or verify batch (rules.md 9, row 12).
pub const MOST_LEARNERS: usize = 200;
