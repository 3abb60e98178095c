//! The second factor again: what only a recent one allows asks for a code first, and goes on with
//! the form that was sent.

use super::answer::Answer;
use super::blocks::{Act, Blocks};
use super::components::{Button, Input};
use super::form::FormErrors;
use super::problem::Problem;
use super::visit::{CSRF_FIELD, Visit};
use crate::domain::Action;
use crate::model::Door;

/// The field with the code. No other form has it.
const CODE_FIELD: &str = "confirm_code";

/// The page that asks for a code, unless one was given within ten minutes or comes with this form.
/// It carries the form that was sent, so that nothing typed is lost, and is sent to where that was.
pub(super) fn ask(visit: &Visit<'_>) -> Result<Option<Answer>, Problem> {
    let (service, session, form) = (visit.service(), visit.session()?, visit.form());
    if session.factor_is_recent {
        return Ok(None);
    }
    let Some(code) = form.all(CODE_FIELD).next() else {
        return Answer::page(&page(visit, &FormErrors::default())).map(Some);
    };
    let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    if code.is_empty() {
        let errors = FormErrors::one(CODE_FIELD, "Enter the code from your authenticator app");
        return Answer::form_again(&page(visit, &errors)).map(Some);
    }
    let is_right =
        service.call(Door::Portal, Action::SecondFactor, |call| service.accounts().confirm(call, session, &code))?;
    if is_right {
        return Ok(None);
    }
    let text = "The code does not match, or was used before: enter the code that your app shows now";
    Answer::form_again(&page(visit, &FormErrors::one(CODE_FIELD, text))).map(Some)
}

fn page(visit: &Visit<'_>, errors: &FormErrors) -> Blocks {
    let path = visit.asked().path.as_str();
    let code = Input::new(CODE_FIELD, "Code").numeric().width(10).autocomplete("one-time-code");
    let code = code.hint("The 6 digits that your authenticator app shows for this service");
    let kept = visit.form().fields().filter(|(name, _)| ![CSRF_FIELD, CODE_FIELD].contains(name));
    let form = kept
        .fold(Act::new(visit, path), |form, (name, value)| form.hidden(name.to_owned(), value))
        .with(&code.error(errors.of(CODE_FIELD)))
        .with(&Button::new("Confirm").once());
    Blocks::new(visit, "Enter the code from your authenticator app")
        .errors(errors)
        .back(path)
        .say(
            "Your last code is more than 10 minutes old, and what you want to do asks for another. What you entered \
             is kept.",
        )
        .with(&form)
}
