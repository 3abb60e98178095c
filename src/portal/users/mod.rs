//! The users of the organisation, for its super users: who they are, what they may do, and what is
//! done with their accounts.

mod act;
mod activity;
mod fields;
mod invite;
mod list;
mod roles;
mod show;
mod update;
mod words;

pub(super) use act::{act, ask};
pub(super) use activity::activity;
pub(super) use invite::{form as invite_form, invite};
pub(super) use list::list;
pub(super) use roles::{form as roles_form, set as set_roles};
pub(super) use show::show;
pub(super) use update::{form as update_form, update};

use super::components::NotificationBanner;
use super::form::Form;
use super::problem::Problem;
use super::visit::Visit;
use crate::domain::{Action, Changed, Error, User, Users};

/// Does something with the users of the organisation that the visitor works for now.
fn call<T>(visit: &Visit<'_>, action: Action, act: impl FnOnce(&Users<'_>) -> Result<T, Error>) -> Result<T, Problem> {
    let place = visit.session()?.chosen.as_ref().ok_or(Problem::NoOrganisation)?;
    let (service, ukprn) = (visit.service(), place.organisation.ukprn);
    visit.call(action, |caller| act(&service.accounts().users(caller, ukprn)?))
}

/// The account that the address of this page names.
fn named(visit: &Visit<'_>) -> Result<i32, Problem> {
    visit.parameter("id").parse().map_err(|_| Problem::NotFound)
}

/// The user that the address of this page names.
fn user(visit: &Visit<'_>) -> Result<User, Problem> {
    let id = named(visit)?;
    call(visit, Action::ViewUsers, |users| users.find(id))?.ok_or(Problem::NotFound)
}

/// Why a change was not made, in words; nothing if it was.
fn refusal(changed: Changed) -> Result<Option<&'static str>, Problem> {
    Ok(Some(match changed {
        Changed::Done => return Ok(None),
        Changed::Unknown => return Err(Problem::NotFound),
        Changed::LastSuperUser => {
            "This is the last super user of your organisation who can sign in. Make somebody else a super user first"
        }
        Changed::RolesNotAllowed => "Your organisation may not give one of these roles",
        Changed::SharedMailbox => "Several people read this e-mail address. A super user needs a personal one",
        Changed::SharedAccount => "This person works for other organisations too, and only they can change their name",
    }))
}

/// The banner that says what was just done with a user. The address tells which of these it is.
fn done(visit: &Visit<'_>) -> Option<NotificationBanner> {
    let asked = Form::of(visit.asked().query.as_bytes());
    let text = match asked.text("done") {
        "invited" => "An invitation is on its way by e-mail. Its link works once, within 48 hours",
        "joined" => "This person has an account already, and can now work for your organisation too",
        "roles" => "The roles are changed. If the user was signed in, they sign in again",
        "details" => "The details are changed",
        slug => act::done(slug)?,
    };
    Some(NotificationBanner::success(text))
}
