//! A data challenge: what is said to be wrong, the values side by side, what was done about it, and
//! what the user may do.

use super::{forms, named, words};
use crate::domain::challenges::ShownChallenge;
use crate::model::{EventField, EventStatus};
use crate::portal::answer::Answer;
use crate::portal::batches::time;
use crate::portal::blocks::Blocks;
use crate::portal::components::{Cell, Html, NotificationBanner, SummaryList, Table};
use crate::portal::form::{Form, FormErrors};
use crate::portal::learners::register::spaced;
use crate::portal::problem::Problem;
use crate::portal::times;
use crate::portal::visit::Visit;

/// `GET /challenges/{id}`
pub(in crate::portal) fn show(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let shown = named(visit)?;
    let asked = Form::of(visit.asked().query.as_bytes());
    let banner = match asked.text("done") {
        "raised" => Some(NotificationBanner::success(format!(
            "You have raised data challenge {}. What is done about it will stand on this page.",
            shown.challenge.id
        ))),
        "saved" => Some(NotificationBanner::success("It is saved, and the other party can read it.")),
        "overtaken" => Some(NotificationBanner::important(
            "Somebody else has settled this data challenge. What you sent was not saved.",
        )),
        _ => None,
    };
    let page = head(visit, &shown, &FormErrors::default());
    let page = if let Some(banner) = &banner { page.with(banner) } else { page };
    Answer::page(&forms::forms(visit, body(page, &shown), &shown, &FormErrors::default()))
}

/// The page with its forms as they were sent, and what is wrong with them.
pub(super) fn again(visit: &Visit<'_>, shown: &ShownChallenge, errors: &FormErrors) -> Result<Answer, Problem> {
    Answer::form_again(&forms::forms(visit, body(head(visit, shown, errors), shown), shown, errors))
}

fn head(visit: &Visit<'_>, shown: &ShownChallenge, errors: &FormErrors) -> Blocks {
    Blocks::new(visit, shown.challenge.id.to_string()).caption("Data challenge").back("/challenges").errors(errors)
}

fn body(page: Blocks, shown: &ShownChallenge) -> Blocks {
    let page = page.with(&about(shown));
    let page = match values(shown) {
        Some(values) => page.with(&values),
        None => page,
    };
    let steps = Table::new("What was done").caption_size("m").head(["When", "Who", "State", "What they said"]);
    page.with(&shown.steps.iter().enumerate().fold(steps, |table, (place, step)| {
        let said = if place == 0 { "Raised it" } else { step.message.as_str() };
        table.row([
            Cell::from(time(step.at)),
            Cell::from(format!("{}, {}", step.user_name, step.organisation)),
            Cell::from(Html::of(&words::state(step.state))),
            Cell::from(said),
        ])
    }))
}

fn about(shown: &ShownChallenge) -> SummaryList {
    let challenge = &shown.challenge;
    let clock = &shown.clock;
    let mut list = SummaryList::new()
        .row("State", Html::of(&words::state(challenge.state)))
        .row("What is wrong", words::kind(challenge.kind))
        .row("ULN", spaced(challenge.uln));
    if let Some(event) = &shown.event {
        list = list.row("Event", format!("{}, {}", event.subject, event.subject_code));
        if event.status == EventStatus::Withdrawn {
            list = list.row("State of the event", "Withdrawn");
        }
    }
    if let Some(other) = &shown.other {
        list = list.row("The other event", format!("{}, {}", other.subject, other.subject_code));
    }
    list.row("Evidence", challenge.information.as_str())
        .row("Raised by", challenge.raised_by_name.as_str())
        .row("Whom to ask", format!("{}, {}, {}", challenge.contact_name, challenge.telephone, challenge.email))
        .row("Who decides", shown.decider.as_deref().unwrap_or("The service desk"))
        .row("Raised", time(challenge.created_at))
        .row("Support hours so far", words::hours(clock))
        .row("Limit ends", clock.runs_out_at.map_or_else(|| "No limit".to_owned(), times::moment))
        .row("Clock", Html::of(&words::clock(clock)))
}

/// What the event had, should have and has, where there is anything to compare.
fn values(shown: &ShownChallenge) -> Option<Table> {
    let challenge = &shown.challenge;
    if challenge.original.is_empty() && challenge.supplied.is_empty() {
        return None;
    }
    let head = ["Detail", "When it was raised", "Proposed", "Now"];
    let table = Table::new("The learning event").caption_size("m").named_rows().head(head);
    Some(EventField::ALL.iter().fold(table, |table, field| {
        let now = shown.event.as_ref().map(|event| field.text_of(event));
        table.row([
            words::field(*field).to_owned(),
            words::or_dash(*field, challenge.original.get(field)),
            words::or_dash(*field, challenge.supplied.get(field)),
            words::or_dash(*field, now.as_ref()),
        ])
    }))
}
