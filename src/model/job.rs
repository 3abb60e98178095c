//! Jobs: what a batch becomes when it was submitted. The words are those of the contract (rules.md 2.8, 2.19).

use std::fmt;
use std::str::FromStr;

use super::codes::{UnknownCode, code_list};
use super::{Door, Fingerprint, Timestamp};

/// The number of a job, as its submitter knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub i64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

code_list! {
    /// What a job's records are.
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
    /// How far a job is. The words are those of the achievement jobs, used for all (rules.md 2.8, our choice).
    JobState {
        /// Nobody has begun.
        Waiting = "Waiting",
        /// Some of its records may be done.
        InProgress = "InProgress",
        /// Every record is done, whatever each came to.
        Successful = "Successful",
        /// It could not be done; the reason is kept with it.
        Failed = "Failed",
        /// An operator ended it; records done until then stay done.
        Cancelled = "Cancelled",
    }
}

impl JobState {
    /// Whether nothing more will happen to the job.
    pub const fn is_over(self) -> bool {
        match self {
            Self::Waiting | Self::InProgress => false,
            Self::Successful | Self::Failed | Self::Cancelled => true,
        }
    }
}

/// A job as stored, without its records. `Debug` shows no more than what it is and how far.
#[derive(Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What its records are.
    pub kind: JobKind,
    /// Who submitted it, and alone may read it.
    pub organisation_id: i32,
    /// The user as named by the submitter (a label, not authenticated).
    pub user_name: String,
    /// The client certificate of the submission.
    pub certificate: Option<Fingerprint>,
    /// The way by which it came in: the trail of its records names it.
    pub door: Door,
    /// When the whole of it was durable.
    pub submitted_at: Timestamp,
    /// When a worker first took it up.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub finished_at: Option<Timestamp>,
    /// How far it is.
    pub state: JobState,
    /// How often it was taken up in vain since it last got on.
    pub attempts: i32,
    /// The number of its records.
    pub records: i32,
    /// How many of them are done; always the first ones.
    pub records_done: i32,
    /// What the kind needs beside the records (job type, submission type, e-mail, file name), as JSON.
    pub settings: String,
    /// Why it failed.
    pub rejection_reason: Option<String>,
    /// When it is successful: how many records came to which code, as JSON `{"RC001":3}`.
    pub counters: Option<String>,
    /// When its records and their results were deleted, some time after it was over.
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

/// A record of a job: what was sent and, once it is done, what it came to. It holds personal data: `Debug` shows number and code alone.
#[derive(Clone, PartialEq, Eq)]
pub struct JobRecord {
    /// Its place in the batch, from 1.
    pub number: i32,
    /// What was sent: the kind's row as JSON.
    pub input: String,
    /// What it came to; `None` until it is done.
    pub code: Option<String>,
    /// What the answer holds beside input and code, as JSON.
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
