//! The password of a link: a new one, or the account's own before a new second factor.

use super::{Note, form, over, path};
use crate::domain::{Action, Link, PasswordRefusal, PasswordStep, Step};
use crate::model::Door;
use crate::portal::answer::Answer;
use crate::portal::components::{Button, Html, InsetText, PasswordInput};
use crate::portal::form::FormErrors;
use crate::portal::form_page::FormPage;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// Takes the password that was sent.
pub(super) fn give(visit: &Visit<'_>, link: &Link) -> Result<Answer, Problem> {
    let (chosen, again) = (visit.form().as_typed("password"), visit.form().as_typed("again"));
    let is_new = matches!(link.step, Step::NewPassword);
    let mut errors = FormErrors::default();
    if chosen.is_empty() {
        errors.add("password", if is_new { "Enter a new password" } else { "Enter your password" });
    } else if is_new && chosen != again {
        errors.add("again", "The two passwords are different: enter the same one again");
    }
    if !errors.is_empty() {
        return Answer::form_again(&form(visit, link, errors)?);
    }
    let address = visit.asked().address.ok_or(Problem::Malformed)?;
    let (service, token) = (visit.service(), visit.parameter("token"));
    let step = service.call(Door::Portal, Action::SetUserPassword, |call| {
        service.accounts().give_password(call, token, chosen, address)
    })?;
    let text = match step {
        PasswordStep::Next => return Ok(Answer::redirect(path(visit, link))),
        PasswordStep::Over => return over(visit),
        PasswordStep::Done => {
            return Answer::page(&Note {
                layout: visit.layout(),
                heading: "Your password is changed",
                text: "Sign in with your new password.",
                next: Button::link("Sign in", "/sign-in"),
            });
        }
        PasswordStep::Wrong => "The password is not your account’s",
        PasswordStep::Refused(refusal) => words(refusal),
    };
    Answer::form_again(&form(visit, link, FormErrors::one("password", text))?)
}

/// The form for a new password.
pub(super) fn choose<'v>(visit: &'v Visit<'_>, link: &Link, errors: FormErrors) -> FormPage<'v> {
    let chosen = PasswordInput::chosen("password", "New password").hint(
        "At least 8 characters, of three kinds: capital letters, small letters, digits, others. A few words that do \
         not belong together are good",
    );
    let again = PasswordInput::chosen("again", "The same password again");
    FormPage::new(visit, "Choose a password", &visit.asked().path, errors, |errors| {
        vec![
            Html::of(&chosen.error(errors.of("password"))),
            Html::of(&again.error(errors.of("again"))),
            Html::of(&Button::new("Set password")),
        ]
    })
    .before(whose(link))
}

/// The form for the password that the account has.
pub(super) fn enter<'v>(visit: &'v Visit<'_>, link: &Link, errors: FormErrors) -> FormPage<'v> {
    let password = PasswordInput::current("password", "Password");
    FormPage::new(visit, "Enter your password", &visit.asked().path, errors, |errors| {
        vec![Html::of(&password.error(errors.of("password"))), Html::of(&Button::new("Continue"))]
    })
    .before(whose(link))
}

fn whose(link: &Link) -> Html {
    Html::of(
        &InsetText::new(format!("The account of {}, {}", link.name, link.email)).classes("govuk-!-text-break-word"),
    )
}

fn words(refusal: PasswordRefusal) -> &'static str {
    match refusal {
        PasswordRefusal::TooShort => "Password must have 8 characters or more",
        PasswordRefusal::TooLong => "Password must have 128 characters or fewer",
        PasswordRefusal::TooFewKinds => {
            "Password must have three of: capital letters, small letters, digits, other characters"
        }
        PasswordRefusal::Common => "The password is easy to guess: choose another",
        PasswordRefusal::UsedBefore => "The password is one of your last 12: choose another",
    }
}
