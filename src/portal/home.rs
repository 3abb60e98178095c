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
    tasks: Vec<&'static Task>,
}

struct Task {
    needs: Permission,
    name: &'static str,
    about: &'static str,
    href: &'static str,
}

/// What can be done, in the order of how often it is.
static TASKS: [Task; 3] = [
    Task {
        needs: Permission::FindLearner,
        name: "Find a learner",
        about: "Look up a Unique Learner Number (ULN), or see whether a learner has one",
        href: "/learners/find",
    },
    Task {
        needs: Permission::RegisterLearner,
        name: "Register a learner",
        about: "Search first: a learner who has no ULN is registered from there",
        href: "/learners/find",
    },
    Task {
        needs: Permission::VerifyLearner,
        name: "Verify a learner",
        about: "See whether a ULN belongs to a learner\u{2019}s details",
        href: "/verify",
    },
];

/// `GET /`
pub(super) fn page(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let place = visit.session()?.chosen.as_ref().ok_or(Problem::NoOrganisation)?;
    let tasks = TASKS.iter().filter(|task| place.may(task.needs)).collect();
    Answer::page(&Home { layout: visit.layout(), organisation: &place.organisation.name, tasks })
}
