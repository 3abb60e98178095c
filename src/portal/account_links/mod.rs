//! The pages behind links that come by e-mail: an invitation, a new password, a new second factor;
//! and asking for a new password.

mod factor;
mod forgotten;
mod password;

pub(super) use forgotten::{ask, forgotten};

use askama::Template;

use super::answer::Answer;
use super::components::Button;
use super::form::FormErrors;
use super::form_page::FormPage;
use super::layout::Layout;
use super::problem::Problem;
use super::visit::Visit;
use crate::domain::{Link, Purpose, Step};

/// A page that says something and leads on.
#[derive(Template)]
#[template(path = "account_note.html")]
struct Note {
    layout: Layout,
    heading: &'static str,
    text: &'static str,
    next: Button,
}

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
        Step::NewPassword | Step::Password => password::give(visit, &link),
        Step::Factor { .. } => factor::give(visit, &link),
    }
}

fn link(visit: &Visit<'_>) -> Result<Option<Link>, Problem> {
    Ok(visit.service().accounts().link(visit.parameter("token"))?)
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

/// The form of the link's next step.
fn form<'v>(visit: &'v Visit<'_>, link: &Link, errors: FormErrors) -> Result<FormPage<'v>, Problem> {
    match &link.step {
        Step::NewPassword => Ok(password::choose(visit, link, errors)),
        Step::Password => Ok(password::enter(visit, link, errors)),
        Step::Factor { secret, url } => factor::set_up(visit, secret, url, errors),
    }
}
