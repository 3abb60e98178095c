//! The messages that the demo keeps instead of sending them: a list, and each as text. Only the
//! demo has these pages, for everybody: its accounts and people are invented.

use askama::Template;
use askama::filters::HtmlSafe;

use super::answer::Answer;
use super::blocks::{Anchor, Blocks};
use super::components::{Cell, Html, SummaryList, Table};
use super::problem::Problem;
use super::visit::Visit;
use crate::mail::{Folder, Kept};

/// Messages on the page.
const MOST: usize = 50;

/// The text of a message, line by line. A line that is an address of this portal is a link.
#[derive(Template)]
#[template(path = "message.html")]
struct Text<'m> {
    lines: Vec<Line<'m>>,
}

impl HtmlSafe for Text<'_> {}

enum Line<'m> {
    Words(&'m str),
    Link(&'m str),
}

/// `GET /demo/mail`
pub(super) fn list(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let messages = folder(visit)?.last(MOST).map_err(|error| unread(&error))?;
    let page = Blocks::new(visit, "Messages of this demonstration")
        .say("The demonstration sends no e-mail. What it would send is here, newest first.");
    Answer::page(&if messages.is_empty() {
        page.say("There are no messages yet.")
    } else {
        page.with(&table(&messages))
    })
}

/// `GET /demo/mail/{number}`
pub(super) fn one(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let number = visit.parameter("number").parse().map_err(|_| Problem::NotFound)?;
    let message = folder(visit)?.get(number).map_err(|error| unread(&error))?.ok_or(Problem::NotFound)?;
    let lines = message.text.lines().map(|line| Line::of(line, &visit.addresses().portal)).collect();
    Answer::page(
        &Blocks::new(visit, message.subject.as_str())
            .back("/demo/mail")
            .with(&SummaryList::new().row("To", message.recipient.as_str()))
            .with(&Text { lines }),
    )
}

fn folder<'v>(visit: &'v Visit<'_>) -> Result<&'v Folder, Problem> {
    visit.demo_mail().ok_or(Problem::NotFound)
}

fn table(messages: &[Kept]) -> Table {
    messages.iter().fold(Table::new("Messages").head(["Subject", "To"]), |table, message| {
        let link = Anchor::new(message.subject.as_str(), format!("/demo/mail/{}", message.number));
        table.row([Cell::from(Html::of(&link)), Cell::from(message.recipient.as_str())])
    })
}

fn unread(error: &std::io::Error) -> Problem {
    Problem::Failed(format!("the folder of messages: {error}").into())
}

impl<'m> Line<'m> {
    fn of(line: &'m str, portal: &str) -> Self {
        match line.strip_prefix(portal) {
            Some(path) if path.starts_with('/') && !path.contains(' ') => Self::Link(line),
            _ => Self::Words(line),
        }
    }
}
