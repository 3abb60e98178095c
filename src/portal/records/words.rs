//! The words for learning events: where they came from, their year, and the cells of their row.

use crate::domain::{Credits, Listing, Origin, listing_day};
use crate::model::{EventStatus, LearningEvent};
use crate::portal::blocks::Anchor;
use crate::portal::components::{Cell, Html, SummaryList, Table, Tag};
use crate::portal::learners::words::date;

/// The columns of a table of events, with how wide each is in relation to the others.
pub(super) const COLUMNS: [(&str, u8); 8] = [
    ("Subject", 24),
    ("Reference", 10),
    ("Grade", 10),
    ("Level", 10),
    ("Credits", 8),
    ("Date", 16),
    ("Where it was achieved or awarded", 20),
    ("State", 11),
];
/// What events have for a grade or a name that is not known (rules.md 2.13).
const UNKNOWN: [&str; 3] = ["9999999999", "UNKNOWN", ""];

/// Where an event came from.
pub(super) const fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Awarding => "Awarding organisations",
        Origin::Ilr => "Individualised learner record (ILR)",
        Origin::Npd => "National pupil database (NPD)",
    }
}

/// An academic year.
pub(super) fn year(year: Option<i32>) -> String {
    year.map_or_else(|| "Without a date".to_owned(), |year| format!("{year} to {}", year.saturating_add(1)))
}

/// Whether an event is final.
pub(super) const fn status(status: EventStatus) -> &'static str {
    match status {
        EventStatus::Final => "Final",
        EventStatus::Provisional => "Provisional",
        EventStatus::Withdrawn => "Withdrawn",
    }
}

/// How many events there are.
pub(super) fn count(listing: &Listing<'_>, all: usize, is_filtered: bool) -> String {
    let shown = listing.events.iter().map(|each| each.units.len().saturating_add(1)).sum::<usize>();
    let events = |count: usize| if count == 1 { "1 event".to_owned() } else { format!("{count} events") };
    match (all, is_filtered) {
        (0, _) => "The learning record has no events.".to_owned(),
        (_, false) => format!("The learning record has {}.", events(all)),
        (_, true) => format!("The filter finds {} of {all}.", events(shown)),
    }
}

/// The credits, in all and by level.
pub(super) fn credits(listing: &Listing<'_>) -> SummaryList {
    let list = SummaryList::titled("Credits").row("All levels", sum(listing.credits));
    listing.credits_by_level.iter().fold(list, |list, (level, credits)| {
        list.row(if level.is_empty() { "Without a level" } else { *level }.to_owned(), sum(*credits))
    })
}

fn sum(credits: Credits) -> String {
    match credits {
        Credits { achieved, provisional: 0 } => achieved.to_string(),
        Credits { achieved, provisional } => format!("{achieved}, and {provisional} provisional"),
    }
}

/// A table of events without rows yet.
pub(super) fn table(origin: Origin, year: &str) -> Table {
    Table::new(caption(origin, year)).caption_size("s").named_rows().head(COLUMNS.map(|(head, _)| head))
}

/// What a table of events shows.
pub(super) fn caption(origin: Origin, year: &str) -> String {
    format!("{}, {}", self::origin(origin), lower_first(year))
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| format!("{}{}", first.to_lowercase(), characters.as_str()))
}

/// The row of an event in the record at this address: its cells, with the link to its own page and
/// the marks of data challenges.
pub(super) fn row(event: &LearningEvent, is_below: bool, is_corrected: bool, record: &str) -> Vec<Cell> {
    let [subject, others @ ..] = texts(event, is_below);
    let link = Anchor::new(subject, format!("{record}/{}", event.id));
    let mut cells = vec![Cell::from(Html::of(&link))];
    cells.extend(others.into_iter().map(Cell::from));
    if let Some(state) = cells.last_mut()
        && (event.under_data_challenge || is_corrected)
    {
        *state = Cell::from(Html::all(tags(event, is_corrected)));
    }
    cells
}

/// The state of an event, and what data challenges made of it.
pub(super) fn tags(event: &LearningEvent, is_corrected: bool) -> Vec<Html> {
    let mut tags = vec![Html::of(&Tag::new(status(event.status)))];
    if event.under_data_challenge {
        tags.push(Html::of(&Tag::coloured(CHALLENGED, "yellow")));
    }
    if is_corrected {
        tags.push(Html::of(&Tag::coloured("Corrected", "green")));
    }
    tags
}

const CHALLENGED: &str = "Under data challenge";

/// The texts of an event, one for each column.
pub(super) fn texts(event: &LearningEvent, is_below: bool) -> [String; 8] {
    let known = |text: Option<&str>| text.filter(|text| !UNKNOWN.contains(text)).unwrap_or("Not recorded").to_owned();
    let subject =
        if is_below { format!("Unit of the qualification above: {}", event.subject) } else { event.subject.clone() };
    let state = status(event.status);
    [
        subject,
        event.subject_code.clone(),
        known(event.grade.as_deref()),
        known(event.level.as_deref()),
        if event.credits > 0 { event.credits.to_string() } else { "None".to_owned() },
        when(event),
        place(event),
        if event.under_data_challenge { format!("{state}, {}", lower_first(CHALLENGED)) } else { state.to_owned() },
    ]
}

fn when(event: &LearningEvent) -> String {
    match (event.achievement_award_date, event.participation_start_date, event.participation_end_date) {
        (None, Some(from), Some(until)) => format!("{} to {}", date(from), date(until)),
        (None, Some(from), None) => format!("From {}", date(from)),
        _ => listing_day(event).map_or_else(|| "Not recorded".to_owned(), date),
    }
}

/// The provider, the awarding organisation, or both.
fn place(event: &LearningEvent) -> String {
    let awarding = event.awarding_organisation_name.as_deref().unwrap_or_default();
    let names = [event.achievement_provider_name.as_str(), awarding];
    let known: Vec<&str> = names.into_iter().map(str::trim).filter(|name| !UNKNOWN.contains(name)).collect();
    if known.is_empty() { "Not recorded".to_owned() } else { known.join("; ") }
}
