//! The users of the organisation, by family name.

use super::{call, done, words};
use crate::domain::{Action, User};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Anchor, Blocks};
use crate::portal::components::{Button, Cell, Html, Pagination, Table};
use crate::portal::form::Form;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// Users on a page.
const PAGE: usize = 50;

/// `GET /users`
pub(in crate::portal) fn list(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let users = call(visit, Action::ViewUsers, |users| users.all())?;
    let pages = users.len().div_ceil(PAGE).max(1);
    let asked = Form::of(visit.asked().query.as_bytes());
    let current = asked.text("page").parse().unwrap_or(1).clamp(1, pages);
    let page = Blocks::new(visit, "Users");
    let page = done(visit).into_iter().fold(page, |page, banner| page.with(&banner));
    let page = page
        .with(&Button::link("Invite a user", "/users/new"))
        .with(&table(users.iter().skip((current - 1) * PAGE).take(PAGE)));
    Answer::page(&if pages > 1 {
        page.with(&Pagination::numbered(current, pages, |number| format!("/users?page={number}")))
    } else {
        page
    })
}

fn table<'u>(users: impl Iterator<Item = &'u User>) -> Table {
    let rows = users.map(|user| {
        [
            Cell::from(Html::of(&Anchor::new(user.name(), format!("/users/{}", user.account_id)))),
            Cell::from(user.email.as_str()),
            Cell::from(words::roles(user.roles)),
            Cell::from(Html::of(&words::status(user.status))),
            Cell::from(words::last_seen(user)),
        ]
    });
    let head = ["Name", "E-mail address", "Roles", "State", "Last sign-in"];
    rows.fold(Table::new("Users of your organisation").head(head), Table::row)
}
