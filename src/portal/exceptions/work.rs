//! What people decide about an exception. Each ends on the exception's page, which says what was
//! done and offers the next.

use super::fields;
use super::one::{Corrected, InHand, in_hand, page};
use crate::domain::exceptions::{Chosen, Worked};
use crate::domain::registrations::RegistrationRow;
use crate::domain::registrations::codes::lookup;
use crate::domain::{Action, Caller, Error};
use crate::model::Uln;
use crate::portal::answer::Answer;
use crate::portal::form::FormErrors;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `POST /exceptions/{id}/choose`
pub(in crate::portal) fn choose(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let hand = hand(visit)?;
    let form = visit.form();
    let mut errors = FormErrors::default();
    let uln: String = form.text("uln").chars().filter(|letter| !letter.is_whitespace()).collect();
    let uln: Option<Uln> = uln.parse().ok();
    if uln.is_none() {
        let nothing = form.text("uln").is_empty();
        errors.add(
            "uln",
            if nothing { "Choose a learner" } else { "ULN must have 10 digits, the last of which fits the others" },
        );
    }
    let chosen = match form.text("details") {
        "keep" => Some(Chosen::Confirm),
        "update" => Some(Chosen::Update),
        _ => {
            errors.add("details", "Select what to do with the details of the record");
            None
        }
    };
    let (Some(uln), Some(chosen)) = (uln, chosen) else { return again(visit, &hand, &errors) };
    let row = corrected_row(&hand);
    act(visit, &hand, "uln", |caller| visit.service().exceptions().choose(caller, hand.exception.id, row, uln, chosen))
}

/// `POST /exceptions/{id}/register`
pub(in crate::portal) fn register(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let hand = hand(visit)?;
    let reason = visit.form().text("register_reason");
    if reason.is_empty() {
        return again(visit, &hand, &FormErrors::one("register_reason", "Enter why the learner is none of these"));
    }
    let row = corrected_row(&hand);
    act(visit, &hand, "register_reason", |caller| {
        visit.service().exceptions().register(caller, hand.exception.id, row, reason)
    })
}

/// `POST /exceptions/{id}/close`
pub(in crate::portal) fn close(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let hand = hand(visit)?;
    let reason = visit.form().text("close_reason");
    if reason.is_empty() {
        return again(visit, &hand, &FormErrors::one("close_reason", "Enter why nothing is to be done"));
    }
    act(visit, &hand, "close_reason", |caller| visit.service().exceptions().close(caller, hand.exception.id, reason))
}

/// `POST /exceptions/{id}/correct`
pub(in crate::portal) fn correct(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let hand = hand(visit)?;
    let row = fields::corrected(hand.row.clone(), visit.form());
    let errors = fields::errors(&row);
    let hand = InHand { row: row.clone(), ..hand };
    if !errors.is_empty() {
        return Answer::form_again(&page(visit, &hand, visit.form(), &errors, true)?);
    }
    let id = hand.exception.id;
    let kept = row.clone();
    let outcome = visit.call(Action::WorkExceptions, |caller| visit.service().exceptions().correct(caller, id, row))?;
    match outcome {
        Worked::Still(code) => {
            let corrected = Corrected { id: id.to_string(), row: kept, code: code.to_owned() };
            Ok(Answer::redirect(format!("/exceptions/{id}?with={}", visit.keep(&corrected)?)))
        }
        outcome => ended(visit, &hand, "GivenName", outcome),
    }
}

fn hand(visit: &Visit<'_>) -> Result<InHand, Problem> {
    in_hand(visit, visit.form().text("with"))
}

/// The record as corrected, if it was.
fn corrected_row(hand: &InHand) -> Option<RegistrationRow> {
    (!hand.handle.is_empty()).then(|| hand.row.clone())
}

fn act(
    visit: &Visit<'_>,
    hand: &InHand,
    field: &'static str,
    act: impl FnOnce(&Caller<'_>) -> Result<Worked, Error>,
) -> Result<Answer, Problem> {
    let outcome = visit.call(Action::WorkExceptions, act)?;
    ended(visit, hand, field, outcome)
}

fn ended(visit: &Visit<'_>, hand: &InHand, field: &'static str, outcome: Worked) -> Result<Answer, Problem> {
    match outcome {
        // Where somebody else was first, the page says who and what.
        Worked::Done(..) | Worked::Before(_) => Ok(Answer::redirect(format!("/exceptions/{}", hand.exception.id))),
        Worked::Unknown => Err(Problem::NotFound),
        Worked::AnotherPerson => {
            again(visit, hand, &FormErrors::one(field, "This learner has other names and is no possible match"))
        }
        Worked::Still(code) => {
            let meaning = lookup(code).map_or("The record still needs attention", |entry| entry.meaning);
            let text = format!("{} ({code})", meaning.trim_end_matches('.'));
            again(visit, hand, &FormErrors::one(field, text))
        }
    }
}

fn again(visit: &Visit<'_>, hand: &InHand, errors: &FormErrors) -> Result<Answer, Problem> {
    Answer::form_again(&page(visit, hand, visit.form(), errors, false)?)
}
