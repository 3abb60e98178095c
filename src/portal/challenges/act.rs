//! What is done about a data challenge: who decides asks, corrects, settles or rejects; who raised
//! it answers or withdraws it.

use super::forms::event;
use super::{fields, named, show, words};
use crate::domain::Action;
use crate::domain::challenges::{Correction, Decided, Decision, LONGEST_MESSAGE, ShownChallenge};
use crate::model::{EventTexts, LearningEvent};
use crate::portal::answer::Answer;
use crate::portal::form::FormErrors;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `POST /challenges/{id}`
pub(in crate::portal) fn act(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let shown = named(visit)?;
    let (form, mut errors) = (visit.form(), FormErrors::default());
    // Each form of the page has a field of its own for what is said.
    let (decision, field) = match form.text("act") {
        "ask" => (Some(Decision::Ask), "question"),
        "answer" => (Some(Decision::Answer), "answer"),
        "withdraw" => (Some(Decision::Withdraw), "answer"),
        _ => (chosen(visit, &shown, &mut errors), "message"),
    };
    let Some(decision) = decision.filter(|_| errors.is_empty()) else { return show::again(visit, &shown, &errors) };
    let message = if decision == Decision::Withdraw { "" } else { form.text(field) };
    if message.chars().count() > LONGEST_MESSAGE {
        errors.add(field, format!("This must have {LONGEST_MESSAGE} characters or fewer"));
        return show::again(visit, &shown, &errors);
    }
    let id = shown.challenge.id;
    let challenges = visit.service().challenges();
    match visit.call(Action::DecideChallenge, |caller| challenges.decide(caller, id, &decision, message))? {
        Decided::Done(_) => return Ok(Answer::redirect(format!("/challenges/{id}?done=saved"))),
        Decided::Settled(_) => return Ok(Answer::redirect(format!("/challenges/{id}?done=overtaken"))),
        Decided::NotFound | Decided::NotAllowed => return Err(Problem::NotFound),
        Decided::NoMessage => errors.add(field, no_message(&decision)),
        Decided::NotCorrected(why) => {
            let (field, text) = words::not_corrected(why);
            errors.add(field, text);
        }
    }
    show::again(visit, &shown, &errors)
}

const fn no_message(decision: &Decision) -> &'static str {
    match decision {
        Decision::Ask => "Enter what you want to know",
        Decision::Answer => "Enter your answer",
        Decision::Accept(_) => "Enter how it was put right",
        Decision::NoChange | Decision::Reject | Decision::Withdraw => "Enter the reason",
    }
}

/// The decision that was chosen, if it and its fields can be read.
fn chosen(visit: &Visit<'_>, shown: &ShownChallenge, errors: &mut FormErrors) -> Option<Decision> {
    let decision = match (visit.form().text("decision"), event(shown)) {
        ("correct", Some(event)) => Decision::Accept(Correction::Fields(changed(visit, event, errors))),
        ("withdraw-event", Some(_)) => Decision::Accept(Correction::Withdraw),
        ("elsewhere", _) => Decision::Accept(Correction::Elsewhere),
        ("no-change", _) => Decision::NoChange,
        ("reject", _) => Decision::Reject,
        _ => {
            errors.add("decision", "Select what you decide");
            return None;
        }
    };
    Some(decision)
}

/// The fields of the form that are not as the event has them.
fn changed(visit: &Visit<'_>, event: &LearningEvent, errors: &mut FormErrors) -> EventTexts {
    let mut texts = fields::read(visit.form(), errors);
    texts.retain(|field, text| *text != field.text_of(event));
    texts
}
