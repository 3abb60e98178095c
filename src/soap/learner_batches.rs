//! The four batch operations of LearnerService: rows in, rows out, in the order of the batch
//! (rules.md 2.7 to 2.10).

use std::borrow::Cow;

use super::door::{Door, Refused};
use super::sent::{Sent, sent};
use crate::contract::learner_service::{
    BatchLearner, BatchOutputResp, BatchOutputRqst, BatchRegistrationResp, BatchRegistrationRqst,
    MIAPBatchLearnerToVerify, MIAPVerifiedBatchLearner, OutputBatchLearner, VerifyBatchOutputResp,
    VerifyBatchOutputRqst, VerifyBatchResp, VerifyBatchRqst,
};
use crate::domain::format::{Field, FieldTexts};
use crate::domain::jobs::{BatchOutput, Job, JobId, Submission};
use crate::domain::registrations::codes::Counted;
use crate::domain::registrations::{JobType, RegisteredRow, RegistrationRow};
use crate::domain::verifications::{Identity, VerificationRow, VerifiedRow};
use crate::domain::{Call, Error, codes};
use crate::model::{Timestamp, london_text};

type Text<'a> = Option<Cow<'a, str>>;

impl Door<'_> {
    pub(super) fn submit_registrations<'a>(
        &self,
        call: &Call<'_>,
        request: BatchRegistrationRqst<'a>,
    ) -> Result<BatchRegistrationResp<'a>, Refused> {
        let job_type: JobType = request
            .job_type
            .parse()
            .map_err(|()| Refused::Domain(Error::Unexpected("a job type that the facet does not allow")))?;
        let caller = self.caller(call, &request)?;
        let learners = request.learner.iter().collect::<Result<Vec<_>, _>>()?;
        let rows = learners.iter().map(registration_row);
        let submission =
            self.domain.submit_registration(&caller, job_type, count(request.learner_record_count), rows)?;
        let (code, job_id) = submitted(submission, codes::BATCH_SUBMITTED, codes::WRONG_COUNT);
        Ok(BatchRegistrationResp { response_code: Some(Cow::Borrowed(self.answer(code))), job_id })
    }

    pub(super) fn registrations_output<'a>(
        &self,
        call: &Call<'_>,
        request: BatchOutputRqst<'a>,
    ) -> Result<BatchOutputResp<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let output = self.domain.registration_output(&caller, JobId(request.job_id))?;
        let Times { status, started, finished } = Times::of(output.job());
        let response = BatchOutputResp {
            response_code: Some(Cow::Borrowed(self.answer(output.response_code()))),
            job_status: status,
            job_started_date_time: started,
            job_finished_date_time: finished,
            ..BatchOutputResp::default()
        };
        Ok(match output {
            BatchOutput::Unknown | BatchOutput::Unfinished(_) | BatchOutput::Failed(_) => response,
            BatchOutput::Finished(report, rows) => {
                let counted = |counted| i32::try_from(report.registrations(counted)).ok();
                BatchOutputResp {
                    new_learners_count: counted(Counted::New),
                    exists_updated_learners_count: counted(Counted::ExistsOrUpdated),
                    possible_match_learners_count: counted(Counted::PossibleMatch),
                    learners_not_found_count: counted(Counted::NotFound),
                    rejected_learners_count: counted(Counted::Rejected),
                    learner: rows.into_iter().map(registered).collect(),
                    ..response
                }
            }
        })
    }

    pub(super) fn submit_verifications<'a>(
        &self,
        call: &Call<'_>,
        request: VerifyBatchRqst<'a>,
    ) -> Result<VerifyBatchResp<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let email = request.org_email.as_deref().filter(|text| !text.is_empty());
        let learners = request.learner.iter().collect::<Result<Vec<_>, _>>()?;
        let rows = learners.iter().map(verification_row);
        let submission = self.domain.submit_verification(&caller, email, count(request.learner_record_count), rows)?;
        let (code, job_id) = submitted(submission, codes::VERIFY_BATCH_SUBMITTED, codes::VERIFY_WRONG_COUNT);
        Ok(VerifyBatchResp { response_code: Some(Cow::Borrowed(self.answer(code))), job_id })
    }

    pub(super) fn verifications_output<'a>(
        &self,
        call: &Call<'_>,
        request: VerifyBatchOutputRqst<'a>,
    ) -> Result<VerifyBatchOutputResp<'a>, Refused> {
        let caller = self.caller(call, &request)?;
        let output = self.domain.verification_output(&caller, JobId(request.job_id))?;
        let Times { status, started, finished } = Times::of(output.job());
        Ok(VerifyBatchOutputResp {
            response_code: Some(Cow::Borrowed(self.answer(output.response_code()))),
            job_status: status,
            job_started_date_time: started,
            job_finished_date_time: finished,
            verified_learner: match output {
                BatchOutput::Finished(_, rows) => rows.into_iter().map(verified).collect(),
                BatchOutput::Unknown | BatchOutput::Unfinished(_) | BatchOutput::Failed(_) => Vec::new(),
            },
        })
    }
}

/// An impossible count is that of no batch.
fn count(stated: i32) -> usize {
    usize::try_from(stated).unwrap_or(usize::MAX)
}

