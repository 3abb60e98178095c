//! ExternalService: batches of achievements, and their results.

use std::borrow::Cow;

use super::door::{Door, Refused};
use super::record::shown;
use crate::contract::external_service::{
    Achievement, AchievementBatchJobResponse, AchievementBatchJobStatus, GetAchievementBatchJob,
    GetAchievementBatchJobResponse, IExternalService, ModelSubmitAchievementBatchJobResponse,
    SubmitAchievementBatchJob, SubmitAchievementBatchJobResponse,
};
use crate::domain::jobs::{Job, JobId, JobState};
use crate::domain::{AchievementBatch, AchievementJob, AchievementRow, Call, Error, codes};

impl<'e> IExternalService for Door<'e> {
    type Call = Call<'e>;
    type Error = Refused;

    fn submit_achievement_batch_job<'a>(
        &self,
        call: &Call<'_>,
        mut request: SubmitAchievementBatchJob<'a>,
    ) -> Result<SubmitAchievementBatchJobResponse<'a>, Refused> {
        let achievements = request.achievements.take().map(|list| list.achievement).unwrap_or_default();
        let caller = self.caller(call, &request)?;
        let batch = AchievementBatch {
            email: request.email_address.as_deref().unwrap_or_default(),
            submission_type: request.submission_type.as_deref().unwrap_or_default(),
            file: None,
        };
        let rows = achievements.into_iter().map(|achievement| Ok::<_, Refused>(row(achievement?)));
        let submitted = self.domain.submit_arriving_achievements(&caller, &batch, rows)?;
        let job_id = submitted.job_id().map_or(Ok(0), |JobId(id)| i32::try_from(id));
        Ok(SubmitAchievementBatchJobResponse {
            submit_achievement_batch_job_result: Some(ModelSubmitAchievementBatchJobResponse {
                response_code: some(self.answer(submitted.code())),
                job_id: Some(job_id.map_err(|_| Error::Unexpected("a job number that the contract has no room for"))?),
            }),
        })
    }

    fn get_achievement_batch_job<'a>(
        &self,
        call: &Call<'_>,
        request: GetAchievementBatchJob<'a>,
    ) -> Result<GetAchievementBatchJobResponse<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let id = JobId(i64::from(request.job_id.unwrap_or_default()));
        let result = match self.domain.achievement_job(&caller, id)? {
            Some(found) => AchievementBatchJobResponse {
                response_code: some(self.answer(found.response_code())),
                job_id: request.job_id,
                ..job_response(found)
            },
            None => AchievementBatchJobResponse {
                response_code: some(self.answer(codes::UNKNOWN_JOB)),
                job_id: Some(0),
                status: Some(AchievementBatchJobStatus::Failed),
                ..AchievementBatchJobResponse::default()
            },
        };
        Ok(GetAchievementBatchJobResponse { get_achievement_batch_job_result: Some(result) })
    }
}

/// A record of the request, with the headings of achievement files.
fn row(achievement: Achievement<'_>) -> AchievementRow {
    let Achievement {
        achievement_award_date,
        action,
        action_date,
        action_reason,
        dateof_birth,
        family_name,
        gender,
        given_name,
        grade,
        language_for_assessment,
        learner_postcode,
        mis_identifier,
        provider_ukprn,
        uln,
        unit_or_qualification_reference_number,
    } = achievement;
    let text = |text: Option<Cow<'_, str>>| text.filter(|text| !text.is_empty()).map(Cow::into_owned);
    AchievementRow {
        mis_identifier: text(mis_identifier),
        uln: text(uln),
        given_name: text(given_name),
        family_name: text(family_name),
        date_of_birth: dateof_birth.map(|at| at.day().to_string()),
        gender: gender.map(|code| code.to_string()),
        postcode: text(learner_postcode),
        provider_ukprn: text(provider_ukprn),
        reference: text(unit_or_qualification_reference_number),
        award_date: achievement_award_date.map(|at| at.day().to_string()),
        grade: text(grade),
        language: text(language_for_assessment),
        action: action.map(|code| code.to_string()),
        action_date: action_date.map(|at| at.day().to_string()),
        action_reason: text(action_reason),
    }
}

fn job_response<'a>(found: AchievementJob) -> AchievementBatchJobResponse<'a> {
    let duration = found.duration().map(Cow::Owned);
    let AchievementJob { job, submission_type, file_name, counters, error_file } = found;
    let Job { user_name, submitted_at, started_at, finished_at, state, records, rejection_reason, .. } = job;
    AchievementBatchJobResponse {
        response_code: None,
        achievement_batch_error_file: error_file.map(Cow::Owned),
        achievements_created: counters.map(|each| each.created),
        achievements_promoted_to_final: counters.map(|each| each.promoted_to_final),
        achievements_reinstated: counters.map(|each| each.reinstated),
        achievements_updated: counters.map(|each| each.updated),
        achievements_withdrawn: counters.map(|each| each.withdrawn),
        business_rule_errors: counters.map(|each| each.business_errors),
        duration,
        end_date: finished_at.map(shown),
        field_data_errors: counters.map(|each| each.field_errors),
        filename: Some(Cow::Owned(file_name)),
        job_id: None,
        learner_data_errors: counters.map(|each| each.learner_errors),
        number_of_records: Some(records),
        percentage_successful_records: counters.map(|each| percentage(each.successful(), records)),
        rejection_reason: rejection_reason.map(Cow::Owned),
        start_date: started_at.map(shown),
        status: Some(status(state)),
        submitted_date: Some(shown(submitted_at)),
        successful_final_achievements: counters.map(|each| each.successful_final),
        successful_provisional_achievements: counters.map(|each| each.successful_provisional),
        type_: some(submission_type.word()),
        user: Some(Cow::Owned(user_name)),
    }
}

/// A percentage, 0 to 100, with two decimals.
fn percentage(part: i32, whole: i32) -> f32 {
    let hundredths = i64::from(part) * 10_000 / i64::from(whole.max(1));
    f32::from(i16::try_from(hundredths).unwrap_or(10_000)) / 100.0
}

fn status(state: JobState) -> AchievementBatchJobStatus {
    match state {
        JobState::Waiting => AchievementBatchJobStatus::Waiting,
        JobState::InProgress => AchievementBatchJobStatus::InProgress,
        JobState::Successful => AchievementBatchJobStatus::Successful,
        JobState::Failed => AchievementBatchJobStatus::Failed,
        JobState::Cancelled => AchievementBatchJobStatus::Cancelled,
    }
}

fn some<'a>(text: &'static str) -> Option<Cow<'a, str>> {
    Some(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_have_two_decimals() {
        assert_eq!(
            [percentage(0, 0), percentage(1, 3), percentage(2, 2), percentage(9_999, 10_000)],
            [0.0, 33.33, 100.0, 99.99]
        );
    }
}
