//! Jobs: submitted batches. The terms are those of the contract (rules.md 2.8, 2.19).

use std::fmt;
use std::str::FromStr;

use super::codes::{UnknownCode, code_list};
use super::{Door, Fingerprint, Timestamp};

/// The number of a job, known to its submitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub i64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

code_list! {
    /// The kind of records in a job.
    JobKind {
        /// Learners to be found, updated or registered.
        Registration = "Registration",
        /// Learner details to be verified.
        Verification = "Verification",
        /// Achievements of an awarding organisation.
        Achievement = "Achievement",
    }
}

code_list! {
    /// The state of a job. The names are those of the achievement jobs, used for all kinds
    /// (rules.md 2.8, our choice).
    JobState {
        /// Not started.
        Waiting = "Waiting",
        /// Started; some of its records may be done.
        InProgress = "InProgress",
        /// Every record is done, whatever its result.
        Successful = "Successful",
        /// Processing failed; the job holds the reason.
        Failed = "Failed",
        /// Its organisation or an operator cancelled it; records already done stay done.
        Cancelled = "Cancelled",
    }
}

impl JobState {
    /// Whether the job has ended.
    pub const fn is_over(self) -> bool {
        match self {
            Self::Waiting | Self::InProgress => false,
            Self::Successful | Self::Failed | Self::Cancelled => true,
        }
    }
}

/// A job as stored, without its records. `Debug` shows only its identity and progress.
#[derive(Clone, PartialEq, Eq)]
pub struct Job {
    /// The job's number.
    pub id: JobId,
    /// The kind of its records.
    pub kind: JobKind,
    /// The organisation that submitted it. No other may read it.
    pub organisation_id: i32,
    /// The user named by the submitter (a label, not authenticated).
    pub user_name: String,
    /// The client certificate used for the submission.
    pub certificate: Option<Fingerprint>,
    /// How it was submitted; the audit trail of its records states this.
    pub door: Door,
    /// When the whole job had been stored.
    pub submitted_at: Timestamp,
    /// When a worker first claimed it.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Its state.
    pub state: JobState,
    /// Failed attempts since the last progress.
    pub attempts: i32,
    /// The number of its records.
    pub records: i32,
    /// The number of records done, always the first ones.
    pub records_done: i32,
    /// The name of the file that the batch came in, where it came in one.
    pub file_name: Option<String>,
    /// Settings specific to the kind (job type, submission type, e-mail), as JSON.
    pub settings: String,
    /// The reason why it failed.
    pub rejection_reason: Option<String>,
    /// The number of records for each code once it is successful, as JSON: `{"RC001":3}`.
    pub counters: Option<String>,
    /// When its records and results were deleted, some time after it ended.
    pub records_deleted_at: Option<Timestamp>,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("state", &self.state)
            .field("records", &self.records)
            .field("records_done", &self.records_done)
            .finish_non_exhaustive()
    }
}

/// A record in a job: the input and, once done, the result. It contains personal data: `Debug`
/// shows only number and code.
#[derive(Clone, PartialEq, Eq)]
pub struct JobRecord {
    /// Its position in the batch, from 1.
    pub number: i32,
    /// The input: a row of the job's kind, as JSON.
    pub input: String,
    /// The result code; `None` until it is done.
    pub code: Option<String>,
    /// The rest of the result, as JSON.
    pub output: Option<String>,
}

impl fmt::Debug for JobRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobRecord").field("number", &self.number).field("code", &self.code).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for kind in JobKind::ALL {
            assert_eq!(kind.code().parse(), Ok(*kind));
        }
        for state in JobState::ALL {
            assert_eq!(state.code().parse(), Ok(*state));
        }
    }
}
