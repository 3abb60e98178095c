//! Asking for a new password. The answer is always the same, so that nobody learns who has an
//! account.

use super::Note;
use crate::domain::Action;
use crate::model::Door;
use crate::portal::answer::Answer;
use crate::portal::components::{Button, Html, Input};
use crate::portal::form::FormErrors;
use crate::portal::form_page::FormPage;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /reset-password`
pub(in crate::portal) fn forgotten(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&forgotten_page(visit, "", FormErrors::default()))
}

/// `POST /reset-password`
pub(in crate::portal) fn ask(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let email = visit.form().text("email");
    if email.is_empty() {
        let errors = FormErrors::one("email", "Enter your e-mail address");
        return Answer::form_again(&forgotten_page(visit, email, errors));
    }
    let service = visit.service();
    service.call(Door::Portal, Action::AskForPassword, |call| service.accounts().forgot_password(call, email))?;
    Answer::page(&Note {
        layout: visit.layout(),
        heading: "Check your e-mail",
        text: "If there is an account with this address, a link for a new password is on its way. The link works once, \
               within 24 hours.",
        next: Button::link("Back to sign in", "/sign-in"),
    })
}

fn forgotten_page<'v>(visit: &'v Visit<'_>, email: &str, errors: FormErrors) -> FormPage<'v> {
    let email = Input::new("email", "E-mail address").email().autocomplete("username").value(email);
    FormPage::new(visit, "Ask for a new password", "/reset-password", errors, |errors| {
        vec![Html::of(&email.error(errors.of("email"))), Html::of(&Button::new("Send a link"))]
    })
}
