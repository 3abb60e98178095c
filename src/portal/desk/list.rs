//! The cases of the service desk: the charter's figures, the open cases by the end of their clocks,
//! and those that are rectified.

use super::words;
use crate::domain::desk::{CaseClock, CategoryFigures, ClockState, DeskMonth, TARGET};
use crate::domain::{Action, Burst};
use crate::model::{Case, london_day};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Anchor, Blocks};
use crate::portal::components::{Button, Cell, Html, NotificationBanner, Table, WarningText};
use crate::portal::form::Form;
use crate::portal::problem::Problem;
use crate::portal::times;
use crate::portal::visit::Visit;

const HELD_BACK: &str = "Calls beyond a limit wait for a moment, and are refused if there are too many. Other \
    organisations are not affected. The operator can change the limits. The table has the last day of this server, since \
    it was started.";

/// `GET /desk/incidents`
pub(in crate::portal) fn list(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let service = visit.service();
    let today = london_day(service.clock().now());
    let (open, month, bursts) = visit.call(Action::ViewCases, |caller| {
        let desk = service.desk();
        Ok((desk.open(caller)?.cases, desk.month(today)?, desk.bursts(caller)?))
    })?;
    let mut page = Blocks::new(visit, "Cases of the service desk");
    let escalate = open.iter().filter(|(_, clock)| clock.state == ClockState::RunsOutSoon).count();
    let late = open.iter().filter(|(_, clock)| clock.state == ClockState::Late).count();
    if escalate > 0 || late > 0 {
        page = page.with(&NotificationBanner::important(warning(escalate, late)));
    }
    for notice in visit.notices() {
        page = page.with(&WarningText::new(format!("For the operator: {notice}")));
    }
    page = page.with(&Button::link("Log a case", "/desk/incidents/new")).with(&figures(&month)).say(format!(
        "Of the cases that were logged in the month, {TARGET:.0}% are to be rectified within the limit: from the \
             user\u{2019}s logged call to the user being advised, in support hours (8am to 6pm, Monday to Friday, \
             without public holidays)."
    ));
    if !month.knows_holidays {
        page = page
            .say("The public holidays of this year are not known to the service: they are counted as working days.");
    }
    page = match open.as_slice() {
        [] => page.say("No case is open."),
        open => page.with(&table("Open cases", open)),
    };
    if !bursts.is_empty() {
        page = page.with(&held_back(&bursts)).say(HELD_BACK);
    }
    Answer::page(&page.link("Rectified cases", "/desk/incidents/rectified"))
}

/// `GET /desk/incidents/rectified`
pub(in crate::portal) fn rectified(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let below = Form::of(visit.asked().query.as_bytes()).text("below").parse().ok();
    let found = visit.call(Action::ViewCases, |caller| visit.service().desk().rectified(caller, below))?;
    let page = Blocks::new(visit, "Rectified cases").back("/desk/incidents");
    let page = match found.cases.as_slice() {
        [] => page.say("There are no further rectified cases."),
        cases => page.with(&table("Rectified cases, the newest first", cases)),
    };
    Answer::page(&match found.next {
        Some(next) => page.link("Older cases", format!("/desk/incidents/rectified?below={next}")),
        None => page,
    })
}

fn warning(escalate: usize, late: usize) -> String {
    let count = |number: usize| times::count(i64::try_from(number).unwrap_or(i64::MAX), "case");
    match (escalate, late) {
        (escalate, 0) => format!("Escalate {}: at most a quarter of the time is left.", count(escalate)),
        (0, late) => format!("The limit of {} has passed.", count(late)),
        (escalate, late) => format!(
            "The limit of {} has passed. Escalate {} more: at most a quarter of the time is left.",
            count(late),
            count(escalate)
        ),
    }
}

fn figures(month: &DeskMonth) -> Table {
    let head = [
        Cell::from("Category"),
        Cell::numeric("Limit in support hours"),
        Cell::numeric("Rectified in time"),
        Cell::numeric("Late"),
        Cell::numeric("Still open"),
        Cell::numeric("Share in time"),
    ];
    let caption = format!("{}: cases by category", times::month(month.month));
    let table = Table::new(caption).caption_size("m").head(head).named_rows();
    month.categories.iter().fold(table, |table, each| {
        let limit = each.limit.map_or_else(|| "No limit".to_owned(), |limit| limit.num_hours().to_string());
        table.row([
            Cell::from(format!("Category {}", each.category)),
            Cell::numeric(limit),
            Cell::numeric(each.in_time.to_string()),
            Cell::numeric(each.late.to_string()),
            Cell::numeric(each.open.to_string()),
            Cell::numeric(share(each)),
        ])
    })
}

fn share(figures: &CategoryFigures) -> String {
    match figures.share() {
        Some(share) if share < TARGET => format!("{share:.1}% (below target)"),
        Some(share) => format!("{share:.1}%"),
        None => "Not measured".to_owned(),
    }
}

/// The organisations with too many calls or batches.
fn held_back(bursts: &[Burst]) -> Table {
    let head = [
        Cell::from("Organisation"),
        Cell::from("UKPRN"),
        Cell::from("What"),
        Cell::from("Since"),
        Cell::from("Last"),
        Cell::numeric("Waited"),
        Cell::numeric("Refused"),
    ];
    let table = Table::new("Organisations beyond their limits").caption_size("m").head(head);
    bursts.iter().fold(table, |table, burst| {
        let text = burst.limit.text();
        table.row([
            Cell::from(burst.organisation.name.as_str()),
            Cell::from(burst.organisation.ukprn.as_str()),
            Cell::from(format!("T{}", text.strip_prefix('t').unwrap_or(text))),
            Cell::from(times::moment(burst.began_at)),
            Cell::from(times::moment(burst.last_at)),
            Cell::numeric(burst.waited.to_string()),
            Cell::numeric(burst.refused.to_string()),
        ])
    })
}

fn table(caption: &str, cases: &[(Case, CaseClock)]) -> Table {
    let head = ["Case", "What", "Category", "Said", "Logged", "Support hours", "Limit ends", "State"];
    cases.iter().fold(Table::new(caption).caption_size("m").head(head), |table, (case, clock)| {
        let address = format!("/desk/incidents/{}", case.number);
        table.row([
            Cell::from(Html::of(&Anchor::new(format!("Case {}", case.number), address))),
            Cell::from(words::kind(case.kind)),
            Cell::from(case.category.code()),
            Cell::from(case.summary.as_str()),
            Cell::from(times::moment(case.logged_at)),
            Cell::from(words::hours(clock.passed)),
            Cell::from(clock.runs_out_at.map_or_else(|| "No limit".to_owned(), times::moment)),
            Cell::from(Html::of(&words::state(clock))),
        ])
    })
}
