//! ExternalService: achievements in batches, which answer that they are not supported until the job engine is there.

use super::door::{Door, Refused};
use crate::contract::external_service::{
    GetAchievementBatchJob, GetAchievementBatchJobResponse, IExternalService, SubmitAchievementBatchJob,
    SubmitAchievementBatchJobResponse,
};
use crate::domain::Call;

impl IExternalService for Door<'_> {
    type Call = Call;
    type Error = Refused;

    fn submit_achievement_batch_job<'a>(
        &self,
        _call: &Call,
        _request: SubmitAchievementBatchJob<'a>,
    ) -> Result<SubmitAchievementBatchJobResponse<'a>, Refused> {
        Err(Refused::UnknownRequest)
    }

    fn get_achievement_batch_job<'a>(
        &self,
        _call: &Call,
        _request: GetAchievementBatchJob<'a>,
    ) -> Result<GetAchievementBatchJobResponse<'a>, Refused> {
        Err(Refused::UnknownRequest)
    }
}
