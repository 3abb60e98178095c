//! The home page: what the user can do.

use askama::Template;

use super::answer::Answer;
use super::layout::Layout;
use super::problem::Problem;
use super::visit::Visit;
use crate::model::Permission;

/// The tasks of the user.
#[derive(Template)]
#[template(path = "home.html")]
struct Home<'p> {
    layout: Layout,
    organisation: &'p str,
    tasks: Vec<Task>,
}

struct Task {
    name: &'static str,
    about: &'static str,
    href: &'static str,
}

/// `GET /`
pub(super) fn page(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let place = visit.session()?.chosen.as_ref().ok_or(Problem::NoOrganisation)?;
    let tasks = [(
        Permission::FindLearner,
        Task {
            name: "Find a learner",
            about: "Look up a Unique Learner Number (ULN), or see whether a learner has one",
            href: "/learners/find",
        },
    )];
    let tasks = tasks.into_iter().filter(|(permission, _)| place.may(*permission)).map(|(_, task)| task).collect();
    Answer::page(&Home { layout: visit.layout(), organisation: &place.organisation.name, tasks })
}
