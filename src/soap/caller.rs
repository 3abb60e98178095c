//! Where each request has its credentials.

use super::door::{Credentialed, Credentials};
use crate::contract::external_service::{GetAchievementBatchJob, SubmitAchievementBatchJob, User};
use crate::contract::learner_service::{
    BatchOutputRqst, BatchRegistrationRqst, DeletedULNsReportRqst, LearnerByDemographicsRqst, LearnerByULNRqst,
    MergedUnmergedULNsReportRqst, RegisterSingleLearnerRqst, RetrieveULNsRqst, UpdateLearnerRqst,
    VerifyBatchOutputRqst, VerifyBatchRqst, VerifyLearnerRqst,
};
use crate::contract::learner_service_r9::{
    CreateDataChallenge, DeleteDataChallenge, GetLearnerLearningEvents, GetLearnerRecord, GetOrganisation,
    InvokingOrganisation, InvokingOrganisationR10, LearnerByUln, ListDataChallenge, UpdateLearnerSubsetFields,
    ViewAudit,
};

macro_rules! in_the_request {
    ($($request:ident),+) => {
        $(impl Credentialed for $request<'_> {
            fn credentials(&self) -> Credentials<'_> {
                Credentials {
                    ukprn: self.ukprn.as_deref(),
                    organisation_ref: self.organisation_ref.as_deref(),
                    password: Some(&self.org_password),
                    user_name: Some(&self.user_name),
                }
            }
        })+
    };
}

in_the_request!(
    LearnerByULNRqst,
    LearnerByDemographicsRqst,
    RegisterSingleLearnerRqst,
    UpdateLearnerRqst,
    BatchRegistrationRqst,
    BatchOutputRqst,
    VerifyBatchRqst,
    VerifyBatchOutputRqst,
    RetrieveULNsRqst,
    MergedUnmergedULNsReportRqst,
    DeletedULNsReportRqst,
    VerifyLearnerRqst
);

macro_rules! in_invoking_organisation {
    ($($request:ident),+) => {
        $(impl Credentialed for $request<'_> {
            fn credentials(&self) -> Credentials<'_> {
                self.invoking_organisation.credentials()
            }
        })+
    };
}

in_invoking_organisation!(
    LearnerByUln,
    GetLearnerLearningEvents,
    UpdateLearnerSubsetFields,
    ViewAudit,
    GetOrganisation,
    GetLearnerRecord,
    CreateDataChallenge,
    ListDataChallenge,
    DeleteDataChallenge
);

impl Credentialed for InvokingOrganisation<'_> {
    fn credentials(&self) -> Credentials<'_> {
        Credentials {
            ukprn: self.ukprn.as_deref(),
            organisation_ref: self.reference.as_deref(),
            password: self.password.as_deref(),
            user_name: self.username.as_deref(),
        }
    }
}

impl Credentialed for InvokingOrganisationR10<'_> {
    fn credentials(&self) -> Credentials<'_> {
        Credentials {
            ukprn: self.ukprn.as_deref(),
            organisation_ref: self.organisation_ref.as_deref(),
            password: self.password.as_deref(),
            user_name: self.username.as_deref(),
        }
    }
}

macro_rules! in_invoking_user {
    ($($request:ident),+) => {
        $(impl Credentialed for $request<'_> {
            fn credentials(&self) -> Credentials<'_> {
                self.invoking_user.credentials()
            }
        })+
    };
}

in_invoking_user!(SubmitAchievementBatchJob, GetAchievementBatchJob);

/// This web service has no UKPRN field, but a reference of eight characters is one (rules.md 2.0).
impl Credentialed for User<'_> {
    fn credentials(&self) -> Credentials<'_> {
        Credentials {
            ukprn: None,
            organisation_ref: self.organisation_ref.as_deref(),
            password: self.org_password.as_deref(),
            user_name: self.user_name.as_deref(),
        }
    }
}

/// A request without an organisation has no credentials.
impl<T: Credentialed> Credentialed for Option<T> {
    fn credentials(&self) -> Credentials<'_> {
        match self {
            Some(organisation) => organisation.credentials(),
            None => Credentials { ukprn: None, organisation_ref: None, password: None, user_name: None },
        }
    }
}
