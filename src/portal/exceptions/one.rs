//! The page of one exception. What it offers depends on the code: choose a learner, correct the
//! record, register it, or close it.

use serde::{Deserialize, Serialize};

use super::{candidates, fields};
use crate::domain::Action;
use crate::domain::exceptions::{
    Exception, ExceptionId, ExceptionQuery, NAMES_DIFFER, NOT_FOUND, POSSIBLE_MATCHES, TOO_MANY_MATCHES,
    WorkedException,
};
use crate::domain::registrations::RegistrationRow;
use crate::domain::registrations::codes::lookup;
use crate::portal::answer::Answer;
use crate::portal::batches::{time, way};
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Input, InsetText, Item, NotificationBanner, Radios, SummaryList, Textarea};
use crate::portal::form::{Form, FormErrors};
use crate::portal::live::CopyButton;
use crate::portal::problem::Problem;
use crate::portal::visit::{Kept, Visit};

/// A record that was corrected and still needs attention: what it is now, for the next step.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Corrected {
    pub(super) id: String,
    pub(super) row: RegistrationRow,
    pub(super) code: String,
}

impl Kept for Corrected {
    const KIND: &'static str = "corrected exception";
}

/// An exception as a page works on it: with the record as corrected, if it was.
pub(super) struct InHand {
    pub(super) exception: Exception,
    pub(super) row: RegistrationRow,
    pub(super) code: String,
    /// Where the corrected record is kept; empty if it was not corrected.
    pub(super) handle: String,
}

/// The exception that the address names, and the corrected record that the form or query names.
pub(super) fn in_hand(visit: &Visit<'_>, handle: &str) -> Result<InHand, Problem> {
    let id: ExceptionId = visit.parameter("id").parse().map_err(|_| Problem::NotFound)?;
    let service = visit.service();
    let exception = visit.call(Action::WorkExceptions, |caller| service.exceptions().get(caller, id))?;
    let exception = exception.ok_or(Problem::NotFound)?;
    if handle.is_empty() {
        let (row, code) = (exception.row()?, exception.code.clone());
        return Ok(InHand { exception, row, code, handle: String::new() });
    }
    let corrected: Corrected = visit.kept(handle)?;
    if corrected.id != id.to_string() {
        return Err(Problem::NotFound);
    }
    Ok(InHand { exception, row: corrected.row, code: corrected.code, handle: handle.to_owned() })
}

/// `GET /exceptions/{id}`
pub(in crate::portal) fn show(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let asked = Form::of(visit.asked().query.as_bytes());
    let hand = in_hand(visit, asked.text("with"))?;
    if let Some(worked) = &hand.exception.worked {
        return Answer::page(&done(visit, &hand.exception, worked)?);
    }
    let errors = FormErrors::default();
    Answer::page(&page(visit, &hand, &Form::default(), &errors, false)?)
}

