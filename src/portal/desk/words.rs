//! What cases, categories and clocks are called on pages.

use chrono::TimeDelta;

use crate::domain::desk::{CaseClock, ClockState};
use crate::model::{CaseKind, Category};
use crate::portal::components::Tag;
use crate::portal::times;

/// What a case is about.
pub(super) const fn kind(kind: CaseKind) -> &'static str {
    match kind {
        CaseKind::Incident => "Incident",
        CaseKind::DataChallenge => "Data challenge",
        CaseKind::UlnProblem => "ULN problem",
        CaseKind::Request => "Request",
    }
}

/// What a category means, as the charter has it.
pub(super) const fn category(category: Category) -> &'static str {
    match category {
        Category::One => "Critical: nobody can work, and there is no way around it",
        Category::Two => "Major: some users or functions are affected, or the service is slow for many",
        Category::Three => "Without a limit",
        Category::Four => "Minor: few users, or functions that can wait",
    }
}

/// Support hours: `4 hours`, `3 hours 59 minutes`.
pub(in crate::portal) fn hours(time: TimeDelta) -> String {
    let (hours, minutes) = (time.num_hours(), time.num_minutes() % 60);
    match (hours, minutes) {
        (0, minutes) => times::count(minutes, "minute"),
        (hours, 0) => times::count(hours, "hour"),
        (hours, minutes) => format!("{} {}", times::count(hours, "hour"), times::count(minutes, "minute")),
    }
}

/// What a clock says.
pub(super) fn state(clock: &CaseClock) -> Tag {
    match clock.state {
        ClockState::Running => Tag::coloured("Open", "blue"),
        ClockState::RunsOutSoon => Tag::coloured("Escalate now", "yellow"),
        ClockState::Late => Tag::coloured("Late", "red"),
        ClockState::InTime => Tag::coloured("Rectified in time", "green"),
        ClockState::TooLate => Tag::coloured("Rectified late", "grey"),
    }
}
