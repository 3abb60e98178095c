//! The home page: what the user can do, the organisation's last batches, and the exceptions and
//! data challenges that are open.

use askama::Template;

use super::access::Access;
use super::answer::Answer;
use super::batches::{FEW, files_table, jobs_table};
use super::challenges;
use super::components::Html;
use super::layout::Layout;
use super::problem::Problem;
use super::visit::Visit;
use crate::domain::Action;
use crate::domain::jobs::JobQuery;
use crate::model::Permission;

/// The tasks of the user, and the work of the organisation.
#[derive(Template)]
#[template(path = "home.html")]
struct Home<'p> {
    layout: Layout,
    organisation: &'p str,
    tasks: Vec<&'static Task>,
    /// Data challenges that are open: the words, and the address of the list.
    challenges: Option<Vec<(String, String)>>,
    work: Option<Work>,
}

/// What the organisation's batches are at.
struct Work {
    /// Files that are not submitted, and the last jobs; none if there is no batch at all.
    tables: Vec<Html>,
    /// How many exceptions are open.
    exceptions: i64,
}

struct Task {
    needs: Access,
    name: &'static str,
    about: &'static str,
    href: &'static str,
}

/// What can be done, in the order of how often it is.
static TASKS: [Task; 9] = [
    Task {
        needs: Access::May(Permission::FindLearner),
        name: "Find a learner",
        about: "Look up a Unique Learner Number (ULN), or see whether a learner has one",
        href: "/learners/find",
    },
    Task {
        needs: Access::May(Permission::RegisterLearner),
        name: "Register a learner",
        about: "Search first: a learner who has no ULN is registered from there",
        href: "/learners/find",
    },
    Task {
        needs: Access::May(Permission::VerifyLearner),
        name: "Verify a learner",
        about: "See whether a ULN belongs to a learner\u{2019}s details",
        href: "/verify",
    },
    Task {
        needs: Access::May(Permission::SubmitAchievements),
        name: "Enter an achievement",
        about: "Create one achievement of a learner, or change one that your organisation has submitted",
        href: "/achievements",
    },
    Task {
        needs: Access::May(Permission::SubmitAchievements),
        name: "Entries and results",
        about: "Say that a learner is to be assessed, and enter the result when it is there",
        href: "/entries",
    },
    Task {
        needs: Access::May(Permission::SubmitBatches),
        name: "Upload a file",
        about: "Send a batch: the file is checked before you decide to submit it",
        href: "/batches/new",
    },
    Task {
        needs: Access::SignedIn,
        name: "Check a file",
        about: "See what is wrong with a batch file. Nothing of it is stored",
        href: "/check-a-file",
    },
    Task {
        needs: Access::SuperUser,
        name: "Manage users",
        about: "Invite people, give roles, unlock accounts, and see what each user did",
        href: "/users",
    },
    Task {
        needs: Access::SuperUser,
        name: "Manage certificates",
        about: "See until when your programs can call the web services, and revoke certificates",
        href: "/certificates",
    },
];

/// `GET /`
pub(super) fn page(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let session = visit.session()?;
    let place = session.chosen.as_ref().ok_or(Problem::NoOrganisation)?;
    let tasks = TASKS.iter().filter(|task| task.needs.check(Some(session)).is_ok()).collect();
    let work = if place.may(Permission::SubmitBatches) { Some(work(visit)?) } else { None };
    let challenges = match Access::Challenges.check(Some(session)) {
        Ok(()) => {
            let service = visit.service();
            let waiting = visit.call(Action::ViewChallenges, |caller| service.challenges().waiting(caller))?;
            Some(challenges::words::waiting(waiting))
        }
        Err(_) => None,
    };
    Answer::page(&Home { layout: visit.layout(), organisation: &place.organisation.name, tasks, challenges, work })
}

fn work(visit: &Visit<'_>) -> Result<Work, Problem> {
    let service = visit.service();
    let (files, jobs, counts) = visit.call(Action::ListJobs, |caller| {
        let files = service.uploads().list(caller, None, FEW)?;
        let jobs = service.jobs().list(caller, &JobQuery { limit: FEW, ..JobQuery::default() })?;
        Ok((files.uploads, jobs.jobs, service.exceptions().counts(caller)?))
    })?;
    let mut tables = Vec::new();
    if !files.is_empty() {
        tables.push(Html::of(&files_table(&files)));
    }
    if !jobs.is_empty() {
        tables.push(Html::of(&jobs_table("Last batches", &jobs)));
    }
    Ok(Work { tables, exceptions: counts.iter().map(|(_, count)| count).sum() })
}
