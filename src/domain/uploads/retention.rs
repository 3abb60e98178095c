//! Deletes old uploads: they hold names and dates of birth.

use std::time::{Duration, Instant};

use chrono::TimeDelta;

use crate::domain::{Error, Service};
use crate::store::uploads;

/// How long an upload that was not submitted is kept (our choice).
const KEPT: TimeDelta = TimeDelta::days(14);

impl Service {
    /// Deletes an upload that was received 14 days ago and not submitted, or whose job's records
    /// were deleted, and returns how long the database was busy with it. `None` if none is due.
    /// Called by the workers.
    ///
    /// # Errors
    /// When the store fails.
    pub fn delete_old_upload(&self) -> Result<Option<Duration>, Error> {
        let now = self.inner.clock.now();
        let before = now.checked_sub_signed(KEPT).unwrap_or(now);
        let Some(id) = self.inner.store.read(|store| uploads::due(store, before))? else { return Ok(None) };
        let took = self.inner.store.write_aside(move |store| {
            let begun = Instant::now();
            uploads::delete(store, id)?;
            Ok(begun.elapsed())
        })?;
        log::info!("deleted upload {id}, which is old");
        Ok(Some(took))
    }
}
