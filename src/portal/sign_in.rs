//! Signing in and out: e-mail address and password, then the second factor.

use super::answer::Answer;
use super::components::{Button, Html, Input, PasswordInput};
use super::form::FormErrors;
use super::form_page::FormPage;
use super::passkey_question;
use super::problem::Problem;
use super::visit::{PENDING_COOKIE, SESSION_COOKIE, Visit};
use crate::domain::{Action, Credentials, SecondFactor, SignIn};
use crate::model::Door;

/// `GET /sign-in`
pub(super) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    if visit.visitor().is_some() {
        return Ok(Answer::redirect("/"));
    }
    Answer::page(&sign_in_page(visit, "", FormErrors::default()))
}

/// `POST /sign-in`
pub(super) fn submit(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (email, password) = (visit.form().text("email"), visit.form().as_typed("password"));
    let mut errors = FormErrors::default();
    if email.is_empty() {
        errors.add("email", "Enter your e-mail address");
    }
    if password.is_empty() {
        errors.add("password", "Enter your password");
    }
    if !errors.is_empty() {
        return Answer::form_again(&sign_in_page(visit, email, errors));
    }
    let address = visit.asked().address.ok_or(Problem::Malformed)?;
    let service = visit.service();
    let signed_in = service.call(Door::Portal, Action::SignIn, |call| {
        service.accounts().sign_in(call, &Credentials { email, password, address })
    })?;
    match signed_in {
        SignIn::Pending(pending) => {
            Ok(Answer::redirect("/sign-in/second-factor").with_cookie(PENDING_COOKIE, pending.token.as_str()))
        }
        SignIn::Refused => {
            let text = "E-mail address and password do not match an account that can sign in";
            Answer::form_again(&sign_in_page(visit, email, FormErrors::one("email", text)))
        }
    }
}

/// `GET /sign-in/second-factor`
pub(super) fn second_factor_form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    if visit.asked().cookie(PENDING_COOKIE).is_empty() {
        return Ok(Answer::redirect("/sign-in"));
    }
    Answer::page(&second_factor_page(visit, FormErrors::default())?)
}

/// The page for the second factor again, with what was wrong.
pub(super) fn second_factor_again(visit: &Visit<'_>, errors: FormErrors) -> Result<Answer, Problem> {
    Answer::form_again(&second_factor_page(visit, errors)?)
}

/// `POST /sign-in/second-factor`
pub(super) fn second_factor(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let code: String = visit.form().text("code").chars().filter(|letter| !letter.is_whitespace()).collect();
    if code.is_empty() {
        let errors = FormErrors::one("code", "Enter the code from your authenticator app");
        return second_factor_again(visit, errors);
    }
    let (service, pending) = (visit.service(), visit.asked().cookie(PENDING_COOKIE));
    let given = service
        .call(Door::Portal, Action::SecondFactor, |call| service.accounts().second_factor(call, pending, &code))?;
    self::given(visit, given, || {
        let text = "The code does not match: enter the code that your app shows now";
        second_factor_again(visit, FormErrors::one("code", text))
    })
}

/// Where a second factor leads; `wrong` is its form again.
pub(super) fn given(
    visit: &Visit<'_>,
    given: SecondFactor,
    wrong: impl FnOnce() -> Result<Answer, Problem>,
) -> Result<Answer, Problem> {
    match given {
        SecondFactor::SignedIn(session) => Ok(Answer::redirect("/")
            .with_cookie(SESSION_COOKIE, session.token.as_str())
            .with_cookie(PENDING_COOKIE, "")),
        SecondFactor::PasswordExpired(link) => {
            Ok(Answer::redirect(format!("/reset-password/{}", link.as_str())).with_cookie(PENDING_COOKIE, ""))
        }
        SecondFactor::WrongCode => wrong(),
        SecondFactor::Over => {
            let text = "Your sign-in took too long or had too many wrong codes. Start again";
            Ok(Answer::form_again(&sign_in_page(visit, "", FormErrors::one("email", text)))?
                .with_cookie(PENDING_COOKIE, ""))
        }
        SecondFactor::Suspended => {
            let text = "Your account is suspended. A super user of your organisation can reinstate it";
            Ok(Answer::form_again(&sign_in_page(visit, "", FormErrors::one("email", text)))?
                .with_cookie(PENDING_COOKIE, ""))
        }
    }
}

/// `POST /stay-signed-in`: any request does that. Answers the home page for browsers without
/// script.
pub(super) fn stay(_: &Visit<'_>) -> Result<Answer, Problem> {
    Ok(Answer::redirect("/"))
}

/// `POST /sign-out`
pub(super) fn sign_out(visit: &Visit<'_>) -> Result<Answer, Problem> {
    if let Some(session) = visit.visitor() {
        let service = visit.service();
        service.call(Door::Portal, Action::SignOut, |call| service.accounts().sign_out(call, session))?;
    }
    Ok(Answer::redirect("/sign-in").with_cookie(SESSION_COOKIE, ""))
}

fn sign_in_page<'v>(visit: &'v Visit<'_>, email: &str, errors: FormErrors) -> FormPage<'v> {
    let email = Input::new("email", "E-mail address").email().autocomplete("username").value(email);
    let password = PasswordInput::current("password", "Password");
    FormPage::new(visit, "Sign in", "/sign-in", errors, |errors| {
        vec![
            Html::of(&email.error(errors.of("email"))),
            Html::of(&password.error(errors.of("password"))),
            Html::of(&Button::new("Sign in")),
        ]
    })
    .after(Html::literal(
        "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"/reset-password\">Ask for a new password</a></p>",
    ))
}

fn second_factor_page<'v>(visit: &'v Visit<'_>, errors: FormErrors) -> Result<FormPage<'v>, Problem> {
    let code = Input::new("code", "Code").numeric().width(10).autocomplete("one-time-code");
    let code = code.hint("The 6 digits that your authenticator app shows for this service");
    let page = FormPage::new(
        visit,
        "Enter the code from your authenticator app",
        "/sign-in/second-factor",
        errors,
        |errors| vec![Html::of(&code.error(errors.of("code"))), Html::of(&Button::new("Continue"))],
    );
    let page = passkey_question::way_in(visit)?.into_iter().fold(page, FormPage::after);
    Ok(page.after(Html::literal(
        "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"/sign-in/recovery\">Use a recovery code</a></p>",
    )))
}
