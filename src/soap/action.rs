//! Maps the contracts' operations to actions of the domain, and actions to the names that clients
//! know.

use std::borrow::Cow;

use crate::contract::external_service::Operation as External;
use crate::contract::learner_service::Operation as Learner;
use crate::contract::learner_service_r9::Operation as LearnerR9;
use crate::domain::Action;

impl From<Learner> for Action {
    fn from(operation: Learner) -> Self {
        match operation {
            Learner::LearnerByULN => Self::FindByUln,
            Learner::LearnerByDemographics => Self::FindByDetails,
            Learner::RegisterSingleLearner => Self::RegisterLearner,
            Learner::UpdateSingleLearner => Self::UpdateLearner,
            Learner::SubmitBatchRegistration => Self::SubmitRegistrations,
            Learner::GetBatchRegistrationOutput => Self::ReadRegistrations,
            Learner::SubmitVerifyBatch => Self::SubmitVerifications,
            Learner::GetVerifyBatchOutput => Self::ReadVerifications,
            Learner::RetrieveULNs => Self::RetrieveUlns,
            Learner::GetMergedUnmergedULNsReport | Learner::GetDeletedULNsReport => Self::ReportLinks,
            Learner::VerifyLearner => Self::VerifyLearner,
        }
    }
}

impl From<LearnerR9> for Action {
    fn from(operation: LearnerR9) -> Self {
        match operation {
            LearnerR9::LearnerByUln => Self::FindByUln,
            LearnerR9::GetLearnerLearningEvents => Self::ViewEvents,
            LearnerR9::UpdateLearnerSubsetFields => Self::UpdateLearner,
            LearnerR9::ViewAudit => Self::ViewAudit,
            LearnerR9::GetOrganisation => Self::ViewOrganisation,
            LearnerR9::GetLearnerRecord => Self::ViewRecord,
            LearnerR9::CreateDataChallenge => Self::RaiseChallenge,
            LearnerR9::ListDataChallenge => Self::ViewChallenges,
            LearnerR9::DeleteDataChallenge => Self::DecideChallenge,
        }
    }
}

impl From<External> for Action {
    fn from(operation: External) -> Self {
        match operation {
            External::SubmitAchievementBatchJob => Self::SubmitAchievements,
            External::GetAchievementBatchJob => Self::ReadAchievements,
        }
    }
}

/// The action of an audit line as ViewAudit shows it: the name of the operation that shows a
/// learning record. Other actions, and old ones, are shown as stored.
pub(super) fn shown_action(kept: String) -> Cow<'static, str> {
    match Action::of_line(&kept) {
        Some(Action::ViewEvents) => Cow::Borrowed(LearnerR9::GetLearnerLearningEvents.name()),
        Some(Action::ViewRecord) => Cow::Borrowed(LearnerR9::GetLearnerRecord.name()),
        _ => Cow::Owned(kept),
    }
}
