//! Learning records: the page of a learner's events, who has seen them, and what to do where a
//! record may not be shown.

mod content;
mod event;
mod filter;
mod refused;
pub(super) mod report;
mod seen;
mod words;

pub(super) use event::{named, opened, page as event};
pub(super) use seen::page as seen;

use askama::Template;
use filter::Filter;

use super::answer::Answer;
use super::components::{Cell, Html, Pagination, SummaryList, Table};
use super::layout::Layout;
use super::learners::kept::Known;
use super::problem::Problem;
use super::visit::Visit;
use crate::domain::{Action, Listed, Listing, Origin};
use crate::model::{LearningEvent, Permission};

/// Events on a page, without their units.
const ON_A_PAGE: usize = 50;

/// A learning record.
#[derive(Template)]
#[template(path = "records/show.html")]
struct Page {
    layout: Layout,
    /// The address of the learner's page.
    learner: String,
    name: String,
    /// How many events the filter wants, of how many there are.
    count: String,
    filter: Html,
    credits: SummaryList,
    years: Vec<Year>,
    pages: Option<Pagination>,
    may_see_audit: bool,
    code: &'static str,
}

/// The events of a year on the page.
struct Year {
    heading: String,
    tables: Vec<Table>,
}

/// `GET /learners/{handle}/record`
pub(super) fn page(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let uln = Known::of(visit)?;
    let learner = format!("/learners/{}", visit.parameter("handle"));
    let record = visit.call(Action::ViewRecord, |caller| visit.service().records().view(caller, uln))?;
    let Some(shown) = record.learner.as_ref().filter(|_| record.outcome.shows_record()) else {
        return refused::page(visit, &learner, &record);
    };
    let filter = Filter::of(visit);
    let listing = Listing::of(&record.events, &filter.wanted);
    let last = listing.events.len().div_ceil(ON_A_PAGE).max(1);
    let current = filter.page.min(last);
    let on_page = listing.events.iter().skip((current - 1) * ON_A_PAGE).take(ON_A_PAGE);
    let address = format!("{learner}/record");
    let ids: Vec<i32> = on_page
        .clone()
        .flat_map(|each| std::iter::once(each.event).chain(each.units.iter().copied()))
        .map(|event| event.id)
        .collect();
    let corrected = visit.call(Action::ViewRecord, |caller| visit.service().challenges().corrected(caller, &ids))?;
    let row = |event: &LearningEvent, is_below| words::row(event, is_below, corrected.contains(&event.id), &address);
    Answer::page(&Page {
        layout: visit.layout(),
        name: format!("{} {}", shown.names.given, shown.names.family),
        count: words::count(&listing, record.events.len(), filter.is_set()),
        filter: filter.form(&listing, &address),
        credits: words::credits(&listing),
        years: years(on_page, row),
        pages: (last > 1).then(|| Pagination::numbered(current, last, |number| filter.address(&address, number))),
        may_see_audit: visit.may(Permission::ViewAudit),
        code: record.outcome.code(),
        learner,
    })
}

/// Arranges events, which are in their order, in a table for each origin of each year.
fn years<'l>(
    events: impl Iterator<Item = &'l Listed<'l>>,
    row: impl Fn(&LearningEvent, bool) -> Vec<Cell>,
) -> Vec<Year> {
    let mut years: Vec<Year> = Vec::new();
    let mut before: Option<(Option<i32>, Origin)> = None;
    for each in events {
        if before.is_none_or(|(year, _)| year != each.year) {
            years.push(Year { heading: words::year(each.year), tables: Vec::new() });
        }
        let Some(year) = years.last_mut() else { continue };
        if before != Some((each.year, each.origin)) {
            year.tables.push(words::table(each.origin, &year.heading));
        }
        if let Some(table) = year.tables.pop() {
            let table = table.row(row(each.event, false));
            year.tables.push(each.units.iter().fold(table, |table, unit| table.row(row(unit, true))));
        }
        before = Some((each.year, each.origin));
    }
    years
}
