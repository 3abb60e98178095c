//! Learners: finding one by ULN, and the learner's page.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::components::{Button, Html, Input, SummaryList};
use super::form::FormErrors;
use super::form_page::FormPage;
use super::layout::Layout;
use super::problem::Problem;
use super::visit::{Kept, Visit};
use crate::domain::{Action, FindByUln, Found, FoundLearner};
use crate::model::Uln;

/// A find that led to a learner, so that the learner's page can be opened again.
#[derive(Serialize, Deserialize)]
struct FoundBy {
    uln: String,
    given_name: String,
    family_name: String,
}

impl Kept for FoundBy {
    const KIND: &'static str = "found by ULN";
}

/// `GET /learners/find`
pub(super) fn find_form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&find_page(visit, FormErrors::default()))
}

/// `POST /learners/find`
pub(super) fn find(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let form = visit.form();
    let uln: String = form.text("uln").chars().filter(|letter| !letter.is_whitespace()).collect();
    let mut errors = FormErrors::default();
    match uln.len() {
        0 => errors.add("uln", "Enter a ULN"),
        10 if uln.bytes().all(|byte| byte.is_ascii_digit()) => {
            if uln.parse::<Uln>().is_err() {
                errors.add("uln", "Check the ULN: its last digit does not fit the others");
            }
        }
        _ => errors.add("uln", "ULN must have 10 digits"),
    }
    for (field, text) in [("given_name", "Enter a given name"), ("family_name", "Enter a family name")] {
        if form.text(field).is_empty() {
            errors.add(field, text);
        }
    }
    if !errors.is_empty() {
        return Answer::form_again(&find_page(visit, errors));
    }
    let by = FoundBy {
        uln,
        given_name: form.text("given_name").to_owned(),
        family_name: form.text("family_name").to_owned(),
    };
    match found(visit, &by)? {
        Some(_) => Ok(Answer::redirect(format!("/learners/{}", visit.keep(&by)?))),
        None => {
            let text = "No learner has this ULN with these names (WSRC0001)";
            Answer::form_again(&find_page(visit, FormErrors::one("uln", text)))
        }
    }
}

/// `GET /learners/{handle}`
pub(super) fn show(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let by: FoundBy = visit.kept(visit.parameter("handle"))?;
    let found = found(visit, &by)?.ok_or(Problem::NotFound)?;
    let learner = &found.learner;
    let name = format!("{} {}", learner.names.given, learner.names.family);
    Answer::page(&LearnerPage {
        layout: visit.layout(),
        name: &name,
        uln: learner.uln.as_str(),
        details: details(&found),
    })
}

fn found(visit: &Visit<'_>, by: &FoundBy) -> Result<Option<FoundLearner>, Problem> {
    let query = FindByUln { uln: by.uln.parse().ok(), family_name: &by.family_name, given_name: &by.given_name };
    let found = visit.call(Action::FindByUln, |caller| visit.service().learners().find(caller, &query))?;
    Ok(match found {
        Found::Exact(learner) | Found::MasterSubstituted(learner) => Some(*learner),
        Found::Possible(learners) => learners.into_iter().next(),
        Found::None | Found::Unreadable(_) | Found::TooMany { .. } => None,
    })
}

fn find_page<'v>(visit: &'v Visit<'_>, errors: FormErrors) -> FormPage<'v> {
    let form = visit.form();
    let field = |name: &'static str, label: &str| {
        Input::new(name, label).unspelled().autocomplete("off").value(form.text(name))
    };
    let uln = field("uln", "ULN").numeric().width(10).hint("The 10 digits of the Unique Learner Number");
    FormPage::new(visit, "Find a learner", "/learners/find", errors, |errors| {
        vec![
            Html::of(&uln.error(errors.of("uln"))),
            Html::of(&field("given_name", "Given name").width(20).error(errors.of("given_name"))),
            Html::of(&field("family_name", "Family name").width(20).error(errors.of("family_name"))),
            Html::of(&Button::new("Find learner")),
        ]
    })
}

/// A learner's details.
#[derive(Template)]
#[template(path = "learner.html")]
struct LearnerPage<'p> {
    layout: Layout,
    name: &'p str,
    uln: &'p str,
    details: SummaryList,
}

fn details(found: &FoundLearner) -> SummaryList {
    let learner = &found.learner;
    let mut list = SummaryList::new()
        .row("Given name", learner.names.given.as_str())
        .row("Family name", learner.names.family.as_str())
        .row("Date of birth", learner.birth.date.format("%-d %B %Y").to_string())
        .row("Gender", learner.gender.meaning())
        .row("Last known postcode", learner.address.postcode.to_string());
    for uln in &found.linked_ulns {
        list = list.row("Linked ULN", uln.as_str());
    }
    list
}
