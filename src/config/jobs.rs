//! `[jobs]`: the workers.

use std::time::Duration;

use super::ConfigError;
use super::reader::Reader;

/// The queue and the workers of this process.
#[derive(Debug, Clone, Copy)]
pub struct Jobs {
    /// Number of jobs to work on at once; 0 leaves them to `lrs worker` processes.
    pub workers: usize,
    /// How long a worker keeps a job without a sign of life. After a crash, the job waits this
    /// long.
    pub lease: Duration,
    /// Unfinished jobs that one organisation may have at once; further batches are refused for now.
    pub open_each: u32,
    /// The same for the jobs that were submitted with one certificate.
    pub open_by_certificate: u32,
    /// How many days the records of a finished job are kept.
    pub keep_days: u32,
}

impl Jobs {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        let workers = reader.get_checked("jobs.workers", 2, |n| match n {
            0..=64 => Ok(()),
            _ => Err("must be at most 64".to_owned()),
        })?;
        let lease = reader.get_checked("jobs.lease_s", Duration::from_secs(30), |t| {
            if *t < Duration::from_millis(500) { Err("must be at least 0.5 seconds".to_owned()) } else { Ok(()) }
        })?;
        let some = |n: &u32| if *n == 0 { Err("must be more than 0".to_owned()) } else { Ok(()) };
        let open_each = reader.get_checked("jobs.open_each", 500, some)?;
        let open_by_certificate = reader.get_checked("jobs.open_by_certificate", 2000, some)?;
        let keep_days = reader.get_checked("jobs.keep_days", 90, |n| match n {
            1..=36_500 => Ok(()),
            _ => Err("must be from 1 to 36500".to_owned()),
        })?;
        Ok(Self { workers, lease, open_each, open_by_certificate, keep_days })
    }
}
