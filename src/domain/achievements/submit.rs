//! Submitting a batch of achievements (rules.md 2.18).

use serde::{Deserialize, Serialize};

use super::row::AchievementRow;
use crate::domain::format::is_email;
use crate::domain::jobs::{BatchFile, Intake, JobId, JobKind};
use crate::domain::{Caller, Error, Service, codes};
use crate::model::{Permission, Recognition, SubmissionType, london_time};
use crate::store::catalogue;

/// The maximum number of achievements in a batch (rules.md 9, row 12).
pub const MOST_ACHIEVEMENTS: usize = 10_000;
/// The header of a batch.
#[derive(Debug, Clone, Default)]
pub struct AchievementBatch<'a> {
    /// Where the submitter wants to be notified; stored, but no e-mail is sent (our choice). Empty
    /// means absent.
    pub email: &'a str,
    /// `P` or `Provisional`, `F` or `Final`.
    pub submission_type: &'a str,
    /// The file that it comes in; without one the job gets the name of none (`WS_...`).
    pub file: Option<BatchFile>,
}

/// The outcome of submitting achievements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AchievementSubmission {
    /// The job was created (WSRC0007).
    Accepted(JobId),
    /// The awarding organisation may not submit achievements (WSRC0043).
    NotConfigured,
    /// The e-mail address is malformed (WSEC0044).
    InvalidEmail,
    /// The submission type is unknown (WSEC0045).
    InvalidType,
    /// More than 10,000 records (WSEC0046).
    TooMany,
    /// No records (WSEC0047).
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

    /// The job, if one was created.
    pub const fn job_id(&self) -> Option<JobId> {
        match self {
            Self::Accepted(id) => Some(*id),
            _ => None,
        }
    }
}

/// The settings stored with the job.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Settings {
    submission_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

impl Settings {
    pub(super) fn submission_type(&self) -> Option<SubmissionType> {
        self.submission_type.parse().ok()
    }
}

/// A batch whose records are arriving. It is discarded unless [`AchievementIntake::submit`] is
/// called.
pub struct AchievementIntake<'s> {
    intake: Intake<'s>,
}

impl AchievementIntake<'_> {
    /// Adds a record; `false` if there are too many, in which case the batch is discarded.
    ///
    /// # Errors
    /// When the store fails; the submission is then lost.
    pub fn push(&mut self, row: &AchievementRow) -> Result<bool, Error> {
        if self.intake.len() >= MOST_ACHIEVEMENTS {
            return Ok(false);
        }
        self.intake.push(row).map(|()| true)
    }

    /// Commits the job and makes it available to workers.
    ///
    /// # Errors
    /// When the store fails; the submission is then lost.
    pub fn submit(self) -> Result<AchievementSubmission, Error> {
        if self.intake.is_empty() {
            return Ok(AchievementSubmission::Empty);
        }
        self.intake.submit(codes::BATCH_SUBMITTED).map(AchievementSubmission::Accepted)
    }
}

impl Service {
    /// SubmitAchievementBatchJob, for records in memory.
    pub fn submit_achievements(
        &self,
        caller: &Caller<'_>,
        batch: &AchievementBatch<'_>,
        rows: impl IntoIterator<Item = AchievementRow>,
    ) -> Result<AchievementSubmission, Error> {
        self.submit_arriving_achievements(caller, batch, rows.into_iter().map(Ok))
    }

    /// SubmitAchievementBatchJob, for records that are still being read. If one cannot be read, the
    /// submission is discarded.
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

    /// SubmitAchievementBatchJob and achievement files, record by record. An organisation that
    /// awards nothing has no access. An awarding organisation that lacks the permission or was
    /// never recognised counts as not configured (our choice).
    pub fn receive_achievements(
        &self,
        caller: &Caller<'_>,
        batch: &AchievementBatch<'_>,
    ) -> Result<Result<AchievementIntake<'_>, AchievementSubmission>, Error> {
        let organisation = caller.organisation()?;
        let refuse = |refusal| Ok(Err(self.refuse_achievements(caller, refusal)));
        if self.may_award(caller)?.is_none() {
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
        };
        let file = batch.file.clone().unwrap_or_else(|| BatchFile::named(own_name()));
        let intake = self.receive(caller, JobKind::Achievement, &settings)?.in_file(file);
        Ok(Ok(AchievementIntake { intake }))
    }

    /// The recognition of the caller's organisation; `None` if it may not submit achievements.
    ///
    /// # Errors
    /// When the organisation awards nothing, or the store fails.
    pub(super) fn may_award(&self, caller: &Caller<'_>) -> Result<Option<Recognition>, Error> {
        let organisation = caller.organisation()?;
        if !organisation.awarding_organisation {
            return Err(caller.refuse());
        }
        caller.call.must_be_able_to_block()?;
        let id = organisation.id;
        let recognition = self.inner.store.read(|store| catalogue::recognition(store, id))?;
        let recognition = recognition.unwrap_or(Recognition::RECOGNISED);
        Ok(Some(recognition).filter(|known| caller.may(Permission::SubmitAchievements) && known.was_granted()))
    }

    /// Writes an audit line for a batch that is refused as a whole.
    pub fn refuse_achievements(&self, caller: &Caller<'_>, refusal: AchievementSubmission) -> AchievementSubmission {
        caller.trail([None], refusal.code());
        refusal
    }
}
