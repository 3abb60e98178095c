//! Reading what became of a batch of achievements (rules.md 2.19).

use super::report::{Counters, ErrorFile, is_told};
use super::submit::Settings;
use super::{AchievementRow, RowTerms};
use crate::domain::jobs::{
    Job, JobId, JobKind, JobRecord, JobReport, JobState, ResultPage, ResultQuery, ResultRow, output, row,
};
use crate::domain::{Administration, AdministrationError, Caller, Error, Service, codes};
use crate::model::{SubmissionType, london_day};
use crate::store::StoreError;

/// The number of records read at once for the error file.
const RECORDS_AT_ONCE: usize = 500;

/// The state and results of an achievement job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AchievementJob {
    /// The job.
    pub job: Job,
    /// Whether its achievements are provisional or final.
    pub submission_type: SubmissionType,
    /// The file's name.
    pub file_name: String,
    /// The records by result, once the job has ended.
    pub counters: Option<Counters>,
    /// The error file in CSV, once the job has ended and if there are errors.
    pub error_file: Option<String>,
}

impl AchievementJob {
    /// The response code (our choice: those of learner batches).
    pub const fn response_code(&self) -> &'static str {
        match self.job.state {
            JobState::Waiting | JobState::InProgress => codes::BATCH_INCOMPLETE,
            JobState::Failed | JobState::Cancelled => codes::BATCH_FAILED,
            JobState::Successful => codes::BATCH_SUCCESSFUL,
        }
    }

    /// `HH:mm:ss` from the start to the end of processing.
    pub fn duration(&self) -> Option<String> {
        let seconds = (self.job.finished_at? - self.job.started_at?).num_seconds().max(0);
        Some(format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60))
    }
}

/// An achievement record with what it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AchievedRow {
    /// The row as sent.
    pub row: AchievementRow,
    /// A code of [`super::codes`], or what was done and how the achievement stands (`created-F`).
    pub code: String,
    /// The learner's current ULN, if the record's was merged into it.
    pub master: Option<String>,
}

impl ResultRow for AchievedRow {
    const KIND: JobKind = JobKind::Achievement;

    fn read(record: &JobRecord) -> Result<Self, StoreError> {
        let master = record.output.as_ref().map(|_| output(record)).transpose()?;
        Ok(Self { row: row(record)?, code: record.code.clone().unwrap_or_default(), master })
    }

    fn code(&self) -> &str {
        &self.code
    }

    fn disclosed(&self) -> Option<&str> {
        self.master.as_deref()
    }
}

impl Service {
    /// GetAchievementBatchJob: a job of the caller's organisation; `None` if it has none with this
    /// number (WSRC0018).
    pub fn achievement_job(&self, caller: &Caller<'_>, id: JobId) -> Result<Option<AchievementJob>, Error> {
        let Some(job) = self.own_job(caller, id)?.filter(|job| job.kind == JobKind::Achievement) else {
            caller.trail([None], codes::UNKNOWN_JOB);
            return Ok(None);
        };
        let found = self.achievement_report(job)?;
        caller.trail([None], found.response_code());
        Ok(Some(found))
    }

    /// The state and results of a job of any organisation.
    pub(in crate::domain) fn achievement_report(&self, job: Job) -> Result<AchievementJob, Error> {
        let settings: Settings =
            serde_json::from_str(&job.settings).map_err(|_| StoreError::Corrupt("jobs.settings"))?;
        let submission_type = settings.submission_type().ok_or(StoreError::Corrupt("jobs.settings"))?;
        let file_name = job.file_name.clone().unwrap_or_default();
        if !job.state.is_over() {
            return Ok(AchievementJob { job, submission_type, file_name, counters: None, error_file: None });
        }
        let JobReport { job, counts } = self.report(job)?;
        let today = london_day(self.inner.clock.now());
        let terms = RowTerms { submission_type: Some(submission_type), today };
        let told: Vec<&str> = counts.keys().map(String::as_str).filter(|code| is_told(code)).collect();
        let error_file = if told.is_empty() { None } else { self.error_file(job.id, terms, &told)? };
        Ok(AchievementJob { counters: Some(Counters::of(&counts)), job, submission_type, file_name, error_file })
    }

    fn error_file(&self, id: JobId, terms: RowTerms, told: &[&str]) -> Result<Option<String>, Error> {
        let mut file = ErrorFile::new(terms);
        let mut query = ResultQuery { codes: told, after: 0, limit: RECORDS_AT_ONCE };
        loop {
            let page: ResultPage<AchievedRow> = self.result_page(id, &query)?;
            for (number, AchievedRow { row, code, master }) in &page.rows {
                file.add(*number, row, code, master.as_deref());
            }
            let Some(next) = page.next else { return Ok(file.into_text()) };
            query.after = next;
        }
    }
}

impl Administration<'_> {
    /// What became of a batch, for its submitter, whom the operators help. The look is audited.
    ///
    /// # Errors
    /// When there is no such job, or its records were deleted.
    pub fn achievement_job(&self, id: JobId) -> Result<AchievementJob, AdministrationError> {
        let job = self.look(id, JobKind::Achievement)?;
        Ok(self.service.achievement_report(job)?)
    }
}
