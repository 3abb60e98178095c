//! The page of planned maintenance, and its calendar.

use askama::Template;

use super::answer::Answer;
use super::calendar;
use super::layout::Layout;
use super::maintenance::Line;
use super::problem::Problem;
use super::visit::Visit;
use crate::model::MaintenanceWindow;

/// The planned maintenance, and that of the past year.
#[derive(Template)]
#[template(path = "maintenance.html")]
struct Page {
    layout: Layout,
    planned: Vec<Line>,
    past: Vec<Line>,
}

/// `GET /maintenance`
pub(super) fn show(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let now = visit.service().clock().now();
    let windows = visit.service().maintenance().windows()?;
    let (past, planned): (Vec<_>, Vec<_>) = windows.iter().partition(|window| window.is_over(now));
    let line = |window: &&MaintenanceWindow| {
        let state = match (window.cancelled_at, window.is_on(now)) {
            (Some(at), _) if at > window.starts_at => "ended early",
            (Some(_), _) => "cancelled",
            (None, true) => "in progress",
            (None, false) => "",
        };
        Line::of(window, state)
    };
    let (planned, past) = (planned.iter().map(line).collect(), past.iter().rev().map(line).collect());
    Answer::page(&Page { layout: visit.layout(), planned, past })
}

/// `GET /maintenance.ics`
pub(super) fn calendar(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let windows = visit.service().maintenance().windows()?;
    let text = calendar::text(&windows, &visit.addresses().portal);
    Ok(Answer::file("text/calendar; charset=utf-8", "maintenance.ics", text.into_bytes()))
}
