//! LearnerService: each operation in about ten lines, from the request to the domain and back.

use std::borrow::Cow;

use super::door::{Door, Refused};
use crate::contract::learner_service::{
    ArrayOfMIAPRetrievedULN, BatchOutputResp, BatchOutputRqst, BatchRegistrationResp, BatchRegistrationRqst,
    FindLearnerResp, Learner, LearnerArrayOfString, LearnerByDemographicsRqst, LearnerByULNRqst, LearnerPortType,
    LearnerToRegister, LearnerToUpdate, MIAPLearnerToVerify, MIAPRetrievedULN, MIAPVerifiedLearner,
    RegisterSingleLearnerResp, RegisterSingleLearnerRqst, RetrieveULNsResp, RetrieveULNsRqst, UpdateLearnerResp,
    UpdateLearnerRqst, VerifyBatchOutputResp, VerifyBatchOutputRqst, VerifyBatchResp, VerifyBatchRqst,
    VerifyLearnerResp, VerifyLearnerRqst,
};
use crate::domain::{
    Call, Demographics, Error, FindByUln, FindType, Found, FoundLearner, LearnerChange, NewLearner, Registered,
    RetrievedUln, VerifyQuery,
};
use crate::model;

impl LearnerPortType for Door<'_> {
    type Call = Call;
    type Error = Refused;

    fn learner_by_uln<'a>(&self, call: &Call, request: LearnerByULNRqst<'a>) -> Result<FindLearnerResp<'a>, Refused> {
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
        call: &Call,
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
        call: &Call,
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
        call: &Call,
        request: UpdateLearnerRqst<'a>,
    ) -> Result<UpdateLearnerResp<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let updated = self.domain.update(&caller, &change(&request.learner))?;
        Ok(UpdateLearnerResp { response_code: some(self.answer(updated.code())) })
    }

    fn submit_batch_registration<'a>(
        &self,
        call: &Call,
        request: BatchRegistrationRqst<'a>,
    ) -> Result<BatchRegistrationResp<'a>, Refused> {
        self.submit_registrations(call, request)
    }

    fn get_batch_registration_output<'a>(
        &self,
        call: &Call,
        request: BatchOutputRqst<'a>,
    ) -> Result<BatchOutputResp<'a>, Refused> {
        self.registrations_output(call, request)
    }

    fn submit_verify_batch<'a>(
        &self,
        call: &Call,
        request: VerifyBatchRqst<'a>,
    ) -> Result<VerifyBatchResp<'a>, Refused> {
        self.submit_verifications(call, request)
    }

    fn get_verify_batch_output<'a>(
        &self,
        call: &Call,
        request: VerifyBatchOutputRqst<'a>,
    ) -> Result<VerifyBatchOutputResp<'a>, Refused> {
        self.verifications_output(call, request)
    }

    fn retrieve_ulns<'a>(&self, call: &Call, request: RetrieveULNsRqst<'a>) -> Result<RetrieveULNsResp<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let ulns: Vec<&str> = request.ulns_to_retrieve.uln.iter().map(AsRef::as_ref).collect();
        let retrieved = self.domain.retrieve_ulns(&caller, &ulns)?;
        self.answer(crate::domain::codes::DONE);
        let verified_uln = retrieved.into_iter().map(retrieved_uln).collect();
        Ok(RetrieveULNsResp { retrieved_ulns: Some(ArrayOfMIAPRetrievedULN { verified_uln }) })
    }

    fn verify_learner<'a>(
        &self,
        call: &Call,
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

fn some<'a>(text: &'static str) -> Option<Cow<'a, str>> {
    Some(Cow::Borrowed(text))
}

