//! Uploads: files that users send by a browser, from their last byte until they are submitted as a
//! job or deleted.

use std::fmt;
use std::str::FromStr;

use super::codes::{UnknownCode, code_list};
use super::{Door, JobId, JobKind, Timestamp};

/// The number of an upload, known to its organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UploadId(pub i64);

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

code_list! {
    /// The state of an upload.
    UploadState {
        /// Stored, not checked yet.
        Received = "Received",
        /// A worker is checking it.
        Checking = "Checking",
        /// Checked; records of it can be submitted.
        Ready = "Ready",
        /// Checked; it would be refused as a whole.
        Refused = "Refused",
        /// Submitted as a job.
        Submitted = "Submitted",
        /// Its organisation cancelled it.
        Cancelled = "Cancelled",
    }
}

code_list! {
    /// What a finding causes to be refused.
    Weight {
        /// The whole file is refused.
        File = "file",
        /// The record is refused with the finding's code; the others are not affected.
        Record = "record",
        /// Nothing is refused, but somebody should look.
        Remark = "remark",
    }
}

/// An upload as stored, without its bytes. `Debug` shows only its identity and progress.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    /// The upload's number.
    pub id: UploadId,
    /// The organisation that it belongs to. No other may read it.
    pub organisation_id: i32,
    /// The user who uploaded it.
    pub user_name: String,
    /// How it came in.
    pub door: Door,
    /// The file's name, as the browser gave it.
    pub file_name: String,
    /// The kind of its records: as the user said, else as the check found.
    pub kind: Option<JobKind>,
    /// Whether it may only be checked, not submitted.
    pub check_only: bool,
    /// Its size in bytes.
    pub size: i64,
    /// Its state.
    pub state: UploadState,
    /// When the whole file had been stored.
    pub received_at: Timestamp,
    /// When the check ended.
    pub checked_at: Option<Timestamp>,
    /// When it was submitted or cancelled.
    pub ended_at: Option<Timestamp>,
    /// Failed attempts to check it.
    pub attempts: i32,
    /// What the check came to, as JSON.
    pub summary: Option<String>,
    /// The job as which it was submitted.
    pub job_id: Option<JobId>,
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("size", &self.size)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// A kind of finding in an upload: all findings of the same rule in the same column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingKind {
    /// Its number within the upload, from 1, in the order of first occurrence.
    pub kind: i32,
    /// What it causes to be refused.
    pub weight: Weight,
    /// The code that the records would get; empty for the file and for remarks.
    pub code: String,
    /// The column's heading.
    pub heading: String,
    /// The rule, phrased to follow the column's name.
    pub rule: String,
    /// What to do about it.
    pub advice: String,
    /// The number of findings of this kind.
    pub findings: i32,
    /// The row of the first one, if it is about a row.
    pub first_row: Option<i32>,
}

/// A finding in an upload. It never quotes a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadFinding {
    /// Its number within the upload, from 1, in the order of the report.
    pub number: i32,
    /// Its kind.
    pub kind: i32,
    /// The row as a spreadsheet counts it, or the number of the record in XML.
    pub row: Option<i32>,
    /// What was found there.
    pub found: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for state in UploadState::ALL {
            assert_eq!(state.code().parse(), Ok(*state));
        }
        for weight in Weight::ALL {
            assert_eq!(weight.code().parse(), Ok(*weight));
        }
    }
}
