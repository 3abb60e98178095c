//! Inviting a user: who it is, how the identity was checked, and the roles.

use super::fields::{FAMILY_NAME, GIVEN_NAME, IDENTITY_CHECK, STAFF_REFERENCE, TELEPHONE};
use super::{call, fields};
use crate::domain::{Action, Invited, NewUser};
use crate::model::EmailAddress;
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Input};
use crate::portal::form::FormErrors;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /users/new`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&page(visit, &FormErrors::default())?)
}

/// `POST /users/new`
pub(in crate::portal) fn invite(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let form = visit.form();
    let mut errors = FormErrors::default();
    let given_name = GIVEN_NAME.read(form, &mut errors);
    let family_name = FAMILY_NAME.read(form, &mut errors);
    let email = read_email(form.text("email"), &mut errors);
    let telephone = TELEPHONE.read(form, &mut errors);
    let staff_reference = STAFF_REFERENCE.read(form, &mut errors);
    let identity_check = IDENTITY_CHECK.read(form, &mut errors);
    let roles = fields::read_roles(form, &mut errors);
    let Some(email) = email.filter(|_| errors.is_empty()) else {
        return Answer::form_again(&page(visit, &errors)?);
    };
    let new = NewUser {
        email: &email,
        given_name,
        family_name,
        telephone: fields::given(telephone),
        staff_reference: fields::given(staff_reference),
        identity_check,
        roles,
    };
    let (field, text) = match call(visit, Action::AddUser, |users| users.invite(&new))? {
        Invited::Invited { account_id, .. } => {
            return Ok(Answer::redirect(format!("/users/{account_id}?done=invited")));
        }
        Invited::Joined { account_id } => return Ok(Answer::redirect(format!("/users/{account_id}?done=joined"))),
        Invited::IsThere => ("email", "A user of your organisation has this e-mail address already"),
        Invited::RolesNotAllowed => ("roles", "Your organisation may not give one of these roles"),
        Invited::SharedMailbox => {
            ("email", "Several people read this e-mail address. A super user needs a personal one")
        }
    };
    Answer::form_again(&page(visit, &FormErrors::one(field, text))?)
}

fn read_email(text: &str, errors: &mut FormErrors) -> Option<EmailAddress> {
    match text.parse() {
        Ok(email) => return Some(email),
        Err(_) if text.is_empty() => errors.add("email", "Enter an e-mail address"),
        Err(_) => errors.add("email", "Enter an e-mail address such as name@college.example"),
    }
    None
}

/// The form, as it was sent.
fn page(visit: &Visit<'_>, errors: &FormErrors) -> Result<Blocks, Problem> {
    let offered = call(visit, Action::ViewUsers, |users| Ok(fields::offered(users)))?;
    let sent = visit.form();
    let line = |line: &fields::Line| line.input(sent.as_typed(line.name), errors);
    let email = Input::new("email", "E-mail address").email().value(sent.as_typed("email"));
    let chosen = fields::read_roles(sent, &mut FormErrors::default());
    let form = Act::new(visit, "/users/new")
        .with(&line(&GIVEN_NAME))
        .with(&line(&FAMILY_NAME))
        .with(&email.error(errors.of("email")))
        .with(&line(&TELEPHONE).width(20))
        .with(&line(&STAFF_REFERENCE).width(20))
        .with(&line(&IDENTITY_CHECK))
        .with(&fields::roles(offered, chosen, errors))
        .with(&Button::new("Send the invitation").once());
    let page = Blocks::new(visit, "Invite a user").back("/users").errors(errors);
    Ok(page.say("The person gets a link by e-mail, which works once, within 48 hours.").with(&form))
}
