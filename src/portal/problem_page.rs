//! The pages for visitors who do not get the page that they asked for.

use std::borrow::Cow;

use askama::Template;

use super::answer::Answer;
use super::asked::Asked;
use super::layout::Layout;
use super::maintenance;
use super::problem::Problem;
use super::visit::{Site, session, surroundings};

/// A page that says what happened, and what to do.
#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'p> {
    layout: Layout,
    heading: &'p str,
    paragraphs: Vec<Cow<'static, str>>,
}

/// The answer to a visitor with a problem. It must not fail itself.
pub(super) fn answer(site: &Site, asked: &Asked, problem: Problem) -> Answer {
    match &problem {
        Problem::NotSignedIn => return Answer::redirect("/sign-in"),
        Problem::NoOrganisation => return Answer::redirect("/organisation"),
        Problem::NotAgreed => return Answer::redirect("/user-agreement"),
        _ => {}
    }
    let session = session(site, asked, false).ok().flatten();
    let window = matches!(problem, Problem::Closed).then(|| maintenance::closing(&site.service)).flatten();
    let (heading, paragraphs) = window.as_ref().map_or_else(|| words(&problem), maintenance::words);
    let layout = surroundings(site, session.as_ref(), &asked.path);
    let page = ProblemPage { layout, heading, paragraphs };
    let answer = Answer::page_with(problem.status(), &page).unwrap_or_else(|_| Answer::bare(problem.status()));
    match problem {
        Problem::Busy(wait) => answer.retry_after(wait),
        Problem::Closed => match window {
            Some(window) => answer.retry_after(maintenance::wait(&site.service, &window)),
            None => answer,
        },
        Problem::Failed(reason) => answer.failed(reason),
        _ => answer,
    }
}

/// The answer to a visitor whose page takes too long, made without the database.
pub(super) fn late() -> Answer {
    const WHY: &str = "no answer from the database in time";
    let problem = Problem::Failed(WHY.into());
    let (heading, paragraphs) = words(&problem);
    let page = ProblemPage { layout: Layout::default(), heading, paragraphs };
    let answer = Answer::page_with(problem.status(), &page).unwrap_or_else(|_| Answer::bare(problem.status()));
    answer.failed(WHY.into())
}

/// The heading, and what to do.
fn words(problem: &Problem) -> (&'static str, Vec<Cow<'static, str>>) {
    match problem {
        Problem::NotSignedIn | Problem::NoOrganisation | Problem::NotAgreed => ("Sign in", Vec::new()),
        Problem::Forbidden => (
            "You may not use this page",
            vec![
                "Your organisation or your roles do not include it.".into(),
                "Ask a super user of your organisation if you need it for your work.".into(),
            ],
        ),
        Problem::Forged => (
            "This form has expired",
            vec![
                "It was opened before you signed in, or in another window since. Nothing was changed.".into(),
                "Go back, open the page again and fill in the form once more.".into(),
            ],
        ),
        Problem::NotFound => (
            "Page not found",
            vec![
                "If you typed the address, check that it is correct.".into(),
                "Pages about a learner or a search can only be opened in the session in which they were made.".into(),
            ],
        ),
        Problem::Method => ("Page not found", vec!["This address is not a page that can be opened.".into()]),
        Problem::TooLarge => (
            "What you sent is too large",
            vec!["Nothing was stored. A file may have at most 32 MB; divide a larger one and upload the parts.".into()],
        ),
        Problem::Malformed => {
            ("The service did not understand the form", vec!["Nothing was changed. Go back and send it again.".into()])
        }
        Problem::Busy(wait) => (
            "Try again in a moment",
            vec![
                "Too much was asked for at once, or too often.".into(),
                format!("Nothing was changed. Try again in {}.", in_words(wait.as_secs().max(1))).into(),
            ],
        ),
        Problem::Closed => (
            "The service is closed",
            vec![
                "Maintenance is in progress, or the service is outside its opening hours.".into(),
                maintenance::WHAT_BECAME_OF_IT.into(),
            ],
        ),
        Problem::Failed(_) => (
            "There is a problem with the service",
            vec![
                "The page failed, and the operators have been told.".into(),
                "Try again later. Before you send a form again, check whether it was already carried out.".into(),
            ],
        ),
    }
}

fn in_words(seconds: u64) -> String {
    match (seconds.div_ceil(60), seconds) {
        (_, 1) => "one second".to_owned(),
        (_, 0..=90) => format!("{seconds} seconds"),
        (minutes, _) => format!("{minutes} minutes"),
    }
}
