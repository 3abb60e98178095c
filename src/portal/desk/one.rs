//! A case: what was said, its clock, and advising the user, which rectifies it.

use super::log::read_words;
use super::words;
use crate::domain::Action;
use crate::domain::desk::{CaseClock, Closed};
use crate::model::Case;
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Html, Input, SummaryList};
use crate::portal::form::{Form, FormErrors};
use crate::portal::problem::Problem;
use crate::portal::times;
use crate::portal::visit::Visit;

/// `GET /desk/incidents/{number}`
pub(in crate::portal) fn show(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&page(visit, &Form::default(), &FormErrors::default())?)
}

/// `POST /desk/incidents/{number}`: the user was advised.
pub(in crate::portal) fn rectify(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (number, form) = (number(visit)?, visit.form());
    let mut errors = FormErrors::default();
    let Some(advice) = read_words(form, "advice", "Enter how the user was advised", &mut errors) else {
        return Answer::form_again(&page(visit, form, &errors)?);
    };
    match visit.call(Action::RectifyCase, |caller| visit.service().desk().rectify(caller, number, &advice))? {
        Closed::Rectified | Closed::Already => Ok(Answer::redirect(format!("/desk/incidents/{number}"))),
        Closed::Unknown => Err(Problem::NotFound),
    }
}

fn number(visit: &Visit<'_>) -> Result<i32, Problem> {
    visit.parameter("number").parse().map_err(|_| Problem::NotFound)
}

fn page(visit: &Visit<'_>, form: &Form, errors: &FormErrors) -> Result<Blocks, Problem> {
    let number = number(visit)?;
    let found = visit.call(Action::ViewCases, |caller| visit.service().desk().find(caller, number))?;
    let (case, clock) = found.ok_or(Problem::NotFound)?;
    let page = Blocks::new(visit, format!("Case {number}"))
        .caption(words::kind(case.kind))
        .back("/desk/incidents")
        .errors(errors)
        .with(&facts(&case, &clock));
    if case.rectified.is_some() {
        return Ok(page);
    }
    let advice = Input::new("advice", "How was the user advised?")
        .hint("Advise the user first: the clock stops when you send this")
        .value(form.as_typed("advice"))
        .error(errors.of("advice"));
    let act = Act::new(visit, format!("/desk/incidents/{number}"))
        .with(&advice)
        .with(&Button::new("Record as rectified").once());
    Ok(page.heading("Rectify the case").with(&act))
}

fn facts(case: &Case, clock: &CaseClock) -> SummaryList {
    let list = SummaryList::new()
        .row("State", Html::of(&words::state(clock)))
        .row("Category", format!("{}. {}", case.category, words::category(case.category)))
        .row("What the user said", case.summary.as_str())
        .row("Logged", format!("{}, by {}", times::moment(case.logged_at), case.logged_by))
        .row("Support hours so far", words::hours(clock.passed))
        .row("Limit ends", clock.runs_out_at.map_or_else(|| "No limit".to_owned(), times::moment));
    let list = match &case.outage {
        Some(outage) => {
            list.row("Shown at Status", outage.words.as_str()).row("Outage since", times::moment(outage.began_at))
        }
        None => list,
    };
    match &case.rectified {
        Some(rectified) => list
            .row("Rectified", format!("{}, by {}", times::moment(rectified.at), rectified.by))
            .row("How the user was advised", rectified.advice.as_str()),
        None => list,
    }
}
