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
        Ok(Self { workers, lease })
    }
}
