//! LearnerService: each operation in about ten lines, from the request to the domain and back.

mod learner;
mod report;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use self::learner::{change, identity, learners, registration, retrieved_uln, some};
use self::report::{deleted_ulns, merged_ulns};
use super::door::{Door, Refused};
use super::find_type::FindType;
use crate::contract::learner_service::{
    ArrayOfMIAPRetrievedULN, BatchOutputResp, BatchOutputRqst, BatchRegistrationResp, BatchRegistrationRqst,
    DeletedULNsReportResp, DeletedULNsReportRqst, FindLearnerResp, LearnerByDemographicsRqst, LearnerByULNRqst,
    LearnerPortType, MIAPLearnerToVerify, MIAPVerifiedLearner, MergedUnmergedULNsReportResp,
    MergedUnmergedULNsReportRqst, RegisterSingleLearnerResp, RegisterSingleLearnerRqst, RetrieveULNsResp,
    RetrieveULNsRqst, UpdateLearnerResp, UpdateLearnerRqst, VerifyBatchOutputResp, VerifyBatchOutputRqst,
    VerifyBatchResp, VerifyBatchRqst, VerifyLearnerResp, VerifyLearnerRqst,
};
use crate::domain::format::{Field, FieldTexts};
use crate::domain::verification::Claimed;
use crate::domain::{Call, FindByUln, Registered, ReportedKinds, VerifyQuery};

impl<'e> LearnerPortType for Door<'e> {
    type Call = Call<'e>;
    type Error = Refused;

    fn learner_by_uln<'a>(
        &self,
        call: &Call<'_>,
        request: LearnerByULNRqst<'a>,
    ) -> Result<FindLearnerResp<'a>, Refused> {
        let find_type = FindType::of(&request.find_type)?;
        let caller = self.caller(call, &request)?;
        let query = FindByUln {
            uln: request.uln.parse().ok(),
            family_name: &request.family_name,
            given_name: &request.given_name,
        };
        let found = self.domain.learners().find(&caller, &query)?;
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
        let find_type = FindType::of(&request.find_type)?;
        let caller = self.caller(call, &request)?;
        let asked = FieldTexts::default()
            .with(Field::FamilyName, &*request.family_name)
            .with(Field::GivenName, &*request.given_name)
            .with(Field::DateOfBirth, &*request.date_of_birth)
            .with(Field::Gender, &*request.gender)
            .with(Field::LastKnownPostCode, &*request.last_known_post_code)
            .with(Field::PreviousFamilyName, request.previous_family_name.as_deref())
            .with(Field::SchoolAtAge16, request.school_at_age16.as_deref())
            .with(Field::PlaceOfBirth, request.place_of_birth.as_deref())
            .with(Field::EmailAddress, request.email_address.as_deref());
        let found = self.domain.learners().search(&caller, &asked)?;
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
        let registered = self.domain.learners().register(&caller, &registration(&request.learner).into())?;
        let response_code = some(self.answer(registered.code()));
        let uln = match registered {
            Registered::Registered(uln) => Some(Cow::Owned(uln.to_string())),
            Registered::Refused(_) => None,
        };
        Ok(RegisterSingleLearnerResp { response_code, uln })
    }

    fn update_single_learner<'a>(
        &self,
        call: &Call<'_>,
        request: UpdateLearnerRqst<'a>,
    ) -> Result<UpdateLearnerResp<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let updated = self.domain.learners().update(&caller, &change(&request.learner))?;
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
        let retrieved = self.domain.learners().retrieve(&caller, &ulns)?;
        self.answer(crate::domain::codes::DONE);
        let verified_uln = retrieved.into_iter().map(retrieved_uln).collect();
        Ok(RetrieveULNsResp { retrieved_ulns: Some(ArrayOfMIAPRetrievedULN { verified_uln }) })
    }

    fn get_merged_unmerged_ulns_report<'a>(
        &self,
        call: &Call<'_>,
        request: MergedUnmergedULNsReportRqst<'a>,
    ) -> Result<MergedUnmergedULNsReportResp<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let report = self.link_report(
            &caller,
            ReportedKinds::MergedAndUnmerged,
            &request.from_date,
            request.to_date.as_deref(),
        )?;
        Ok(MergedUnmergedULNsReportResp { response_code: some(self.answer(report.code())), ..merged_ulns(report) })
    }

    fn get_deleted_ulns_report<'a>(
        &self,
        call: &Call<'_>,
        request: DeletedULNsReportRqst<'a>,
    ) -> Result<DeletedULNsReportResp<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let report =
            self.link_report(&caller, ReportedKinds::Deleted, &request.from_date, request.to_date.as_deref())?;
        Ok(DeletedULNsReportResp { response_code: some(self.answer(report.code())), ..deleted_ulns(report) })
    }

    fn verify_learner<'a>(
        &self,
        call: &Call<'_>,
        request: VerifyLearnerRqst<'a>,
    ) -> Result<VerifyLearnerResp<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let asked = &request.learner_to_verify;
        let claimed = Claimed::names(&asked.given_name, &asked.family_name)
            .born(asked.date_of_birth.as_deref(), asked.gender.as_deref());
        let query = VerifyQuery { uln: asked.uln.parse().ok(), claimed };
        let verification = self.domain.learners().verify(&caller, &query)?;
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
