//! The pages behind links that come by e-mail: an invitation, a new password, a new second factor;
//! and asking for a new password.

use askama::Template;
use qrcode::QrCode;
use qrcode::render::svg;

use super::answer::Answer;
use super::components::{Button, Html, Input, InsetText, PasswordInput};
use super::form::FormErrors;
use super::form_page::FormPage;
use super::layout::Layout;
use super::problem::Problem;
use super::visit::{SESSION_COOKIE, Visit};
use crate::domain::{Action, FactorStep, Link, PasswordRefusal, PasswordStep, Purpose, Step};
use crate::model::Door;

/// A page that says something and leads on.
#[derive(Template)]
#[template(path = "account_note.html")]
struct Note {
    layout: Layout,
    heading: &'static str,
    text: &'static str,
    next: Button,
}

/// The page with the recovery codes, which are shown once.
#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct RecoveryCodes {
    layout: Layout,
    codes: Vec<String>,
    next: Button,
}

/// How the authenticator app is set up.
#[derive(Template)]
#[template(path = "factor.html")]
struct Factor {
    picture: Html,
    secret: String,
}

impl askama::filters::HtmlSafe for Factor {}

/// `GET /invitation/{token}`, and the same for the other links
pub(super) fn page(visit: &Visit<'_>) -> Result<Answer, Problem> {
    match link(visit)? {
        Some(link) => Answer::page(&form(visit, &link, FormErrors::default())?),
        None => over(visit),
    }
}

/// `POST /invitation/{token}`, and the same for the other links
pub(super) fn submit(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let Some(link) = link(visit)? else { return over(visit) };
    match link.step {
        Step::NewPassword | Step::Password => password(visit, &link),
        Step::Factor { .. } => factor(visit, &link),
    }
}

/// `GET /reset-password`
pub(super) fn forgotten(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&forgotten_page(visit, "", FormErrors::default()))
}

/// `POST /reset-password`
pub(super) fn ask(visit: &Visit<'_>) -> Result<Answer, Problem> {
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

fn link(visit: &Visit<'_>) -> Result<Option<Link>, Problem> {
    Ok(visit.service().accounts().link(visit.parameter("token"))?)
}

fn password(visit: &Visit<'_>, link: &Link) -> Result<Answer, Problem> {
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

fn factor(visit: &Visit<'_>, link: &Link) -> Result<Answer, Problem> {
    let (service, token) = (visit.service(), visit.parameter("token"));
    let code = visit.form().text("code");
    if code.is_empty() {
        let errors = FormErrors::one("code", "Enter the code from your authenticator app");
        return Answer::form_again(&form(visit, link, errors)?);
    }
    let step = service
        .call(Door::Portal, Action::SetSecondFactor, |call| service.accounts().give_factor(call, token, code))?;
    match step {
        FactorStep::Over => over(visit),
        FactorStep::WrongCode => {
            let text = "The code does not match: enter the code that your app shows now";
            Answer::form_again(&form(visit, link, FormErrors::one("code", text))?)
        }
        FactorStep::Done { recovery_codes, token } => {
            let (words, next) = if link.purpose == Purpose::Invitation {
                ("Continue to the user agreement", "/user-agreement")
            } else {
                ("Continue", "/")
            };
            let page =
                RecoveryCodes { layout: Layout::default(), codes: recovery_codes, next: Button::link(words, next) };
            let token = token.as_ref().map_or("", |token| token.as_str());
            Ok(Answer::page(&page)?.with_cookie(SESSION_COOKIE, token))
        }
    }
}

fn over(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&Note {
        layout: visit.layout(),
        heading: "This link has ended",
        text: "It works once, and only for a time. Ask a super user of your organisation for another, or ask for a new \
               password.",
        next: Button::link("Ask for a new password", "/reset-password"),
    })
}

fn path(visit: &Visit<'_>, link: &Link) -> String {
    let page = match link.purpose {
        Purpose::Invitation => "invitation",
        Purpose::Password => "reset-password",
        Purpose::Factor => "second-factor",
    };
    format!("/{page}/{}", visit.parameter("token"))
}

fn form<'v>(visit: &'v Visit<'_>, link: &Link, errors: FormErrors) -> Result<FormPage<'v>, Problem> {
    let action = visit.asked().path.as_str();
    let whose = Html::of(&InsetText::new(format!("The account of {}, {}", link.name, link.email)));
    Ok(match &link.step {
        Step::NewPassword => {
            let chosen = PasswordInput::chosen("password", "New password").hint(
                "At least 8 characters, of three kinds: capital letters, small letters, digits, others. A few words \
                 that do not belong together are good",
            );
            let again = PasswordInput::chosen("again", "The same password again");
            FormPage::new(visit, "Choose a password", action, errors, |errors| {
                vec![
                    Html::of(&chosen.error(errors.of("password"))),
                    Html::of(&again.error(errors.of("again"))),
                    Html::of(&Button::new("Set password")),
                ]
            })
            .before(whose)
        }
        Step::Password => {
            let password = PasswordInput::current("password", "Password");
            FormPage::new(visit, "Enter your password", action, errors, |errors| {
                vec![Html::of(&password.error(errors.of("password"))), Html::of(&Button::new("Continue"))]
            })
            .before(whose)
        }
        Step::Factor { secret, url } => {
            let code = Input::new("code", "Code from the app").numeric().width(10).autocomplete("one-time-code");
            let factor = Factor { picture: picture(url)?, secret: in_groups(secret) };
            FormPage::new(visit, "Set up your second factor", action, errors, |errors| {
                vec![Html::of(&code.error(errors.of("code"))), Html::of(&Button::new("Finish"))]
            })
            .before(Html::of(&factor))
        }
    })
}

fn forgotten_page<'v>(visit: &'v Visit<'_>, email: &str, errors: FormErrors) -> FormPage<'v> {
    let email = Input::new("email", "E-mail address").email().autocomplete("username").value(email);
    FormPage::new(visit, "Ask for a new password", "/reset-password", errors, |errors| {
        vec![Html::of(&email.error(errors.of("email"))), Html::of(&Button::new("Send a link"))]
    })
}

/// The QR code as a picture inside the page.
fn picture(url: &str) -> Result<Html, Problem> {
    let code = QrCode::new(url).map_err(|error| Problem::Failed(format!("a QR code: {error}").into()))?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    let start = drawn.find("<svg").unwrap_or_default();
    let drawn = drawn.get(start..).unwrap_or_default();
    Ok(Html::drawn(drawn.replacen("<svg ", "<svg role=\"img\" aria-label=\"QR code for your authenticator app\" ", 1)))
}

/// A secret in groups of four letters, for typing.
fn in_groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
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
