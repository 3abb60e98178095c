//! Logging a case: what the user said, its category, and for an outage what everybody is told.

use chrono::TimeDelta;

use super::words;
use crate::domain::Action;
use crate::domain::desk::{LONGEST_AGO, Logged, NewCase, NotLogged};
use crate::model::{CaseKind, Category, Reason};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Input, Item, Radios};
use crate::portal::form::{Form, FormErrors};
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// What the desk logs by itself; challenges and ULN problems log themselves.
const KINDS: [CaseKind; 2] = [CaseKind::Incident, CaseKind::Request];

/// `GET /desk/incidents/new`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&page(visit, &Form::default(), &FormErrors::default()))
}

/// `POST /desk/incidents/new`
pub(in crate::portal) fn log(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let form = visit.form();
    let new = match read(form) {
        Ok(new) => new,
        Err(errors) => return Answer::form_again(&page(visit, form, &errors)),
    };
    match visit.call(Action::LogCase, |caller| visit.service().desk().log(caller, &new))? {
        Logged::Logged(number) => Ok(Answer::redirect(format!("/desk/incidents/{number}"))),
        Logged::Refused(why) => Answer::form_again(&page(visit, form, &refused(why))),
    }
}

fn read(form: &Form) -> Result<NewCase, FormErrors> {
    let mut errors = FormErrors::default();
    let kind: Option<CaseKind> = form.text("kind").parse().ok();
    if kind.is_none() {
        errors.add("kind", "Select what the case is about");
    }
    let category: Option<Category> = form.text("category").parse().ok();
    if category.is_none() {
        errors.add("category", "Select a category");
    }
    let summary = read_words(form, "summary", "Enter what the user said", &mut errors);
    let outage = if form.text("outage").is_empty() && form.text("began").is_empty() {
        None
    } else {
        let words = read_words(form, "outage", "Enter what everybody is told", &mut errors);
        let ago = match form.text("began") {
            "" => Some(TimeDelta::zero()),
            minutes => minutes.parse().ok().map(|minutes: u16| TimeDelta::minutes(minutes.into())),
        };
        if ago.is_none_or(|ago| ago > LONGEST_AGO) {
            errors.add("began", "Minutes must be a whole number from 0 to 10,080, which is seven days");
        }
        ago.zip(words)
    };
    match (kind, category, summary) {
        (Some(kind), Some(category), Some(summary)) if errors.is_empty() => {
            Ok(NewCase { kind, category, summary, outage })
        }
        _ => Err(errors),
    }
}

/// A line of words, or what is wrong with it.
pub(super) fn read_words(
    form: &Form,
    field: &'static str,
    empty: &'static str,
    errors: &mut FormErrors,
) -> Option<Reason> {
    let text = form.text(field);
    if text.is_empty() {
        errors.add(field, empty);
        return None;
    }
    let words = text.parse().ok();
    if words.is_none() {
        errors.add(field, format!("This must be one line of at most {} characters", Reason::LONGEST));
    }
    words
}

fn refused(why: NotLogged) -> FormErrors {
    match why {
        NotLogged::Category => FormErrors::one("category", "A request is of category 4: select that"),
        NotLogged::NoOutage => {
            FormErrors::one("outage", "Enter what everybody is told: an incident of category 1 or 2 is shown at Status")
        }
        NotLogged::Outage => {
            FormErrors::one("outage", "Leave this empty: only incidents of category 1 and 2 are shown at Status")
        }
        NotLogged::Began => FormErrors::one("began", "Minutes must be a whole number from 0 to 10,080"),
    }
}

fn page(visit: &Visit<'_>, form: &Form, errors: &FormErrors) -> Blocks {
    let kinds = KINDS.iter().fold(Radios::new("kind", "What is the case about?"), |radios, kind| {
        radios.item(Item::new(kind.code(), words::kind(*kind)))
    });
    let categories = Category::ALL.iter().fold(Radios::new("category", "Category"), |radios, category| {
        let hint = words::category(*category);
        radios.item(Item::new(category.code(), format!("Category {category}")).hint(hint))
    });
    let summary = Input::new("summary", "What did the user say?").hint("Without names or ULNs of learners");
    let outage = Input::new("outage", "What is everybody told at Status?")
        .hint("Only for incidents of category 1 and 2. Say what does not work, and what people can do meanwhile");
    let began = Input::new("began", "How many minutes ago did it begin?")
        .hint("Only for incidents of category 1 and 2. Leave it empty if it began now")
        .numeric()
        .width(5);
    let inside = Act::new(visit, "/desk/incidents/new")
        .with(&kinds.value(form.text("kind")).error(errors.of("kind")))
        .with(&categories.value(form.text("category")).error(errors.of("category")))
        .with(&summary.value(form.as_typed("summary")).error(errors.of("summary")))
        .with(&outage.value(form.as_typed("outage")).error(errors.of("outage")))
        .with(&began.value(form.as_typed("began")).error(errors.of("began")))
        .with(&Button::new("Log the case").once());
    Blocks::new(visit, "Log a case").back("/desk/incidents").errors(errors).with(&inside)
}
