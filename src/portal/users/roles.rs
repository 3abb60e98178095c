//! Changing the roles of a user.

use super::{call, fields, refusal, user};
use crate::domain::{Action, Roles, User};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::Button;
use crate::portal::form::FormErrors;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /users/{id}/roles`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let user = user(visit)?;
    Answer::page(&page(visit, &user, user.roles, &FormErrors::default())?)
}

/// `POST /users/{id}/roles`
pub(in crate::portal) fn set(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let user = user(visit)?;
    let mut errors = FormErrors::default();
    let roles = fields::read_roles(visit.form(), &mut errors);
    if errors.is_empty() {
        let changed = call(visit, Action::SetUserRoles, |users| users.set_roles(user.account_id, roles))?;
        match refusal(changed)? {
            None => return Ok(Answer::redirect(format!("/users/{}?done=roles", user.account_id))),
            Some(why) => errors.add("roles", why),
        }
    }
    Answer::form_again(&page(visit, &user, roles, &errors)?)
}

fn page(visit: &Visit<'_>, user: &User, chosen: Roles, errors: &FormErrors) -> Result<Blocks, Problem> {
    let offered = call(visit, Action::ViewUsers, |users| Ok(fields::offered(users)))?;
    let path = format!("/users/{}", user.account_id);
    let form = Act::new(visit, format!("{path}/roles"))
        .with(&fields::roles(offered, chosen, errors))
        .with(&Button::new("Change the roles").once());
    let page = Blocks::new(visit, "Change roles").caption(user.name()).back(&path).errors(errors);
    Ok(page.say("If the user is signed in, they are signed out.").with(&form))
}
