//! What is wrong with the headings of a file.

use super::Strictness;
use crate::files::finding::Finding;
use crate::files::layout::{CORRECTION_COLUMNS, Layout};

pub(super) fn inexact(found: &[(&str, Vec<usize>)], headings: &[String], places: &[Option<usize>]) -> Vec<Finding> {
    let there = |place: Option<&usize>| place.and_then(|place| headings.get(*place));
    let misspelt = found
        .iter()
        .filter(|(heading, places)| there(places.first()).is_some_and(|found| found != heading))
        .map(|(heading, _)| *heading);
    let missing = found.iter().filter(|(_, places)| places.is_empty()).map(|(heading, _)| *heading);
    let order: Vec<usize> = places.iter().copied().flatten().collect();
    let disorder = (!order.is_sorted()).then(|| {
        Finding::file(
            "",
            "headings in a different order",
            "must be in the order of the layout",
            "Reorder the columns; docs/check-a-file.md lists them. lrs-check --output does this.",
        )
    });
    let misspelt = in_one_line(misspelt.collect(), |columns, count| {
        Finding::file(
            columns,
            if count == 1 {
                "a different spelling".to_owned()
            } else {
                format!("{count} headings in a different spelling")
            },
            "must be spelt exactly like this, including capitals",
            "Correct the heading; lrs-check --output does this.",
        )
    });
    let missing = in_one_line(missing.collect(), |columns, count| {
        Finding::file(
            columns,
            missing_columns(count),
            "must be present, even if empty",
            "Add what is missing; lrs-check --output does this.",
        )
    });
    misspelt.into_iter().chain(missing).chain(disorder).collect()
}

/// Record columns that are missing from the table. Header columns may be missing, because
/// conversion writes them.
pub(super) fn missing(layout: &Layout, found: &[(&str, Vec<usize>)]) -> Option<Finding> {
    let is_of_records = |heading: &str| layout.record.columns.iter().any(|column| column.heading == heading);
    let missing = found.iter().filter(|(heading, places)| places.is_empty() && is_of_records(heading));
    in_one_line(missing.map(|(heading, _)| *heading).collect(), |columns, count| {
        Finding::remark(
            columns,
            missing_columns(count),
            "LEFT EMPTY in every record",
            "If the file has this column, correct its heading to the name given here.",
        )
    })
}

fn missing_columns(count: usize) -> String {
    if count == 1 { "a missing column".to_owned() } else { format!("{count} missing columns") }
}

/// Layout columns that match more than one heading.
pub(super) fn repeated<'f>(found: &'f [(&str, Vec<usize>)]) -> impl Iterator<Item = Finding> + 'f {
    found.iter().filter(|(_, places)| places.len() > 1).map(|(heading, places)| {
        Finding::file(
            heading,
            format!("{} columns with this heading", places.len()),
            "must be one column",
            "Delete the unwanted columns, or rename their headings.",
        )
    })
}

pub(super) fn unknown(
    found: &[(&str, Vec<usize>)],
    layout: &Layout,
    headings: &[String],
    strictness: Strictness,
) -> Option<Finding> {
    let is_taken = |index: usize| match strictness {
        Strictness::Exact => found.iter().any(|(_, places)| places.first() == Some(&index)),
        Strictness::Recognised => found.iter().any(|(_, places)| places.contains(&index)),
    };
    // A column that the service adds to its files needs no remark.
    let is_answer = |heading: &str| {
        strictness == Strictness::Recognised
            && layout.answer_headings().chain(CORRECTION_COLUMNS).any(|column| column == heading)
    };
    let strange = headings
        .iter()
        .enumerate()
        .filter(|(index, heading)| !is_taken(*index) && !heading.trim().is_empty() && !is_answer(heading));
    // The first row may contain anything, perhaps a learner's name, so report the column's number
    // instead of its heading.
    let numbers: Vec<String> = strange.map(|(index, _)| (index + 1).to_string()).collect();
    in_one_line(numbers.iter().map(String::as_str).collect(), |columns, count| {
        let column = format!("column{} {columns}", if count == 1 { "" } else { "s" });
        let found = if count == 1 { "an unknown heading".to_owned() } else { format!("{count} unknown headings") };
        match strictness {
            Strictness::Exact => {
                Finding::file(&column, found, "must be in the layout", "Delete the column, or correct its heading.")
            }
            Strictness::Recognised => {
                Finding::remark(&column, found, "ignored", "Correct the heading if the column belongs in the file.")
            }
        }
    })
}

/// Combines columns with the same fault into one finding.
fn in_one_line(columns: Vec<&str>, finding: impl FnOnce(&str, usize) -> Finding) -> Option<Finding> {
    (!columns.is_empty()).then(|| finding(&columns.join(", "), columns.len()))
}
