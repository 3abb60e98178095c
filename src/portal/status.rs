//! The service's status: availability by function and month, batch times, planned maintenance.

use askama::Template;
use chrono::NaiveDate;

use super::answer::Answer;
use super::components::{Cell, Table};
use super::layout::Layout;
use super::maintenance::Line;
use super::problem::Problem;
use super::times;
use super::visit::Visit;
use crate::domain::service_levels::{BatchTimes, FunctionMonth, MonthOutage, ServiceMonth, SizeTimes, TARGET};
use crate::model::JobKind;

/// A month of the service, and the way to the others.
#[derive(Template)]
#[template(path = "status.html")]
struct Page {
    layout: Layout,
    state: String,
    month: Option<Month>,
    others: Vec<(String, String)>,
    planned: Vec<Line>,
}

struct Month {
    name: String,
    measured: String,
    functions: Option<Table>,
    batches: Option<Table>,
    late: usize,
    outages: Vec<String>,
}

/// `GET /status`
pub(super) fn page(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let months = visit.service().status().recent_months()?;
    show(visit, &months, months.first())
}

/// `GET /status/{month}`: a month such as `2025-08`.
pub(super) fn month(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let months = visit.service().status().recent_months()?;
    let wanted = months.iter().find(|month| address(month.month) == visit.parameter("month"));
    show(visit, &months, Some(wanted.ok_or(Problem::NotFound)?))
}

fn show(visit: &Visit<'_>, months: &[ServiceMonth], shown: Option<&ServiceMonth>) -> Result<Answer, Problem> {
    let now = visit.service().clock().now();
    let windows = visit.service().maintenance().windows()?;
    let open = windows.iter().filter(|window| !window.is_over(now));
    let planned = open.map(|window| Line::of(window, if window.is_on(now) { "in progress" } else { "" })).collect();
    let others = months.iter().filter(|month| shown.is_none_or(|shown| shown.month != month.month));
    Answer::page(&Page {
        layout: visit.layout(),
        state: match windows.iter().find(|window| window.is_on(now)) {
            Some(window) => format!("Maintenance is in progress until {}.", times::moment(window.ends_at)),
            None => "The service is open.".to_owned(),
        },
        month: shown.map(Month::of),
        others: others.map(|month| (format!("/status/{}", address(month.month)), times::month(month.month))).collect(),
        planned,
    })
}

fn address(month: NaiveDate) -> String {
    month.format("%Y-%m").to_string()
}

impl Month {
    fn of(month: &ServiceMonth) -> Self {
        let ServiceMonth { measured_minutes, down_minutes, maintenance_minutes, .. } = month;
        Self {
            name: times::month(month.month),
            measured: format!(
                "Measured for {}: no server was up in {}. Another {} of maintenance do not count.",
                times::count(*measured_minutes, "minute"),
                times::count(*down_minutes, "minute"),
                times::count(*maintenance_minutes, "minute"),
            ),
            functions: (!month.functions.is_empty()).then(|| functions(&month.functions)),
            batches: batches(&month.batches),
            late: month.batches.iter().map(|batches| batches.late).sum(),
            outages: month.outages.iter().map(outage).collect(),
        }
    }
}

/// An incident in a sentence or two.
fn outage(outage: &MonthOutage) -> String {
    let MonthOutage { case, category, began_at, rectified_at, words, down_minutes } = outage;
    let when = match rectified_at {
        Some(end) => format!("{}, rectified", times::period(*began_at, *end)),
        None => format!("Since {}, not rectified yet", times::moment(*began_at)),
    };
    let down = times::count(*down_minutes, "minute");
    format!("{when}: {words} (Case {case}, category {category}. No server was up in {down} of this time.)")
}

fn functions(functions: &[FunctionMonth]) -> Table {
    let head = [
        Cell::from("Function"),
        Cell::numeric("Available"),
        Cell::numeric("Calls answered"),
        Cell::numeric("Calls failed"),
        Cell::numeric("Minutes down"),
    ];
    let table = Table::new("Availability by function").caption_size("m").head(head).named_rows();
    functions.iter().fold(table, |table, each| {
        let below = if each.available < TARGET { " (below target)" } else { "" };
        table.row([
            Cell::from(name(&each.function)),
            Cell::numeric(format!("{:.2}%{below}", each.available)),
            Cell::numeric(times::grouped(each.answered)),
            Cell::numeric(times::grouped(each.failed)),
            Cell::numeric(times::grouped(each.down_minutes)),
        ])
    })
}

/// An operation has its own name. The function of a page is the beginning of its path.
fn name(function: &str) -> String {
    match function {
        "/" => "Portal: home page".to_owned(),
        path if path.starts_with('/') => format!("Portal: pages at {path}"),
        operation => operation.to_owned(),
    }
}

/// None if no batch was done.
fn batches(batches: &[BatchTimes]) -> Option<Table> {
    let head = [
        Cell::from("Batches"),
        Cell::from("Records in each"),
        Cell::numeric("Finished"),
        Cell::numeric("Median time"),
        Cell::numeric("Longest time"),
    ];
    let table = Table::new("How long batches took").caption_size("m").head(head).named_rows();
    let sizes = batches.iter().flat_map(|batches| batches.by_size.iter().map(move |size| (batches.kind, size)));
    let sizes: Vec<(JobKind, &SizeTimes)> = sizes.collect();
    let table = sizes.iter().fold(table, |table, (kind, size)| {
        table.row([
            Cell::from(in_words(*kind)),
            Cell::from(format!("{} to {}", times::grouped(size.from.into()), times::grouped(size.to.into()))),
            Cell::numeric(size.finished.to_string()),
            Cell::numeric(times::duration(size.median)),
            Cell::numeric(times::duration(size.longest)),
        ])
    });
    (!sizes.is_empty()).then_some(table)
}

const fn in_words(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Registration => "Registrations",
        JobKind::Verification => "Verifications",
        JobKind::Achievement => "Achievements",
    }
}
