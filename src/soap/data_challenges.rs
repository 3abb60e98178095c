//! Data challenges as LearnerServiceR9 has them: what a request says, and what the replies tell.
//! The codes, the types and the states in words are our choice (rules.md 2.20).

use std::borrow::Cow;

use super::record::shown;
use crate::contract::learner_service_r9::{
    CreateDataChallenge, ListDataChallengeItem, ModelCreateDataChallengeResponse,
};
use crate::domain::challenges::{ChallengeFault, Decided, NewChallenge, Raised};
use crate::domain::codes;
use crate::model::{Challenge, ChallengeKind, ChallengeState, EventField, EventTexts};
use crate::xml::XsDateTime;

/// What a request says is wrong. What it says about the original values is not used: the service
/// keeps what the event has.
pub(super) fn new_challenge<'r>(request: &'r CreateDataChallenge<'_>, kind: ChallengeKind) -> NewChallenge<'r> {
    // A client must send a number: 0 is no event.
    let event = |number: i32| (number != 0).then_some(number);
    NewChallenge {
        kind,
        event: event(request.learning_event1_id),
        other_event: event(request.learning_event2_id),
        supplied: supplied(request),
        contact_name: text(&request.contact_name),
        telephone: text(&request.telephone),
        email: text(&request.email_address),
        information: text(&request.additional_information),
    }
}

/// The values that the event should have. An event has one number of credits, of which earlier
/// releases had two.
fn supplied(request: &CreateDataChallenge<'_>) -> EventTexts {
    let day = |day: Option<XsDateTime>| day.map(|day| day.day().to_string()).unwrap_or_default();
    let credits = match text(&request.supplied_total_credits) {
        "" => text(&request.supplied_credit_value),
        total => total,
    };
    let texts = [
        (EventField::Reference, text(&request.supplied_accreditation_number).to_owned()),
        (EventField::AwardingOrganisation, text(&request.supplied_awarding_body).to_owned()),
        (EventField::Level, text(&request.supplied_qualification_level).to_owned()),
        (EventField::Subject, text(&request.supplied_aim_title).to_owned()),
        (EventField::AwardDate, day(request.supplied_achieved_date)),
        (EventField::Grade, text(&request.supplied_achieved_grade).to_owned()),
        (EventField::Credits, credits.to_owned()),
        (EventField::Language, text(&request.supplied_language_for_assessment).to_owned()),
        (EventField::Provider, text(&request.supplied_provider).to_owned()),
        (EventField::Type, text(&request.supplied_type).to_owned()),
        (EventField::Start, day(request.supplied_start_date)),
        (EventField::End, day(request.supplied_end_date)),
    ];
    texts.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect()
}

/// The code of what came of a challenge.
pub(super) const fn code_of(raised: Raised) -> &'static str {
    match raised {
        Raised::Raised(_) => codes::CHALLENGE_CREATED,
        Raised::InvalidUln => codes::INVALID_ULN,
        Raised::NotVerified => codes::NOT_VERIFIED,
        Raised::NotShared => codes::NOT_SHARED,
        Raised::NoEvent => codes::NO_SUCH_EVENT,
        Raised::Faulty(_) => codes::INSUFFICIENT_DATA,
        Raised::AlreadyOpen(_) => codes::CHALLENGE_OPEN,
    }
}

/// The reply to a challenge: its code in words, and the reference, if there is one.
pub(super) fn created<'a>(raised: Raised, code: &'static str) -> ModelCreateDataChallengeResponse<'a> {
    let reference = match raised {
        Raised::Raised(id) | Raised::AlreadyOpen(id) => Some(Cow::Owned(id.to_string())),
        _ => None,
    };
    let description = match raised {
        Raised::Faulty(fault) => fault_of(fault),
        _ => codes::lookup(code).map_or("", |entry| entry.meaning),
    };
    ModelCreateDataChallengeResponse {
        response_code: Some(Cow::Borrowed(code)),
        data_challenge_reference: reference,
        response_description: Some(Cow::Borrowed(description)),
    }
}

const fn fault_of(fault: ChallengeFault) -> &'static str {
    match fault {
        ChallengeFault::ContactName => "contactName must have 1 to 100 characters.",
        ChallengeFault::Telephone => "telephone must have 1 to 100 characters.",
        ChallengeFault::Email => "emailAddress must be an e-mail address.",
        ChallengeFault::Information => "additionalInformation must have 1 to 2,000 characters.",
        ChallengeFault::Value(_) => "A supplied value must have 255 characters or fewer.",
        ChallengeFault::NothingSupplied => "A wrong detail needs at least one supplied value.",
    }
}

/// The code of what came of a withdrawal.
pub(super) const fn code_of_withdrawal(withdrawn: Decided) -> &'static str {
    match withdrawn {
        Decided::Done(_) => codes::CHALLENGE_WITHDRAWN,
        Decided::Settled(_) => codes::CHALLENGE_SETTLED,
        // A withdrawal needs no message and corrects nothing.
        Decided::NotFound | Decided::NotAllowed | Decided::NoMessage | Decided::NotCorrected(_) => codes::NO_MATCH,
    }
}

/// A challenge in a list.
pub(super) fn item<'a>(challenge: &Challenge) -> ListDataChallengeItem<'a> {
    ListDataChallengeItem {
        created_date: Some(shown(challenge.created_at)),
        reference_no: Some(Cow::Owned(challenge.id.to_string())),
        resolved_date: challenge.resolved_at.map(shown),
        status: Some(Cow::Borrowed(status(challenge.state))),
        type_: Some(Cow::Borrowed(challenge.kind.code())),
    }
}

const fn status(state: ChallengeState) -> &'static str {
    match state {
        ChallengeState::Open => "Open",
        ChallengeState::InProgress => "In progress",
        ChallengeState::Corrected => "Resolved - corrected",
        ChallengeState::NoChange => "Resolved - no change",
        ChallengeState::Rejected => "Rejected",
        ChallengeState::Withdrawn => "Withdrawn",
    }
}

fn text<'r>(text: &'r Option<Cow<'_, str>>) -> &'r str {
    text.as_deref().unwrap_or_default()
}
