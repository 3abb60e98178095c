//! The list of the kinds of job: the one place that knows them all.

use std::sync::Arc;

use super::achievements::{AchievementJob, Achievements};
use super::jobs::{Job, JobId, JobKind, JobReport, Kinds, MOST_LEARNERS};
use super::registrations::{RegisteredRow, Registrations, registered_row};
use super::verifications::{Verifications, VerifiedRow, verified_row};
use super::{Administration, AdministrationError, RuleSettings};

/// Every kind of job.
pub(super) fn all(settings: &RuleSettings) -> Kinds {
    Kinds::new(vec![Arc::new(Registrations::new(settings.clone())), Arc::new(Verifications), Arc::new(Achievements)])
}

/// What a job came to so far.
pub enum JobOutput {
    /// Registration records that are done.
    Registration(Job, Vec<RegisteredRow>),
    /// Verify records that are done.
    Verification(Job, Vec<VerifiedRow>),
    /// Counters and error file.
    Achievement(Box<AchievementJob>),
}

impl Administration<'_> {
    /// What a job came to, for its submitter, whom the operators help.
    pub fn job_output(&self, id: JobId) -> Result<JobOutput, AdministrationError> {
        let JobReport { job, .. } = self.job(id)?;
        if let Some(at) = job.records_deleted_at {
            return Err(AdministrationError::RecordsDeleted(id, at.date()));
        }
        let limit = i64::try_from(MOST_LEARNERS).unwrap_or(i64::MAX);
        let done = || {
            Ok::<_, AdministrationError>(
                self.job_records(id, 0, limit)?.into_iter().filter(|record| record.code.is_some()),
            )
        };
        Ok(match job.kind {
            JobKind::Registration => {
                let rows = done()?.map(|record| registered_row(&record)).collect::<Result<_, _>>()?;
                JobOutput::Registration(job, rows)
            }
            JobKind::Verification => {
                let rows = done()?.map(|record| verified_row(&record)).collect::<Result<_, _>>()?;
                JobOutput::Verification(job, rows)
            }
            JobKind::Achievement => JobOutput::Achievement(Box::new(self.service.achievement_report(job)?)),
        })
    }
}
