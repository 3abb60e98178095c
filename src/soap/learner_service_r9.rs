//! LearnerServiceR9: each operation in about ten lines, from the request to the domain and back.

use std::borrow::Cow;

use super::action::shown_action;
use super::data_challenges as challenge;
use super::door::{Door, Refused};
use super::find_type::FindType;
use super::record::{self, shown};
use crate::contract::learner_service_r9::{
    AbilityToShare, ArrayOfLearnerEvent, ArrayOfLearningEvent, ArrayOfListDataChallengeItem,
    ArrayOfPlrAccessEntryResponse, CreateDataChallenge, CreateDataChallengeResponse, DeleteDataChallenge,
    DeleteDataChallengeResponse, GetLearnerLearningEvents, GetLearnerLearningEventsResponse, GetLearnerRecord,
    GetLearnerRecordResponse, GetOrganisation, GetOrganisationResponse, ILearnerServiceR9, LearnerByUln,
    LearnerByUlnResponse, ListDataChallenge, ListDataChallengeResponse, ModelDeleteDataChallengeResponse,
    ModelGetLearnerLearningEventsResponse, ModelGetLearnerRecordResponse, ModelGetOrganisationResponse,
    ModelLearnerByUlnResponse, ModelListDataChallengeResponse, PagedListOfPlrAccessEntryResponseN4dIIFCS,
    PlrAccessEntryResponse, UpdateLearnerSubsetFields, UpdateLearnerSubsetFieldsResponse, ViewAudit, ViewAuditResponse,
};
use crate::domain::format::{Field, FieldTexts};
use crate::domain::verification::Claimed;
use crate::domain::{
    AuditQuery, Call, Error, FindByUln, Found, FoundLearner, GetType, LearnerChange, LearnerRecordQuery, RecordQuery,
    UserType, codes,
};
use crate::model;
use crate::xml::XsDateTime;

impl<'e> ILearnerServiceR9 for Door<'e> {
    type Call = Call<'e>;
    type Error = Refused;

