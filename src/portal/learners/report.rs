//! Reporting a problem with a ULN to the service desk, and what came of such reports.

use super::fields::{self, Filled, control};
use super::find::today;
use super::words::Asked;
use crate::domain::format::Field;
use crate::domain::verification::Claimed;
use crate::domain::{Action, NewUlnProblem, Reported, VerifyQuery};
use crate::model::{Case, Reason, Uln, UlnProblemKind};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Cell, Input, Item, NotificationBanner, Radios, Table};
use crate::portal::form::{Form, FormErrors};
use crate::portal::problem::Problem;
use crate::portal::times;
use crate::portal::visit::Visit;

const ASKED: [Field; 3] = [Field::Uln, Field::GivenName, Field::FamilyName];

/// `GET /uln-problems/new`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&page(visit, &Form::default(), &FormErrors::default()))
}

/// `POST /uln-problems/new`
pub(in crate::portal) fn report(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let form = visit.form();
    let (details, mut errors) = fields::read(form, &ASKED, &ASKED, today(visit));
    let kind: Option<UlnProblemKind> = form.text("problem").parse().ok();
    if kind.is_none() {
        errors.add("problem", "Select what is wrong with the ULN");
    }
    let other = form.text("other").replace(' ', "");
    let other: Option<Uln> = match (other.as_str(), other.parse()) {
        ("", _) => None,
        (_, Ok(uln)) => Some(uln),
        _ => {
            errors.add("other", "The other ULN must have 10 digits, and its last digit must fit the others");
            None
        }
    };
    let explanation: Option<Reason> = form.text("explanation").parse().ok();
    if form.text("explanation").is_empty() {
        errors.add("explanation", "Enter what you know about the problem");
    } else if explanation.is_none() {
        errors.add("explanation", format!("This must be one line of at most {} characters", Reason::LONGEST));
    }
    let (Some(kind), Some(explanation), true) = (kind, explanation, errors.is_empty()) else {
        return Answer::form_again(&page(visit, form, &errors));
    };
    let claimed = Claimed::names(details.get(Field::GivenName), details.get(Field::FamilyName));
    let learner = VerifyQuery { uln: details.get(Field::Uln).parse().ok(), claimed };
    let new = NewUlnProblem { kind, learner, other, explanation };
    match visit.call(Action::ReportUlnProblem, |caller| visit.service().uln_problems().report(caller, &new))? {
        Reported::Reported(case) => Ok(Answer::redirect(format!("/uln-problems?reported={case}"))),
        Reported::NotFound => {
            let errors =
                FormErrors::one(Asked::of(Field::Uln).name, "No learner has this ULN with these names (WSRC0001)");
            Answer::form_again(&page(visit, form, &errors))
        }
    }
}

/// `GET /uln-problems`: the reports of the user's organisation.
pub(in crate::portal) fn list(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let cases = visit.call(Action::ViewUlnProblems, |caller| visit.service().uln_problems().own(caller))?;
    let mut page = Blocks::new(visit, "ULN problems");
    let reported = Form::of(visit.asked().query.as_bytes()).text("reported").parse::<i32>().ok();
    if let Some(case) = reported.filter(|number| cases.iter().any(|case| case.number == *number)) {
        page = page.with(&NotificationBanner::success(format!(
            "You have reported the problem. It is case {case} of the service desk; the outcome will stand on this page."
        )));
    }
    page = page.with(&Button::link("Report a ULN problem", "/uln-problems/new"));
    Answer::page(&match cases.as_slice() {
        [] => page.say("Your organisation has not reported any problem."),
        cases => page.with(&table(cases)),
    })
}

fn table(cases: &[Case]) -> Table {
    let head = ["Case", "What was reported", "By", "When", "Outcome"];
    let table = Table::new("What your organisation reported, the newest first").caption_size("m").head(head);
    cases.iter().fold(table, |table, case| {
        let outcome = case.rectified.as_ref();
        table.row([
            Cell::from(format!("Case {}", case.number)),
            Cell::from(case.summary.as_str()),
            Cell::from(case.logged_by.as_str()),
            Cell::from(times::moment(case.logged_at)),
            Cell::from(outcome.map_or_else(|| "Not yet".to_owned(), |outcome| outcome.advice.as_str().to_owned())),
        ])
    })
}

fn page(visit: &Visit<'_>, form: &Form, errors: &FormErrors) -> Blocks {
    let problems = Radios::new("problem", "What is wrong with the ULN?")
        .item(
            Item::new("created-incorrectly", "It was created incorrectly")
                .hint("The person had another ULN, or is not real"),
        )
        .item(
            Item::new("merged-incorrectly", "It was merged incorrectly")
                .hint("Two ULNs were linked that belong to two people"),
        )
        .item(Item::new("shared", "Two people share it, or something else is wrong"));
    let other = Input::new("other", "Another ULN (optional)")
        .hint("The person\u{2019}s other ULN, or that of the other person, if you know it")
        .numeric()
        .width(20);
    let explanation = Input::new("explanation", "What do you know about it?")
        .hint("For example how you noticed, and which documents you have seen");
    let act = ASKED
        .into_iter()
        .fold(Act::new(visit, "/uln-problems/new"), |act, field| act.with(&control(field, Filled::Typed(form), errors)))
        .with(&problems.value(form.text("problem")).error(errors.of("problem")))
        .with(&other.value(form.as_typed("other")).error(errors.of("other")))
        .with(&explanation.value(form.as_typed("explanation")).error(errors.of("explanation")))
        .with(&Button::new("Report the problem").once());
    Blocks::new(visit, "Report a ULN problem").back("/uln-problems").errors(errors).with(&act)
}
