//! The second factor of a link: setting up an authenticator app, and the recovery codes.

use askama::Template;
use qrcode::QrCode;
use qrcode::render::svg;

use super::{form, over};
use crate::domain::{Action, FactorStep, Link, Purpose};
use crate::model::Door;
use crate::portal::answer::Answer;
use crate::portal::components::{Button, Html, Input};
use crate::portal::form::FormErrors;
use crate::portal::form_page::FormPage;
use crate::portal::layout::Layout;
use crate::portal::problem::Problem;
use crate::portal::visit::{SESSION_COOKIE, Visit};

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

/// Takes the code that shows that the app is set up.
pub(super) fn give(visit: &Visit<'_>, link: &Link) -> Result<Answer, Problem> {
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

/// The form for the code, below the picture and the secret.
pub(super) fn set_up<'v>(
    visit: &'v Visit<'_>,
    secret: &str,
    url: &str,
    errors: FormErrors,
) -> Result<FormPage<'v>, Problem> {
    let code = Input::new("code", "Code from the app").numeric().width(10).autocomplete("one-time-code");
    let factor = Factor { picture: picture(url)?, secret: in_groups(secret) };
    let page = FormPage::new(visit, "Set up your second factor", &visit.asked().path, errors, |errors| {
        vec![Html::of(&code.error(errors.of("code"))), Html::of(&Button::new("Finish"))]
    });
    Ok(page.before(Html::of(&factor)))
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