/// What was sent empty is not echoed (domain.md 2.4).
fn sent(text: Option<Cow<'_, str>>) -> Option<Cow<'_, str>> {
    text.filter(|text| !text.is_empty())
}

/// The facet has let through nothing else.
pub(super) fn find_type(code: &str) -> Result<FindType, Refused> {
    code.parse().map_err(|()| Refused::Domain(Error::Unexpected("a find type that the facet does not allow")))
}

/// With CHK there is the code alone (domain.md 2.4, our choice).
fn learners<'a>(find_type: FindType, found: Found) -> Vec<Learner<'a>> {
    match (find_type, found) {
        (FindType::Check, _) | (FindType::Full, Found::None | Found::TooMany) => Vec::new(),
        (FindType::Full, Found::Exact(one) | Found::MasterSubstituted(one)) => vec![learner(*one)],
        (FindType::Full, Found::Possible(several)) => several.into_iter().map(learner).collect(),
    }
}

fn owned<'a>(text: impl ToString) -> Option<Cow<'a, str>> {
    Some(Cow::Owned(text.to_string()))
}

/// The element as captured: absent what there is not, but `LinkedULNs` and `Notes` always (domain.md 2.4).
fn learner<'a>(found: FoundLearner) -> Learner<'a> {
    let FoundLearner { learner, linked_ulns, substituted } = found;
    let model::Learner {
        id: _,
        uln,
        version,
        status,
        master: _,
        title,
        given_name,
        middle_other_name,
        family_name,
        preferred_given_name,
        previous_family_name,
        family_name_at_age_16,
        school_at_age_16,
        address_line_1,
        address_line_2,
        address_town,
        address_county_or_city,
        postcode,
        date_of_address_capture,
        date_of_birth,
        place_of_birth,
        gender,
        email_address,
        nationality,
        scottish_candidate_number,
        verification_type,
        other_verification_description,
        tier_level,
        ability_to_share,
        notes,
        telephone_number: _,
        unique_candidate_identifier: _,
        unique_pupil_number: _,
        registered_by: _,
        created_at,
        updated_at,
    } = learner;
    Learner {
        created_date: owned(created_at.date()),
        last_updated_date: owned(updated_at.date()),
        uln: owned(uln),
        master_substituted: substituted.then_some(Cow::Borrowed("Y")),
        title: title.map(Cow::Owned),
        given_name: Some(Cow::Owned(given_name)),
        middle_other_name: middle_other_name.map(Cow::Owned),
        family_name: Some(Cow::Owned(family_name)),
        preferred_given_name: preferred_given_name.map(Cow::Owned),
        previous_family_name: previous_family_name.map(Cow::Owned),
        family_name_at_age16: family_name_at_age_16.map(Cow::Owned),
        school_at_age16: school_at_age_16.map(Cow::Owned),
        last_known_address_line1: address_line_1.map(Cow::Owned),
        last_known_address_line2: address_line_2.map(Cow::Owned),
        last_known_address_town: address_town.map(Cow::Owned),
        last_known_address_county_or_city: address_county_or_city.map(Cow::Owned),
        last_known_post_code: owned(postcode),
        date_of_address_capture: date_of_address_capture.and_then(owned),
        date_of_birth: owned(date_of_birth),
        place_of_birth: place_of_birth.map(Cow::Owned),
        gender: some(gender.code()),
        email_address: email_address.map(Cow::Owned),
        nationality: nationality.map(Cow::Owned),
        scottish_candidate_number: scottish_candidate_number.map(Cow::Owned),
        verification_type: some(verification_type.code()),
        other_verification_description: other_verification_description.map(Cow::Owned),
        tier_level: some(tier_level.code()),
        ability_to_share: some(ability_to_share.code()),
        learner_status: some(status.code()),
        linked_ulns: Some(LearnerArrayOfString { uln: linked_ulns.iter().filter_map(owned).collect() }),
        notes: Some(Cow::Owned(notes.unwrap_or_default())),
        version_number: version,
    }
}

fn new_learner<'r>(learner: &'r LearnerToRegister<'_>) -> NewLearner<'r> {
    let LearnerToRegister {
        title,
        given_name,
        middle_other_name,
        family_name,
        preferred_given_name,
        previous_family_name,
        family_name_at_age16,
        school_at_age16,
        last_known_address_line1,
        last_known_address_line2,
        last_known_address_town,
        last_known_address_county_or_city,
        last_known_post_code,
        date_of_address_capture,
        date_of_birth,
        place_of_birth,
        gender,
        email_address,
        nationality,
        scottish_candidate_number,
        verification_type,
        other_verification_description,
        ability_to_share,
        notes,
    } = learner;
    NewLearner {
        title: title.as_deref(),
        given_name,
        middle_other_name: middle_other_name.as_deref(),
        family_name,
        preferred_given_name: preferred_given_name.as_deref(),
        previous_family_name: previous_family_name.as_deref(),
        family_name_at_age_16: family_name_at_age16.as_deref(),
        school_at_age_16: school_at_age16.as_deref(),
        address_line_1: last_known_address_line1.as_deref(),
        address_line_2: last_known_address_line2.as_deref(),
        address_town: last_known_address_town.as_deref(),
        address_county_or_city: last_known_address_county_or_city.as_deref(),
        postcode: last_known_post_code,
        date_of_address_capture: date_of_address_capture.as_deref(),
        date_of_birth,
        place_of_birth: place_of_birth.as_deref(),
        gender,
        email_address: email_address.as_deref(),
        nationality: nationality.as_deref(),
        scottish_candidate_number: scottish_candidate_number.as_deref(),
        verification_type,
        other_verification_description: other_verification_description.as_deref(),
        ability_to_share,
        notes: notes.as_deref(),
        ..NewLearner::default()
    }
}

/// Absent means unchanged, empty means cleared (domain.md 4.4, our choice).
fn change<'r>(learner: &'r LearnerToUpdate<'_>) -> LearnerChange<'r> {
    let LearnerToUpdate {
        title,
        given_name,
        middle_other_name,
        family_name,
        preferred_given_name,
        previous_family_name,
        family_name_at_age16,
        school_at_age16,
        last_known_address_line1,
        last_known_address_line2,
        last_known_address_town,
        last_known_address_county_or_city,
        last_known_post_code,
        date_of_address_capture,
        date_of_birth,
        place_of_birth,
        gender,
        email_address,
        nationality,
        scottish_candidate_number,
        verification_type,
        other_verification_description,
        ability_to_share,
        notes,
        uln,
        version_number,
    } = learner;
    LearnerChange {
        uln,
        version: *version_number,
        title: title.as_deref(),
        given_name: Some(given_name),
        middle_other_name: middle_other_name.as_deref(),
        family_name: Some(family_name),
        preferred_given_name: preferred_given_name.as_deref(),
        previous_family_name: previous_family_name.as_deref(),
        family_name_at_age_16: family_name_at_age16.as_deref(),
        school_at_age_16: school_at_age16.as_deref(),
        address_line_1: last_known_address_line1.as_deref(),
        address_line_2: last_known_address_line2.as_deref(),
        address_town: last_known_address_town.as_deref(),
        address_county_or_city: last_known_address_county_or_city.as_deref(),
        postcode: Some(last_known_post_code),
        date_of_address_capture: date_of_address_capture.as_deref(),
        date_of_birth: Some(date_of_birth),
        place_of_birth: place_of_birth.as_deref(),
        gender: Some(gender),
        email_address: email_address.as_deref(),
        nationality: nationality.as_deref(),
        scottish_candidate_number: scottish_candidate_number.as_deref(),
        verification_type: Some(verification_type),
        other_verification_description: other_verification_description.as_deref(),
        ability_to_share: Some(ability_to_share),
        notes: notes.as_deref(),
        ..LearnerChange::default()
    }
}

/// The members of a learner that identify: the same in a retrieved ULN and in a verified learner.
fn identity<'a>(learner: model::Learner) -> MIAPRetrievedULN<'a> {
    MIAPRetrievedULN {
        uln: owned(learner.uln),
        master_uln: None,
        response_code: None,
        family_name: Some(Cow::Owned(learner.family_name)),
        given_name: Some(Cow::Owned(learner.given_name)),
        date_of_birth: owned(learner.date_of_birth),
        gender: some(learner.gender.code()),
    }
}

/// The number as asked for, with the names of its learner or of the master (domain.md 2.11).
fn retrieved_uln<'a>(retrieved: RetrievedUln) -> MIAPRetrievedULN<'a> {
    let response_code = some(retrieved.code());
    let RetrievedUln { uln, master, learner } = retrieved;
    MIAPRetrievedULN {
        uln: Some(Cow::Owned(uln)),
        master_uln: master.and_then(owned),
        response_code,
        ..learner.map(identity).unwrap_or_default()
    }
}