/// The facets reject more than 200 records, and none.
fn submitted(submission: Submission, accepted: &'static str, wrong_count: &'static str) -> (&'static str, i64) {
    match submission {
        Submission::Accepted(JobId(id)) => (accepted, id),
        Submission::WrongCount | Submission::TooMany | Submission::Empty => (wrong_count, 0),
    }
}

/// The progress of a job, as written.
#[derive(Default)]
struct Times<'a> {
    status: Text<'a>,
    started: Text<'a>,
    finished: Text<'a>,
}

impl Times<'_> {
    fn of(job: Option<&Job>) -> Self {
        let written = |at: Timestamp| Cow::Owned(london_text(at));
        job.map_or_else(Self::default, |job| Self {
            status: Some(Cow::Borrowed(job.state.code())),
            started: job.started_at.map(written),
            finished: job.finished_at.map(written),
        })
    }
}

fn kept(text: &Text<'_>) -> Option<String> {
    text.as_deref().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn registration_row(learner: &BatchLearner<'_>) -> RegistrationRow {
    let texts = sent!(learner, BatchLearner { uln, mis_identifier });
    RegistrationRow {
        uln: kept(&learner.uln),
        mis_identifier: kept(&learner.mis_identifier),
        ..RegistrationRow::of(&texts)
    }
}

fn registered<'a>(registered: RegisteredRow) -> OutputBatchLearner<'a> {
    let RegisteredRow { row, code } = registered;
    let RegistrationRow {
        uln,
        mis_identifier,
        title,
        given_name,
        preferred_given_name,
        middle_other_name,
        family_name,
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
        email_address,
        gender,
        nationality,
        scottish_candidate_number,
        ability_to_share,
        privacy_notice_seen: _, // files alone have it
        verification_type,
        other_verification_description,
        notes,
        unique_candidate_identifier: _, // the contract has neither
        unique_pupil_number: _,
    } = row;
    OutputBatchLearner {
        uln: uln.map(Cow::Owned),
        mis_identifier: mis_identifier.map(Cow::Owned),
        title: title.map(Cow::Owned),
        given_name: Cow::Owned(given_name.unwrap_or_default()),
        preferred_given_name: preferred_given_name.map(Cow::Owned),
        middle_other_name: middle_other_name.map(Cow::Owned),
        family_name: Cow::Owned(family_name.unwrap_or_default()),
        previous_family_name: previous_family_name.map(Cow::Owned),
        family_name_at_age16: family_name_at_age_16.map(Cow::Owned),
        school_at_age16: school_at_age_16.map(Cow::Owned),
        last_known_address_line1: address_line_1.map(Cow::Owned),
        last_known_address_line2: address_line_2.map(Cow::Owned),
        last_known_address_town: address_town.map(Cow::Owned),
        last_known_address_county_or_city: address_county_or_city.map(Cow::Owned),
        last_known_post_code: postcode.map(Cow::Owned),
        date_of_address_capture: date_of_address_capture.map(Cow::Owned),
        date_of_birth: date_of_birth.map(Cow::Owned),
        place_of_birth: place_of_birth.map(Cow::Owned),
        email_address: email_address.map(Cow::Owned),
        gender: gender.map(Cow::Owned),
        nationality: nationality.map(Cow::Owned),
        scottish_candidate_number: scottish_candidate_number.map(Cow::Owned),
        ability_to_share: ability_to_share.map(Cow::Owned),
        verification_type: verification_type.map(Cow::Owned),
        other_verification_description: other_verification_description.map(Cow::Owned),
        notes: notes.map(Cow::Owned),
        return_code: Some(Cow::Owned(code)),
    }
}

fn verification_row(learner: &MIAPBatchLearnerToVerify<'_>) -> VerificationRow {
    let MIAPBatchLearnerToVerify { mis_identifier, uln, family_name, given_name, date_of_birth, gender } = learner;
    VerificationRow {
        mis_identifier: kept(mis_identifier),
        uln: Some(uln.to_string()),
        family_name: Some(family_name.to_string()),
        given_name: Some(given_name.to_string()),
        date_of_birth: kept(date_of_birth),
        gender: kept(gender),
    }
}

fn verified<'a>(verified: VerifiedRow) -> MIAPVerifiedBatchLearner<'a> {
    let VerifiedRow { row, code, learner, flags } = verified;
    let VerificationRow { mis_identifier, uln, family_name, given_name, date_of_birth, gender } = row;
    let response = MIAPVerifiedBatchLearner {
        mis_identifier: mis_identifier.map(Cow::Owned),
        searched_uln: uln.map(Cow::Owned),
        searched_family_name: family_name.map(Cow::Owned),
        searched_given_name: given_name.map(Cow::Owned),
        searched_date_of_birth: date_of_birth.map(Cow::Owned),
        searched_gender: gender.map(Cow::Owned),
        response_code: Some(Cow::Owned(code)),
        failure_flag: flags.into_iter().map(Cow::Owned).collect(),
        ..MIAPVerifiedBatchLearner::default()
    };
    match learner {
        None => response,
        Some(Identity { uln, family_name, given_name, date_of_birth, gender }) => MIAPVerifiedBatchLearner {
            uln: Some(Cow::Owned(uln)),
            family_name: Some(Cow::Owned(family_name)),
            given_name: Some(Cow::Owned(given_name)),
            date_of_birth: Some(Cow::Owned(date_of_birth.to_string())),
            gender: Some(Cow::Owned(gender)),
            ..response
        },
    }
}
