//! Deletes the records of old jobs: they hold names and dates of birth.

use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::work::counters;
use crate::domain::{Error, Service};
use crate::store::{StoreError, jobs};

/// The setting that is removed when a job's records are deleted: the submitter's address.
const EMAIL: &str = "email";

impl Service {
    /// Deletes the records and results of the job that ended first, if that was long enough ago
    /// ([`crate::domain::RuleSettings::batch_records_kept`]), and returns how long the database was
    /// busy with it. Its submitter then gets "unknown job"; operators still see the job and its
    /// counts. `None` if no job is due. Called by the workers.
    pub fn delete_old_batch_records(&self) -> Result<Option<Duration>, Error> {
        let now = self.inner.clock.now();
        let Some(before) = now.checked_sub_signed(self.inner.settings.batch_records_kept) else { return Ok(None) };
        let Some(job) = self.inner.store.read(|store| jobs::with_records_until(store, before))? else {
            return Ok(None);
        };
        let settings = without_email(&job.settings)?;
        let id = job.id;
        let (deleted, took) = self.inner.store.write_aside(move |store| {
            let begun = Instant::now();
            let kept = match &job.counters {
                Some(kept) => kept.clone(),
                None => counters(jobs::count_codes(store, id)?),
            };
            let deleted = jobs::delete_records(store, id, &settings, &kept, now)?;
            Ok((deleted, begun.elapsed()))
        })?;
        if deleted {
            log::info!("deleted the records of job {id}, which finished long ago");
        }
        Ok(Some(took))
    }
}

fn without_email(settings: &str) -> Result<String, StoreError> {
    let corrupt = |_| StoreError::Corrupt("jobs.settings");
    let mut settings: Map<String, Value> = serde_json::from_str(settings).map_err(corrupt)?;
    settings.remove(EMAIL);
    serde_json::to_string(&settings).map_err(corrupt)
}
