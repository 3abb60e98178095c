//! What users decide before they work: the organisation, and the user agreement; and the sign-in
//! with a recovery code.

use askama::Template;

use super::answer::Answer;
use super::components::{Button, Html, Input, Item, Radios};
use super::form::FormErrors;
use super::form_page::FormPage;
use super::layout::Layout;
use super::problem::Problem;
use super::sign_in;
use super::visit::{PENDING_COOKIE, Visit};
use crate::domain::Action;
use crate::model::Door;

/// The page with the user agreement, and a button for those who have not accepted it.
#[derive(Template)]
#[template(path = "user_agreement.html")]
struct UserAgreement {
    layout: Layout,
    accept: Option<Button>,
}

/// `GET /organisation`
pub(super) fn organisations(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&organisation_page(visit, FormErrors::default())?)
}

/// `POST /organisation`
pub(super) fn choose(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (service, session) = (visit.service(), visit.session()?);
    let is_chosen = match visit.form().text("organisation").parse() {
        Ok(ukprn) => service
            .call(Door::Portal, Action::ChooseOrganisation, |call| service.accounts().choose(call, session, ukprn))?,
        Err(_) => false,
    };
    if is_chosen {
        return Ok(Answer::redirect("/"));
    }
    let errors = FormErrors::one("organisation", "Choose an organisation");
    Answer::form_again(&organisation_page(visit, errors)?)
}

/// `GET /user-agreement`
pub(super) fn agreement(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let must_accept = visit.visitor().is_some_and(|session| !session.has_agreed);
    let accept = must_accept.then(|| Button::new("Accept the user agreement"));
    Answer::page(&UserAgreement { layout: visit.layout(), accept })
}

/// `POST /user-agreement`
pub(super) fn accept(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (service, session) = (visit.service(), visit.session()?);
    service.call(Door::Portal, Action::AcceptAgreement, |call| service.accounts().accept_agreement(call, session))?;
    Ok(Answer::redirect("/"))
}

/// `GET /sign-in/recovery`
pub(super) fn recovery(visit: &Visit<'_>) -> Result<Answer, Problem> {
    if visit.asked().cookie(PENDING_COOKIE).is_empty() {
        return Ok(Answer::redirect("/sign-in"));
    }
    Answer::page(&recovery_page(visit, FormErrors::default()))
}

/// `POST /sign-in/recovery`
pub(super) fn recover(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (service, code) = (visit.service(), visit.form().text("code"));
    if code.is_empty() {
        return Answer::form_again(&recovery_page(visit, FormErrors::one("code", "Enter a recovery code")));
    }
    let pending = visit.asked().cookie(PENDING_COOKIE);
    let given =
        service.call(Door::Portal, Action::UseRecoveryCode, |call| service.accounts().recover(call, pending, code))?;
    sign_in::given(visit, given, || {
        let text = "The code does not belong to your account, or has already been used";
        Answer::form_again(&recovery_page(visit, FormErrors::one("code", text)))
    })
}

fn organisation_page<'v>(visit: &'v Visit<'_>, errors: FormErrors) -> Result<FormPage<'v>, Problem> {
    let session = visit.session()?;
    let choice = session.places.iter().fold(Radios::new("organisation", "Organisation"), |choice, place| {
        choice.item(Item::new(place.organisation.ukprn.as_str(), &*place.organisation.name))
    });
    Ok(FormPage::new(visit, "Choose the organisation to work for", "/organisation", errors, |errors| {
        vec![Html::of(&choice.error(errors.of("organisation"))), Html::of(&Button::new("Continue"))]
    }))
}

fn recovery_page<'v>(visit: &'v Visit<'_>, errors: FormErrors) -> FormPage<'v> {
    let code = Input::new("code", "Recovery code").unspelled().width(20);
    let code = code.hint("One of the ten codes that you got when you set up your second factor");
    FormPage::new(visit, "Sign in with a recovery code", "/sign-in/recovery", errors, |errors| {
        vec![Html::of(&code.error(errors.of("code"))), Html::of(&Button::new("Sign in"))]
    })
}
