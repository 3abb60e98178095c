//! A user: details, roles, state, and what can be done.

use super::{act, done, user, words};
use crate::portal::answer::Answer;
use crate::portal::blocks::Blocks;
use crate::portal::components::{Html, SummaryList, SummaryRow};
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /users/{id}`
pub(in crate::portal) fn show(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let user = user(visit)?;
    let to = |page: &str| format!("/users/{}/{page}", user.account_id);
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "Not given".to_owned());
    let details = SummaryList::new()
        .with(SummaryRow::new("Name", user.name()).change(to("details"), "name"))
        .row("E-mail address", user.email.as_str())
        .with(SummaryRow::new("Telephone number", said(&user.telephone)).change(to("details"), "telephone number"))
        .with(SummaryRow::new("Staff number", said(&user.staff_reference)).change(to("details"), "staff number"))
        .row("How the identity was checked", user.identity_check.as_str())
        .with(SummaryRow::new("Roles", words::roles(user.roles)).change(to("roles"), "roles"))
        .row("State", Html::of(&words::status(user.status)))
        .row("Last sign-in", words::last_seen(&user));
    let page = Blocks::new(visit, user.name()).back("/users");
    let page = done(visit).into_iter().fold(page, |page, banner| page.with(&banner));
    let page = page.with(&details).link("See what this user did", to("activity"));
    let acts = act::possible(user.status).map(|act| (act.link.to_owned(), to(act.slug))).collect();
    Answer::page(&page.heading("Access").links(acts))
}
