//! Exceptions: records of registration jobs that need somebody's attention, and how they were
//! worked.

use std::fmt;
use std::str::FromStr;

use super::codes::{UnknownCode, code_list};
use super::{JobId, Timestamp, Uln};

/// Identifies an exception: its job and the record's position in the batch, written `7-12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExceptionId {
    /// The job.
    pub job: JobId,
    /// The record's position in the batch, from 1.
    pub number: i32,
}

impl fmt::Display for ExceptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.job, self.number)
    }
}

/// The text is not the number of an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the number of an exception, such as 7-12")]
pub struct InvalidExceptionId;

impl FromStr for ExceptionId {
    type Err = InvalidExceptionId;

    fn from_str(text: &str) -> Result<Self, InvalidExceptionId> {
        let (job, number) = text.split_once('-').ok_or(InvalidExceptionId)?;
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(job) || !is_number(number) {
            return Err(InvalidExceptionId);
        }
        let job = JobId(job.parse().map_err(|_| InvalidExceptionId)?);
        Ok(Self { job, number: number.parse().map_err(|_| InvalidExceptionId)? })
    }
}

code_list! {
    /// How an exception was worked.
    WayOfWorking {
        /// The learner was chosen, and stays as registered.
        Confirmed = "Confirmed",
        /// The learner was chosen, and updated with the record's details.
        Updated = "Updated",
        /// The record was corrected and processed again.
        Corrected = "Corrected",
        /// The learner is none of the possible matches, and was registered.
        Registered = "Registered",
        /// Closed without a change.
        Closed = "Closed",
    }
}

/// What became of an exception. It contains personal data: `Debug` shows only way and code.
#[derive(Clone, PartialEq, Eq)]
pub struct WorkedException {
    /// When.
    pub at: Timestamp,
    /// The user who did it.
    pub user_name: String,
    /// How.
    pub way: WayOfWorking,
    /// The return code that the record has now.
    pub code: String,
    /// The learner's ULN, if the code says that there is one.
    pub uln: Option<Uln>,
    /// The user's reason, where one is asked for.
    pub reason: String,
    /// The record as it was processed in the end, as JSON.
    pub input: String,
}

impl fmt::Debug for WorkedException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkedException").field("way", &self.way).field("code", &self.code).finish_non_exhaustive()
    }
}

/// A record that needs or needed attention. It contains personal data: `Debug` shows only its
/// number and code.
#[derive(Clone, PartialEq, Eq)]
pub struct Exception {
    /// Its number.
    pub id: ExceptionId,
    /// The file that it came in, if any.
    pub file_name: Option<String>,
    /// When its job ended.
    pub since: Timestamp,
    /// The record as sent, as JSON.
    pub input: String,
    /// Its return code in the job.
    pub code: String,
    /// How it was worked; `None` while it is open.
    pub worked: Option<WorkedException>,
}

impl fmt::Debug for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exception").field("id", &self.id).field("code", &self.code).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_and_other_texts_do_not() {
        let id = ExceptionId { job: JobId(7), number: 12 };
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in ["", "7", "7-", "-12", "7-12-1", "7--12", "+7-12", "7-99999999999", "a-b"] {
            assert_eq!(text.parse::<ExceptionId>(), Err(InvalidExceptionId), "{text}");
        }
        for way in WayOfWorking::ALL {
            assert_eq!(way.code().parse(), Ok(*way));
        }
    }
}
