//! Submitting a batch of achievements, and reading what became of it (rules.md 2.18, 2.19).

use serde::{Deserialize, Serialize};

use super::report::{Counters, ErrorFile, is_told};
use super::row::AchievementRow;
use crate::domain::format::is_email;
use crate::domain::jobs::{Intake, Job, JobId, JobKind, JobReport, JobState, row};
use crate::domain::{Caller, Error, Service, codes};
use crate::model::{Permission, Recognition, SubmissionType, london_time};
use crate::store::{StoreError, catalogue, jobs};

/// Most achievements of a batch (rules.md 9, row 12).
pub const MOST_ACHIEVEMENTS: usize = 10_000;
/// Records that are read at once for the error file.
const RECORDS_AT_ONCE: i64 = 500;

/// What a batch says of itself beside its records.
#[derive(Debug, Clone, Copy, Default)]
pub struct AchievementBatch<'a> {
    /// Where the submitter wants to hear of the end of the job; kept, not written to (our choice). Empty is absent.
    pub email: &'a str,
    /// `P` or `Provisional`, `F` or `Final`.
    pub submission_type: &'a str,
    /// Name of the file; without one the job gets a name of its own.
    pub file_name: Option<&'a str>,
}

/// What a submission of achievements comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AchievementSubmission {
    /// The job is there (WSRC0007).
    Accepted(JobId),
    /// The awarding organisation may not submit achievements (WSRC0043).
    NotConfigured,
    /// The e-mail address is malformed (WSEC0044).
    InvalidEmail,
    /// The submission type is unknown (WSEC0045).
    InvalidType,
    /// More than 10,000 records (WSEC0046).
    TooMany,
    /// No record at all (WSEC0047).
    Empty,
}

impl AchievementSubmission {
    /// The response code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Accepted(_) => codes::BATCH_SUBMITTED,
            Self::NotConfigured => codes::NOT_CONFIGURED,
            Self::InvalidEmail => codes::INVALID_EMAIL,
            Self::InvalidType => codes::INVALID_SUBMISSION_TYPE,
            Self::TooMany => codes::TOO_MANY_ACHIEVEMENTS,
            Self::Empty => codes::NO_ACHIEVEMENT,
        }
    }

    /// The job, where there is one.
    pub const fn job_id(&self) -> Option<JobId> {
        match self {
            Self::Accepted(id) => Some(*id),
            _ => None,
        }
    }
}

/// What is kept with the job.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Settings {
    submission_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    file_name: String,
}

impl Settings {
    pub(super) fn submission_type(&self) -> Option<SubmissionType> {
        self.submission_type.parse().ok()
    }
}

/// A batch whose records are arriving. Without [`AchievementIntake::submit`] it never happened.
pub struct AchievementIntake<'s> {
    intake: Intake<'s>,
}

impl AchievementIntake<'_> {
    /// Adds a record; `false` when there are more than a batch may have, which then comes to nothing.
    ///
    /// # Errors
    /// When the store fails; the submission is lost then.
    pub fn push(&mut self, row: &AchievementRow) -> Result<bool, Error> {
        if self.intake.len() >= MOST_ACHIEVEMENTS {
            return Ok(false);
        }
        self.intake.push(row).map(|()| true)
    }

    /// Makes the job durable as a whole and lets workers have it.
    ///
    /// # Errors
    /// When the store fails; the submission is lost then.
    pub fn submit(self) -> Result<AchievementSubmission, Error> {
        if self.intake.is_empty() {
            return Ok(AchievementSubmission::Empty);
        }
        self.intake.submit(codes::BATCH_SUBMITTED).map(AchievementSubmission::Accepted)
    }
}

/// What became of a batch of achievements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AchievementJob {
    /// The job.
    pub job: Job,
    /// How its achievements shall stand.
    pub submission_type: SubmissionType,
    /// The name of its file.
    pub file_name: String,
    /// How many records came to what; once the job is over.
    pub counters: Option<Counters>,
    /// The error file as CSV text; once the job is over, and where there is an error.
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

    /// `HH:mm:ss` from the beginning to the end of the work.
    pub fn duration(&self) -> Option<String> {
        let seconds = (self.job.finished_at? - self.job.started_at?).num_seconds().max(0);
        Some(format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60))
    }
}

impl Service {
    /// SubmitAchievementBatchJob, when its records are at hand.
    pub fn submit_achievements(
        &self,
        caller: &Caller<'_>,
        batch: &AchievementBatch<'_>,
        rows: impl IntoIterator<Item = AchievementRow>,
    ) -> Result<AchievementSubmission, Error> {
        self.submit_arriving_achievements(caller, batch, rows.into_iter().map(Ok))
    }