    fn learner_by_uln<'a>(
        &self,
        call: &Call<'_>,
        request: LearnerByUln<'a>,
    ) -> Result<LearnerByUlnResponse<'a>, Refused> {
        let find_type = FindType::of(&request.find_type)?;
        let caller = self.caller(call, &request)?;
        let query = FindByUln {
            uln: text(&request.uln).parse().ok(),
            family_name: text(&request.family_name),
            given_name: text(&request.given_name),
        };
        let found = self.domain.learners().find(&caller, &query)?;
        Ok(LearnerByUlnResponse {
            learner_by_uln_result: Some(ModelLearnerByUlnResponse {
                response_code: some(self.answer(found.code())),
                family_name: request.family_name,
                given_name: request.given_name,
                learner: only(find_type, found).map(record::learner),
                uln: request.uln,
            }),
        })
    }

    fn get_learner_learning_events<'a>(
        &self,
        call: &Call<'_>,
        request: GetLearnerLearningEvents<'a>,
    ) -> Result<GetLearnerLearningEventsResponse<'a>, Refused> {
        let user_type = user_type(&request.user_type)?;
        let get_type: GetType = request.get_type.parse().map_err(|()| unlisted())?;
        let caller = self.caller(call, &request)?;
        let claimed = Claimed::names(text(&request.given_name), text(&request.family_name))
            .born(request.date_of_birth.as_deref(), request.gender.as_deref());
        let query = RecordQuery { uln: text(&request.uln), claimed, user_type, get_type };
        let answer = self.domain.records().events(&caller, &query)?;
        let learning_event = answer.events.into_iter().map(|event| record::learning_event(event, get_type)).collect();
        Ok(GetLearnerLearningEventsResponse {
            get_learner_learning_events_result: Some(ModelGetLearnerLearningEventsResponse {
                response_code: some(self.answer(answer.outcome.code())),
                found_uln: Some(answer.found_uln.map(|uln| uln.to_string()).unwrap_or_default().into()),
                incoming_uln: request.uln,
                // Always present, even without events: clients count its children (rules.md 2.13).
                learner_record: Some(ArrayOfLearningEvent { learning_event }),
            }),
        })
    }

    fn update_learner_subset_fields<'a>(
        &self,
        call: &Call<'_>,
        request: UpdateLearnerSubsetFields<'a>,
    ) -> Result<UpdateLearnerSubsetFieldsResponse<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let sharing = match request.ability_to_share {
            AbilityToShare::NotProvided => None,
            AbilityToShare::FPNNotSeen => Some(model::AbilityToShare::NotSeen),
            AbilityToShare::FPNSeenShareData => Some(model::AbilityToShare::Shares),
        };
        let fields = FieldTexts::default()
            .with(Field::EmailAddress, request.email_address.as_deref())
            .with(Field::TelephoneNumber, request.telephone_number.as_deref())
            .with(Field::AbilityToShare, sharing.map(model::AbilityToShare::code))
            .with(Field::SchoolAtAge16, request.school_at_age16.as_deref())
            .with(Field::PreferredGivenName, request.preferred_given_name.as_deref());
        let change = LearnerChange { uln: text(&request.uln).parse().ok(), version: request.version_number, fields };
        let updated = self.domain.learners().update_subset(&caller, &change)?;
        Ok(UpdateLearnerSubsetFieldsResponse { update_learner_subset_fields_result: some(self.answer(updated.code())) })
    }

    fn view_audit<'a>(&self, call: &Call<'_>, request: ViewAudit<'a>) -> Result<ViewAuditResponse<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let query = AuditQuery {
            uln: text(&request.learner_uln),
            given_name: text(&request.learner_given_name),
            family_name: text(&request.learner_family_name),
            page: request.page,
        };
        let page = self.domain.audit().view(&caller, &query)?;
        self.answer(codes::DONE);
        let plr_access_entry_response = page
            .entries
            .into_iter()
            .map(|line| PlrAccessEntryResponse {
                action: Some(shown_action(line.action)),
                date_time: Some(shown(line.at)),
                organisation: owned(line.organisation),
                user: owned(line.user_name),
            })
            .collect();
        Ok(ViewAuditResponse {
            view_audit_result: Some(PagedListOfPlrAccessEntryResponseN4dIIFCS {
                list: Some(ArrayOfPlrAccessEntryResponse { plr_access_entry_response }),
                page_count: Some(page.page_count),
                page_index: Some(page.page_index),
                page_size: Some(page.page_size),
                // Newest first, by the first column (rules.md 2.16, our choice).
                sort_index: Some(0),
                sort_order: Some(1),
                total_items: Some(page.total_items),
            }),
        })
    }

    fn get_organisation<'a>(
        &self,
        call: &Call<'_>,
        request: GetOrganisation<'a>,
    ) -> Result<GetOrganisationResponse<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let found = self.domain.organisations().find(&caller, text(&request.uk_prn), text(&request.org_ref))?;
        let result = match found {
            None => ModelGetOrganisationResponse {
                response_code: some(self.answer(codes::NO_MATCH)),
                ..ModelGetOrganisationResponse::default()
            },
            Some(organisation) => ModelGetOrganisationResponse {
                response_code: some(self.answer(codes::FOUND)),
                display_name: owned(organisation.name),
                org_ref: owned(organisation.org_ref.to_string()),
                status: some(if organisation.active { "Active" } else { "Inactive" }),
                ukprn: owned(organisation.ukprn.to_string()),
            },
        };
        Ok(GetOrganisationResponse { get_organisation_result: Some(result) })
    }

    fn get_learner_record<'a>(
        &self,
        call: &Call<'_>,
        request: GetLearnerRecord<'a>,
    ) -> Result<GetLearnerRecordResponse<'a>, Refused> {
        let user_type = user_type(&request.user_type)?;
        let caller = self.caller(call, &request)?;
        let born = request.date_of_birth.map(XsDateTime::day);
        let gender = request.gender.map(|gender| gender.to_string());
        let names = Claimed::names(text(&request.given_name), text(&request.family_name));
        let query = LearnerRecordQuery {
            uln: text(&request.uln),
            claimed: Claimed { date_of_birth: born.map(Ok), ..names.born(None, gender.as_deref()) },
            postcode: request.postcode.as_deref(),
            user_type,
        };
        let answer = self.domain.records().with_learner(&caller, &query)?;
        let learner_event = answer.events.into_iter().map(record::learner_event).collect();
        Ok(GetLearnerRecordResponse {
            get_learner_record_result: Some(ModelGetLearnerRecordResponse {
                response_code: some(self.answer(answer.outcome.code())),
                incoming_date_of_birth: born.map(XsDateTime::midnight),
                incoming_family_name: request.family_name,
                incoming_gender: request.gender,
                incoming_given_name: request.given_name,
                incoming_last_known_post_code: request.postcode,
                incoming_uln: request.uln,
                learner_record: Some(ArrayOfLearnerEvent { learner_event }),
                ..answer.learner.map(record::personal_details).unwrap_or_default()
            }),
        })
    }

    fn create_data_challenge<'a>(
        &self,
        call: &Call<'_>,
        request: CreateDataChallenge<'a>,
    ) -> Result<CreateDataChallengeResponse<'a>, Refused> {
        let user_type = user_type(&request.user_type)?;
        let kind = request.challenge_type.parse().map_err(|_| unlisted())?;
        let caller = self.caller(call, &request)?;
        let names = Claimed::names(text(&request.given_name), text(&request.family_name));
        let born = Some(Ok(request.date_of_birth.day()));
        let learner = LearnerRecordQuery {
            uln: text(&request.uln),
            claimed: Claimed { date_of_birth: born, ..names.born(None, request.gender.as_deref()) },
            postcode: None,
            user_type,
        };
        let new = challenge::new_challenge(&request, kind);
        let raised = self.domain.challenges().raise_claimed(&caller, &learner, &new)?;
        let code = self.answer(challenge::code_of(raised));
        Ok(CreateDataChallengeResponse { create_data_challenge_result: Some(challenge::created(raised, code)) })
    }

    fn list_data_challenge<'a>(
        &self,
        call: &Call<'_>,
        request: ListDataChallenge<'a>,
    ) -> Result<ListDataChallengeResponse<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let days = (request.date_created_start.map(XsDateTime::day), request.date_created_end.map(XsDateTime::day));
        let uln = text(&request.uln).parse().ok();
        let found = self.domain.challenges().created(&caller, uln, days)?;
        let code = match (uln, found.is_empty()) {
            (None, _) => codes::INVALID_ULN,
            (Some(_), true) => codes::NO_MATCH,
            (Some(_), false) => codes::FOUND,
        };
        let list_data_challenge_item = found.iter().map(challenge::item).collect();
        Ok(ListDataChallengeResponse {
            list_data_challenge_result: Some(ModelListDataChallengeResponse {
                data_challenges: Some(ArrayOfListDataChallengeItem { list_data_challenge_item }),
                response_code: some(self.answer(code)),
            }),
        })
    }

    fn delete_data_challenge<'a>(
        &self,
        call: &Call<'_>,
        request: DeleteDataChallenge<'a>,
    ) -> Result<DeleteDataChallengeResponse<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let (uln, reference) = (text(&request.uln).parse().ok(), text(&request.reference_number).trim().parse().ok());
        let withdrawn = self.domain.challenges().withdraw(&caller, uln, reference)?;
        let code = if uln.is_none() { codes::INVALID_ULN } else { challenge::code_of_withdrawal(withdrawn) };
        Ok(DeleteDataChallengeResponse {
            delete_data_challenge_result: Some(ModelDeleteDataChallengeResponse {
                response_code: some(self.answer(code)),
            }),
        })
    }
}

fn text<'r>(text: &'r Option<Cow<'_, str>>) -> &'r str {
    text.as_deref().unwrap_or_default()
}

fn some<'a>(text: &'static str) -> Option<Cow<'a, str>> {
    Some(Cow::Borrowed(text))
}

fn owned<'a>(text: String) -> Option<Cow<'a, str>> {
    Some(Cow::Owned(text))
}

fn user_type(code: &str) -> Result<UserType, Refused> {
    code.parse().map_err(|()| unlisted())
}

/// The facet allows nothing else.
fn unlisted() -> Refused {
    Refused::Domain(Error::Unexpected("a word that the facet does not allow"))
}

/// The message has room for one learner; with CHK there is none (rules.md 2.4, our choice).
fn only(find_type: FindType, found: Found) -> Option<FoundLearner> {
    match (find_type, found) {
        (FindType::Check, _) | (FindType::Full, Found::None | Found::Unreadable(_) | Found::TooMany { .. }) => None,
        (FindType::Full, Found::Exact(one) | Found::MasterSubstituted(one)) => Some(*one),
        (FindType::Full, Found::Possible(several)) => several.into_iter().next(),
    }
}
