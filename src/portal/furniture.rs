//! The pages about the portal itself: help, accessibility, privacy, cookies, user agreement. Each
//! text is its template; they are for everybody.

use askama::Template;

use super::answer::Answer;
use super::layout::Layout;
use super::problem::Problem;
use super::visit::{PENDING_COOKIE, SESSION_COOKIE, Visit};

/// The cookies that the portal sets: name, purpose, end.
const COOKIES: &[(&str, &str, &str)] = &[
    (SESSION_COOKIE, "Keeps you signed in", "When you sign out, or close the browser"),
    (
        PENDING_COOKIE,
        "Remembers, between your password and your code, that the password was right",
        "When you have signed in",
    ),
];

/// The page about cookies.
#[derive(Template)]
#[template(path = "cookies.html")]
struct Cookies {
    layout: Layout,
    listed: &'static [(&'static str, &'static str, &'static str)],
}

/// `GET /cookies`
pub(super) fn cookies(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&Cookies { layout: visit.layout(), listed: COOKIES })
}

/// Declares pages that are a text inside the layout.
macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $function:ident, $name:ident, $path:literal;)+) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $name {
            layout: Layout,
        }

        $(#[doc = $doc])+
        pub(super) fn $function(visit: &Visit<'_>) -> Result<Answer, Problem> {
            Answer::page(&$name { layout: visit.layout() })
        }
    )+};
}

texts! {
    /// `GET /help`
    help, Help, "help.html";
    /// `GET /accessibility`
    accessibility, Accessibility, "accessibility.html";
    /// `GET /privacy`
    privacy, Privacy, "privacy.html";
}
