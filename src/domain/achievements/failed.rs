//! The failed records of an achievement job: read, to be corrected, and submitted again alone.

use super::codes::lookup;
use super::submit::Settings;
use super::{AchievedRow, AchievementBatch, AchievementSubmission};
use crate::domain::jobs::{BatchFile, JobId, JobKind, ResultPage, ResultQuery};
use crate::domain::{Caller, Error, Service, codes};
use crate::model::SubmissionType;
use crate::store::StoreError;

/// Records read at once.
const RECORDS_AT_ONCE: usize = 500;

/// The failed records of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedAchievements {
    /// The name of the file that the job came in.
    pub file_name: String,
    /// Whether the achievements are provisional or final.
    pub submission_type: SubmissionType,
    /// The records with their codes, in the order of the batch.
    pub rows: Vec<AchievedRow>,
}

impl Service {
    /// The failed records of a job of the caller's organisation, with an audit line; `None` if it
    /// has no such job, or the job has not ended.
    ///
    /// # Errors
    /// When the caller may not submit batches, or the store fails.
    pub fn failed_achievements(&self, caller: &Caller<'_>, id: JobId) -> Result<Option<FailedAchievements>, Error> {
        let job = self.own_job(caller, id)?.filter(|job| job.kind == JobKind::Achievement && job.state.is_over());
        let Some(job) = job else {
            caller.trail([None], codes::UNKNOWN_JOB);
            return Ok(None);
        };
        let settings: Settings =
            serde_json::from_str(&job.settings).map_err(|_| StoreError::Corrupt("jobs.settings"))?;
        let submission_type = settings.submission_type().ok_or(StoreError::Corrupt("jobs.settings"))?;
        let file_name = job.file_name.clone().unwrap_or_default();
        let report = self.report(job)?;
        let failed: Vec<&str> =
            report.counts.keys().map(String::as_str).filter(|code| lookup(code).is_some()).collect();
        let mut rows = Vec::new();
        let mut query = ResultQuery { codes: &failed, after: 0, limit: RECORDS_AT_ONCE };
        while !failed.is_empty() {
            let page: ResultPage<AchievedRow> = self.result_page(id, &query)?;
            rows.extend(page.rows.into_iter().map(|(_, row)| row));
            let Some(next) = page.next else { break };
            query.after = next;
        }
        caller.trail([None], codes::BATCH_SUCCESSFUL);
        Ok(Some(FailedAchievements { file_name, submission_type, rows }))
    }

    /// Submits the failed records of a job again, as they are: what was missing may be there now.
    /// `None` if the organisation has no such job.
    ///
    /// # Errors
    /// When the caller lacks a permission or has too much under way, or the store fails.
    pub fn resubmit_achievements(
        &self,
        caller: &Caller<'_>,
        id: JobId,
    ) -> Result<Option<AchievementSubmission>, Error> {
        let Some(failed) = self.failed_achievements(caller, id)? else { return Ok(None) };
        let FailedAchievements { file_name, submission_type, rows } = failed;
        let batch = AchievementBatch {
            email: "",
            submission_type: submission_type.code(),
            file: Some(BatchFile::named(file_name)),
        };
        self.submit_achievements(caller, &batch, rows.into_iter().map(|each| each.row)).map(Some)
    }
}