/// The page with its forms. `is_corrected` says that the record's own fields were sent, and are
/// to be shown with their errors.
pub(super) fn page(
    visit: &Visit<'_>,
    hand: &InHand,
    form: &Form,
    errors: &FormErrors,
    is_corrected: bool,
) -> Result<Blocks, Problem> {
    let InHand { exception, row, code, handle } = hand;
    let id = exception.id;
    let act = |end: &str| {
        let act = Act::new(visit, format!("/exceptions/{id}/{end}"));
        if handle.is_empty() { act } else { act.hidden("with", handle) }
    };
    let entry = lookup(code);
    let mut page = Blocks::new(visit, entry.map_or("Exception", |entry| entry.meaning))
        .caption(format!("Batch {}, record {}, {code}", id.job, id.number))
        .back("/exceptions")
        .errors(errors);
    if !handle.is_empty() {
        let words = "The record was corrected, but it still needs attention. Nothing has been changed yet.";
        page = page.with(&NotificationBanner::important(words));
    }
    page = page.with(&InsetText::new(entry.map_or("", |entry| entry.advice)));
    let chooses = [POSSIBLE_MATCHES, TOO_MANY_MATCHES, NOT_FOUND, NAMES_DIFFER].contains(&code.as_str());
    let found = if chooses { Some(candidates::find(visit, row)?) } else { None };
    let learners = found.as_ref().map_or(&[][..], |found| found.learners());
    if !learners.is_empty() {
        let choice = act("choose")
            .with(&candidates::radios(learners, errors.of("uln")))
            .with(&details(form, errors))
            .with(&Button::new("Choose this learner").once());
        page = page.with(&candidates::table(row, learners)).with(&choice);
    } else if chooses {
        let uln = Input::new("uln", "ULN of the learner").numeric().width(10).unspelled().autocomplete("off");
        let uln = uln.value(form.text("uln")).error(errors.of("uln"));
        let choice = act("choose").with(&uln).with(&details(form, errors));
        page = page.heading("Choose the learner").with(&choice.with(&Button::new("Choose this learner").once()));
    }
    if code == POSSIBLE_MATCHES {
        let reason =
            Textarea::new("register_reason", "Why is the learner none of these?").error(errors.of("register_reason"));
        let register = act("register").with(&reason.value(form.text("register_reason")));
        page = page
            .heading("None of these is the learner")
            .with(&register.with(&Button::new("Register as a new learner").secondary().once()));
    }
    let errors_of_row = if is_corrected { errors.clone() } else { fields::errors(row) };
    let correct = fields::controls(row, &errors_of_row).iter().fold(act("correct"), Act::with);
    page = page
        .heading("Correct the record")
        .with(&correct.with(&Button::new("Save the corrected record").secondary().once()));
    let reason = Textarea::new("close_reason", "Why is nothing to be done?").error(errors.of("close_reason"));
    let close = act("close").with(&reason.value(form.text("close_reason")));
    Ok(page.heading("Close without a change").with(&close.with(&Button::new("Close the exception").secondary().once())))
}

fn details(form: &Form, errors: &FormErrors) -> Radios {
    Radios::new("details", "What should be done with the details of the record?")
        .item(Item::new("keep", "Leave the learner as registered"))
        .item(Item::new("update", "Update the learner with them"))
        .value(form.text("details"))
        .error(errors.of("details"))
}

/// What was done, and the next exception.
fn done(visit: &Visit<'_>, exception: &Exception, worked: &WorkedException) -> Result<Blocks, Problem> {
    let id = exception.id;
    let mut list = SummaryList::new()
        .row("What was done", way(worked.way))
        .row("By", worked.user_name.as_str())
        .row("When", time(worked.at))
        .row("Code in the batch", exception.code.as_str())
        .row("Code now", worked.code.as_str());
    if !worked.reason.is_empty() {
        list = list.row("Reason", worked.reason.as_str());
    }
    let mut page = Blocks::new(visit, "This exception is worked")
        .caption(format!("Batch {}, record {}", id.job, id.number))
        .back("/exceptions")
        .with(&NotificationBanner::success(
            lookup(&worked.code).map_or("The exception is closed.", |entry| entry.meaning),
        ));
    if let Some(uln) = worked.uln {
        list = list.row("ULN", uln.as_str());
        page = page.with(&list).with(&CopyButton { value: uln.to_string(), what: "ULN" });
    } else {
        page = page.with(&list);
    }
    let service = visit.service();
    let next = visit.call(Action::WorkExceptions, |caller| {
        let exceptions = service.exceptions();
        let query = ExceptionQuery { limit: 1, after: Some(id), ..ExceptionQuery::default() };
        let later = exceptions.list(caller, &query)?.exceptions;
        if later.is_empty() {
            return Ok(exceptions.list(caller, &ExceptionQuery { after: None, ..query })?.exceptions);
        }
        Ok(later)
    })?;
    Ok(match next.first() {
        Some(next) => page.with(&Button::link("Next exception", format!("/exceptions/{}", next.id))),
        None => page.say("There are no more exceptions.").link("Batches", "/batches"),
    })
}
