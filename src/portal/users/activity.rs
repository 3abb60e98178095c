//! What a user did for the organisation in the last 90 days. No learner is named.

use super::{call, named, user};
use crate::domain::{Action, Activity};
use crate::portal::answer::Answer;
use crate::portal::batches::time;
use crate::portal::blocks::Blocks;
use crate::portal::components::{Cell, Pagination, Table};
use crate::portal::form::Form;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /users/{id}/activity`
pub(in crate::portal) fn activity(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (id, user) = (named(visit)?, user(visit)?);
    let asked = Form::of(visit.asked().query.as_bytes()).text("page").parse().unwrap_or(1);
    let found = call(visit, Action::ViewUserActivity, |users| users.activity(id, asked))?.ok_or(Problem::NotFound)?;
    let page = Blocks::new(visit, "What this user did").caption(user.name()).back(&format!("/users/{id}"));
    let page = match found.lines.as_slice() {
        [] => page.say("Nothing in the last 90 days."),
        lines => page
            .say("The last 90 days, newest first. Sign-ins and changes of the account are shown too.")
            .with(&table(lines)),
    };
    let (current, last) = (count(found.page), count(found.pages));
    Answer::page(&if last > 1 {
        page.with(&Pagination::numbered(current, last, |number| format!("/users/{id}/activity?page={number}")))
    } else {
        page
    })
}

fn table(lines: &[Activity]) -> Table {
    let rows = lines.iter().map(|line| {
        [
            Cell::from(time(line.at)),
            Cell::from(line.action.map_or_else(|| "Something else".to_owned(), words)),
            Cell::from(line.outcome.as_str()),
            Cell::from(line.by.as_deref().unwrap_or("This user")),
        ]
    });
    rows.fold(Table::new("Activity").head(["When", "What", "Outcome", "By"]), Table::row)
}

/// An action as people read it: `Find by details`.
fn words(action: Action) -> String {
    let text = action.text().replace('-', " ");
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase()).into_iter();
    first.chain(letters).collect::<String>().replace("uln", "ULN")
}

fn count(pages: i64) -> usize {
    usize::try_from(pages).unwrap_or(1)
}
