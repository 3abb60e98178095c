//! `[jobs]`: the workers that do batches.

use std::time::Duration;

use super::ConfigError;
use super::reader::Reader;

/// Workers of this process.
#[derive(Debug, Clone, Copy)]
pub struct Jobs {
    /// Batches that are done at once; 0 leaves them to `lrs worker` processes.
    pub workers: usize,
    /// How long a worker may be silent before another takes its batch: what a crash costs.
    pub lease: Duration,
    /// Batches of one organisation that may be open at once; further ones are told to wait.
    pub open_each: u32,
    /// Days for which the records of a batch are kept once it is over.
    pub keep_days: u32,
}

impl Jobs {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        let workers = reader.get_checked("jobs.workers", 2, |n| match n {
            0..=64 => Ok(()),
            _ => Err("at most 64 workers".to_owned()),
        })?;
        let lease = reader.get_checked("jobs.lease_s", Duration::from_secs(30), |t| {
            if *t < Duration::from_millis(500) { Err("at least half a second".to_owned()) } else { Ok(()) }
        })?;
        let open_each = reader.get_checked("jobs.open_each", 500, |n| {
            if *n == 0 { Err("must be more than 0 batches".to_owned()) } else { Ok(()) }
        })?;
        let keep_days = reader.get_checked("jobs.keep_days", 90, |n| match n {
            1..=36_500 => Ok(()),
            _ => Err("from 1 to 36500 days".to_owned()),
        })?;
        Ok(Self { workers, lease, open_each, keep_days })
    }
}
