//! Changing the details of a user.

use super::fields::{self, FAMILY_NAME, GIVEN_NAME, Line, STAFF_REFERENCE, TELEPHONE};
use super::{call, refusal, user};
use crate::domain::{Action, User, UserDetails};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::Button;
use crate::portal::form::FormErrors;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /users/{id}/details`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let user = user(visit)?;
    let value = |line: &Line| match line.name {
        "given_name" => user.given_name.as_str(),
        "family_name" => user.family_name.as_str(),
        "telephone" => user.telephone.as_deref().unwrap_or_default(),
        _ => user.staff_reference.as_deref().unwrap_or_default(),
    };
    Answer::page(&page(visit, &user, value, &FormErrors::default()))
}

/// `POST /users/{id}/details`
pub(in crate::portal) fn update(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (user, form) = (user(visit)?, visit.form());
    let mut errors = FormErrors::default();
    let given_name = GIVEN_NAME.read(form, &mut errors);
    let family_name = FAMILY_NAME.read(form, &mut errors);
    let telephone = fields::given(TELEPHONE.read(form, &mut errors));
    let staff_reference = fields::given(STAFF_REFERENCE.read(form, &mut errors));
    if errors.is_empty() {
        let details = UserDetails { given_name, family_name, telephone, staff_reference };
        match refusal(call(visit, Action::UpdateUser, |users| users.update(user.account_id, &details))?)? {
            None => return Ok(Answer::redirect(format!("/users/{}?done=details", user.account_id))),
            Some(why) => errors.add("given_name", why),
        }
    }
    Answer::form_again(&page(visit, &user, |line| form.as_typed(line.name), &errors))
}

fn page<'u>(visit: &Visit<'_>, user: &'u User, value: impl Fn(&Line) -> &'u str, errors: &FormErrors) -> Blocks {
    let path = format!("/users/{}", user.account_id);
    let line = |line: &Line| line.input(value(line), errors);
    let form = Act::new(visit, format!("{path}/details"))
        .with(&line(&GIVEN_NAME))
        .with(&line(&FAMILY_NAME))
        .with(&line(&TELEPHONE).width(20))
        .with(&line(&STAFF_REFERENCE).width(20))
        .with(&Button::new("Change the details").once());
    Blocks::new(visit, "Change details").caption(user.name()).back(&path).errors(errors).with(&form)
}
