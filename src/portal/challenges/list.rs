//! The list of data challenges, with its filter: whose they are, their state, what they say is
//! wrong. The filter stands in the address and names nobody.

use askama::Template;
use askama::filters::HtmlSafe;

use super::words;
use crate::domain::Action;
use crate::domain::challenges::{ChallengeQuery, Whose};
use crate::model::{ChallengeKind, Permission};
use crate::portal::answer::Answer;
use crate::portal::batches::time;
use crate::portal::blocks::{Anchor, Blocks};
use crate::portal::components::{Button, Cell, Html, Select, Table};
use crate::portal::form::Form;
use crate::portal::problem::Problem;
use crate::portal::times;
use crate::portal::visit::Visit;

/// The form of the filter. It is sent by GET and changes nothing, so it needs no token.
#[derive(Template)]
#[template(path = "challenges/filter.html")]
struct FilterForm {
    controls: Vec<Select>,
}

impl HtmlSafe for FilterForm {}

/// `GET /challenges`
pub(in crate::portal) fn list(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let asked = Form::of(visit.asked().query.as_bytes());
    let query = query(&asked);
    let found = visit.call(Action::ViewChallenges, |caller| visit.service().challenges().list(caller, &query))?;
    let raises = visit.may(Permission::ViewRecord);
    let mut page = Blocks::new(visit, "Data challenges").say(
        "A data challenge says that a learning event is wrong, or missing. The awarding organisation of the event \
         decides about it; the service desk does where the event is of the ILR or the NPD, or is missing.",
    );
    if raises {
        page = page
            .say("To raise a data challenge, find the learner, and open the event in the learning record.")
            .with(&Button::link("Find a learner", "/learners/find"));
    }
    page = page.heading("Filter").with(&filter(&query));
    if found.challenges.is_empty() {
        let words = match query.open {
            Some(true) => "No data challenge waits for a decision.",
            Some(false) => "No data challenge is settled.",
            None => "There are no data challenges.",
        };
        return Answer::page(&page.say(words));
    }
    let caption = if query.open == Some(true) { "The oldest first" } else { "The latest first" };
    let head = ["Reference", "What is wrong", "State", "Raised by", "Raised", "Support hours", "Limit ends", "Clock"];
    let table = found.challenges.iter().fold(Table::new(caption).head(head), |table, (each, clock)| {
        table.row([
            Cell::from(Html::of(&Anchor::new(each.id.to_string(), format!("/challenges/{}", each.id)))),
            Cell::from(words::kind(each.kind)),
            Cell::from(Html::of(&words::state(each.state))),
            Cell::from(each.raised_by_name.as_str()),
            Cell::from(time(each.created_at)),
            Cell::from(words::hours(clock)),
            Cell::from(clock.runs_out_at.map(times::moment).unwrap_or_default()),
            Cell::from(Html::of(&words::clock(clock))),
        ])
    });
    page = page.with(&table);
    if let Some(next) = found.next {
        page = page.link("Next page", address(&ChallengeQuery { after: Some(next), ..query }));
    }
    Answer::page(&page)
}

/// What the address asks for: challenges that wait for a decision, unless it says otherwise.
fn query(asked: &Form) -> ChallengeQuery {
    ChallengeQuery {
        whose: match asked.text("whose") {
            "raised" => Some(Whose::Raised),
            "to-decide" => Some(Whose::ToDecide),
            _ => None,
        },
        open: match asked.text("state") {
            "settled" => Some(false),
            "all" => None,
            _ => Some(true),
        },
        kind: asked.text("kind").parse().ok(),
        after: asked.text("after").parse().ok(),
    }
}

fn whose(query: &ChallengeQuery) -> &'static str {
    match query.whose {
        Some(Whose::Raised) => "raised",
        Some(Whose::ToDecide) => "to-decide",
        None => "",
    }
}

fn state(query: &ChallengeQuery) -> &'static str {
    match query.open {
        Some(true) => "open",
        Some(false) => "settled",
        None => "all",
    }
}

fn address(query: &ChallengeQuery) -> String {
    let after = query.after.map(|after| after.to_string()).unwrap_or_default();
    let kind = query.kind.map(ChallengeKind::code).unwrap_or_default();
    let mut text = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("whose", whose(query)), ("state", state(query)), ("kind", kind), ("after", &after)] {
        if !value.is_empty() {
            text.append_pair(name, value);
        }
    }
    format!("/challenges?{}", text.finish())
}

fn filter(query: &ChallengeQuery) -> FilterForm {
    let of = Select::new("whose", "Whose")
        .choice("", "All that concern us")
        .choice("raised", "Raised by us")
        .choice("to-decide", "For us to decide")
        .value(whose(query));
    let states = Select::new("state", "State")
        .choice("open", "Open")
        .choice("settled", "Settled")
        .choice("all", "Open and settled")
        .value(state(query));
    let kinds = ChallengeKind::ALL
        .iter()
        .fold(Select::new("kind", "What is wrong").choice("", "Anything"), |select, kind| {
            select.choice(kind.code(), words::kind(*kind))
        })
        .value(query.kind.map(ChallengeKind::code).unwrap_or_default());
    FilterForm { controls: vec![of, states, kinds] }
}
