//! The question for a passkey, which the script on a page asks the browser.

use askama::Template;
use askama::filters::HtmlSafe;

use super::components::{Button, Html};
use super::problem::Problem;
use super::visit::{PENDING_COOKIE, Visit};

/// What the script asks the browser for, and the field for its answer.
#[derive(Template)]
#[template(path = "passkey_question.html")]
pub(super) struct Question {
    /// `create` or `get`.
    pub(super) way: &'static str,
    /// The question, as JSON.
    pub(super) options: String,
}

impl HtmlSafe for Question {}

/// The other way to sign in, below the form for a code. Only the script shows it.
#[derive(Template)]
#[template(path = "passkey_sign_in.html")]
struct SignIn {
    question: Question,
    button: Button,
}

impl HtmlSafe for SignIn {}

/// The way to sign in with a passkey, for a visitor who has one.
pub(super) fn way_in(visit: &Visit<'_>) -> Result<Option<Html>, Problem> {
    let pending = visit.asked().cookie(PENDING_COOKIE);
    let options = visit.service().accounts().ask_for_passkey(pending, visit.origin())?;
    let button = Button::new("Use a passkey").secondary();
    Ok(options.map(|options| Html::of(&SignIn { question: Question { way: "get", options }, button })))
}
