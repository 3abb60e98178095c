//! LearnerService: each operation in about ten lines, from the request to the domain and back.

mod learner;

use std::borrow::Cow;

use self::learner::{change, identity, learners, new_learner, retrieved_uln, some};
use super::door::{Door, Refused};
use crate::contract::learner_service::{
    ArrayOfMIAPRetrievedULN, BatchOutputResp, BatchOutputRqst, BatchRegistrationResp, BatchRegistrationRqst,
    FindLearnerResp, LearnerByDemographicsRqst, LearnerByULNRqst, LearnerPortType, MIAPLearnerToVerify,
    MIAPVerifiedLearner, RegisterSingleLearnerResp, RegisterSingleLearnerRqst, RetrieveULNsResp, RetrieveULNsRqst,
    UpdateLearnerResp, UpdateLearnerRqst, VerifyBatchOutputResp, VerifyBatchOutputRqst, VerifyBatchResp,
    VerifyBatchRqst, VerifyLearnerResp, VerifyLearnerRqst,
};
use crate::domain::{Call, Demographics, Error, FindByUln, FindType, Registered, VerifyQuery};

impl<'e> LearnerPortType for Door<'e> {
    type Call = Call<'e>;
    type Error = Refused;

    fn learner_by_uln<'a>(
        &self,
        call: &Call<'_>,
        request: LearnerByULNRqst<'a>,
    ) -> Result<FindLearnerResp<'a>, Refused> {
        let find_type = find_type(&request.find_type)?;
        let caller = self.caller(call, &request)?;
        let query = FindByUln {
            uln: &request.uln,
            family_name: &request.family_name,
            given_name: &request.given_name,
            find_type,
        };
        let found = self.domain.find_by_uln(&caller, &query)?;
        Ok(FindLearnerResp {
            response_code: some(self.answer(found.code())),
            uln: Some(request.uln),
            family_name: Some(request.family_name),
            given_name: Some(request.given_name),
            learner: learners(find_type, found),
            ..FindLearnerResp::default()
        })
    }

    fn learner_by_demographics<'a>(
        &self,
        call: &Call<'_>,
        request: LearnerByDemographicsRqst<'a>,
    ) -> Result<FindLearnerResp<'a>, Refused> {
        let find_type = find_type(&request.find_type)?;
        let caller = self.caller(call, &request)?;
        let query = Demographics {
            find_type,
            family_name: &request.family_name,
            given_name: &request.given_name,
            date_of_birth: &request.date_of_birth,
            gender: &request.gender,
            postcode: &request.last_known_post_code,
            previous_family_name: request.previous_family_name.as_deref(),
            school_at_age_16: request.school_at_age16.as_deref(),
            place_of_birth: request.place_of_birth.as_deref(),
            email_address: request.email_address.as_deref(),
        };
        let found = self.domain.find_by_demographics(&caller, &query)?;
        Ok(FindLearnerResp {
            response_code: some(self.answer(found.code())),
            uln: None,
            family_name: Some(request.family_name),
            given_name: Some(request.given_name),
            date_of_birth: Some(request.date_of_birth),
            gender: Some(request.gender),
            last_known_post_code: Some(request.last_known_post_code),
            previous_family_name: sent(request.previous_family_name),
            school_at_age16: sent(request.school_at_age16),
            place_of_birth: sent(request.place_of_birth),
            email_address: sent(request.email_address),
            learner: learners(find_type, found),
        })
    }

    fn register_single_learner<'a>(
        &self,
        call: &Call<'_>,
        request: RegisterSingleLearnerRqst<'a>,
    ) -> Result<RegisterSingleLearnerResp<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let registered = self.domain.register(&caller, &new_learner(&request.learner))?;
        let response_code = some(self.answer(registered.code()));
        let uln = match registered {
            Registered::Registered(uln) => Some(Cow::Owned(uln.to_string())),
            Registered::Refused => None,
        };
        Ok(RegisterSingleLearnerResp { response_code, uln })
    }

    fn update_single_learner<'a>(
        &self,
        call: &Call<'_>,
        request: UpdateLearnerRqst<'a>,
    ) -> Result<UpdateLearnerResp<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let updated = self.domain.update(&caller, &change(&request.learner))?;
        Ok(UpdateLearnerResp { response_code: some(self.answer(updated.code())) })
    }

    fn submit_batch_registration<'a>(
        &self,
        call: &Call<'_>,
        request: BatchRegistrationRqst<'a>,
    ) -> Result<BatchRegistrationResp<'a>, Refused> {
        self.submit_registrations(call, request)
    }

    fn get_batch_registration_output<'a>(
        &self,
        call: &Call<'_>,
        request: BatchOutputRqst<'a>,
    ) -> Result<BatchOutputResp<'a>, Refused> {
        self.registrations_output(call, request)
    }

    fn submit_verify_batch<'a>(
        &self,
        call: &Call<'_>,
        request: VerifyBatchRqst<'a>,
    ) -> Result<VerifyBatchResp<'a>, Refused> {
        self.submit_verifications(call, request)
    }

    fn get_verify_batch_output<'a>(
        &self,
        call: &Call<'_>,
        request: VerifyBatchOutputRqst<'a>,
    ) -> Result<VerifyBatchOutputResp<'a>, Refused> {
        self.verifications_output(call, request)
    }

    fn retrieve_ulns<'a>(
        &self,
        call: &Call<'_>,
        request: RetrieveULNsRqst<'a>,
    ) -> Result<RetrieveULNsResp<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let ulns: Vec<&str> = request.ulns_to_retrieve.uln.iter().map(AsRef::as_ref).collect();
        let retrieved = self.domain.retrieve_ulns(&caller, &ulns)?;
        self.answer(crate::domain::codes::DONE);
        let verified_uln = retrieved.into_iter().map(retrieved_uln).collect();
        Ok(RetrieveULNsResp { retrieved_ulns: Some(ArrayOfMIAPRetrievedULN { verified_uln }) })
    }

    fn verify_learner<'a>(
        &self,
        call: &Call<'_>,
        request: VerifyLearnerRqst<'a>,
    ) -> Result<VerifyLearnerResp<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let asked = &request.learner_to_verify;
        let query = VerifyQuery {
            uln: &asked.uln,
            family_name: &asked.family_name,
            given_name: &asked.given_name,
            date_of_birth: asked.date_of_birth.as_deref(),
            gender: asked.gender.as_deref(),
        };
        let verification = self.domain.verify(&caller, &query)?;
        let code = self.answer(verification.code());
        let MIAPLearnerToVerify { uln, family_name, given_name, date_of_birth, gender } = request.learner_to_verify;
        let found = verification.learner.map(identity);
        let (found_uln, found_family, found_given, found_date, found_gender) = found
            .map_or_else(Default::default, |found| {
                (found.uln, found.family_name, found.given_name, found.date_of_birth, found.gender)
            });
        Ok(VerifyLearnerResp {
            verified_learner: Some(MIAPVerifiedLearner {
                searched_uln: Some(uln),
                searched_family_name: Some(family_name),
                searched_given_name: Some(given_name),
                searched_date_of_birth: sent(date_of_birth),
                searched_gender: sent(gender),
                response_code: some(code),
                uln: found_uln,
                family_name: found_family,
                given_name: found_given,
                date_of_birth: found_date,
                gender: found_gender,
                failure_flag: verification.flags.iter().map(|flag| Cow::Borrowed(flag.code())).collect(),
            }),
        })
    }
}

/// What was sent empty is not echoed (rules.md 2.4).
fn sent(text: Option<Cow<'_, str>>) -> Option<Cow<'_, str>> {
    text.filter(|text| !text.is_empty())
}

/// The facet has let through nothing else.
pub(super) fn find_type(code: &str) -> Result<FindType, Refused> {
    code.parse().map_err(|()| Refused::Domain(Error::Unexpected("a find type that the facet does not allow")))
}