    /// SubmitAchievementBatchJob, while its records are read: one that cannot be read ends the submission, of which nothing is left then.
    pub fn submit_arriving_achievements<E: From<Error>>(
        &self,
        caller: &Caller<'_>,
        batch: &AchievementBatch<'_>,
        rows: impl IntoIterator<Item = Result<AchievementRow, E>>,
    ) -> Result<AchievementSubmission, E> {
        let mut intake = match self.receive_achievements(caller, batch)? {
            Ok(intake) => intake,
            Err(refusal) => return Ok(refusal),
        };
        for row in rows {
            if !intake.push(&row?)? {
                return Ok(self.refuse_achievements(caller, AchievementSubmission::TooMany));
            }
        }
        match intake.submit()? {
            AchievementSubmission::Empty => Ok(self.refuse_achievements(caller, AchievementSubmission::Empty)),
            submitted => Ok(submitted),
        }
    }

    /// SubmitAchievementBatchJob and achievement files, record by record. An organisation that awards nothing may not call this; an awarding
    /// organisation without the permission, or never recognised, is one that is not configured (our choice).
    pub fn receive_achievements(
        &self,
        caller: &Caller<'_>,
        batch: &AchievementBatch<'_>,
    ) -> Result<Result<AchievementIntake<'_>, AchievementSubmission>, Error> {
        let organisation = caller.organisation()?;
        if !organisation.awarding_organisation {
            return Err(caller.refuse());
        }
        caller.call.must_be_able_to_block()?;
        let id = organisation.id;
        let recognition = self.inner.store.read(|store| catalogue::recognition(store, id))?;
        let refuse = |refusal| Ok(Err(self.refuse_achievements(caller, refusal)));
        if !caller.may(Permission::SubmitAchievements) || !recognition.unwrap_or(Recognition::RECOGNISED).was_granted()
        {
            return refuse(AchievementSubmission::NotConfigured);
        }
        if !batch.email.is_empty() && !is_email(batch.email) {
            return refuse(AchievementSubmission::InvalidEmail);
        }
        let Some(submission_type) = SubmissionType::from_word(batch.submission_type) else {
            return refuse(AchievementSubmission::InvalidType);
        };
        let now = self.inner.clock.now();
        let own_name = || format!("WS_{}_{}", organisation.org_ref, london_time(now).format("%Y%m%d%H%M%S"));
        let settings = Settings {
            submission_type: submission_type.code().to_owned(),
            email: Some(batch.email).filter(|email| !email.is_empty()).map(str::to_owned),
            file_name: batch.file_name.map_or_else(own_name, str::to_owned),
        };
        Ok(Ok(AchievementIntake { intake: self.receive(caller, JobKind::Achievement, &settings)? }))
    }

    /// Leaves a line of the trail for a batch that is refused as a whole.
    pub fn refuse_achievements(&self, caller: &Caller<'_>, refusal: AchievementSubmission) -> AchievementSubmission {
        caller.trail([None], refusal.code());
        refusal
    }

    /// GetAchievementBatchJob: a job of the caller's organisation; `None` when there is none of this number (WSRC0018).
    pub fn achievement_job(&self, caller: &Caller<'_>, id: JobId) -> Result<Option<AchievementJob>, Error> {
        let Some(job) = self.own_job(caller, id, JobKind::Achievement)? else {
            caller.trail([None], codes::UNKNOWN_JOB);
            return Ok(None);
        };
        let found = self.achievement_report(job)?;
        caller.trail([None], found.response_code());
        Ok(Some(found))
    }

    /// What became of a batch, whoever submitted it.
    pub(in crate::domain) fn achievement_report(&self, job: Job) -> Result<AchievementJob, Error> {
        let settings: Settings =
            serde_json::from_str(&job.settings).map_err(|_| StoreError::Corrupt("jobs.settings"))?;
        let submission_type = settings.submission_type().ok_or(StoreError::Corrupt("jobs.settings"))?;
        let file_name = settings.file_name;
        if !job.state.is_over() {
            return Ok(AchievementJob { job, submission_type, file_name, counters: None, error_file: None });
        }
        let JobReport { job, counts } = self.report(job)?;
        let told: Vec<&str> = counts.keys().map(String::as_str).filter(|code| is_told(code)).collect();
        let error_file = if told.is_empty() { None } else { self.error_file(job.id, &told)? };
        Ok(AchievementJob { counters: Some(Counters::of(&counts)), job, submission_type, file_name, error_file })
    }

    fn error_file(&self, id: JobId, told: &[&str]) -> Result<Option<String>, Error> {
        let mut file = ErrorFile::default();
        let mut after = 0;
        loop {
            let records = self.inner.store.read(|store| jobs::records_of(store, id, told, after, RECORDS_AT_ONCE))?;
            let Some(last) = records.last() else { return Ok(file.into_text()) };
            after = last.number;
            for record in &records {
                let master: Option<String> = match &record.output {
                    Some(json) => {
                        Some(serde_json::from_str(json).map_err(|_| StoreError::Corrupt("job_results.output"))?)
                    }
                    None => None,
                };
                file.add(record.number, &row(record)?, record.code.as_deref().unwrap_or_default(), master.as_deref());
            }
        }
    }
}
