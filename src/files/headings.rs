//! Matches a file's headings to the layout's columns, and reports what is wrong with them.

use super::finding::Finding;
use super::layout::{Column, Layout};
use super::table::Table;

/// How strictly headings are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// Spelling, case and order must be the layout's: for files that are submitted.
    Exact,
    /// Similar spellings are recognised: for files that are converted first.
    Recognised,
}

/// The headings, in each of the spellings that are compared.
pub(super) struct Headings<'h> {
    texts: &'h [String],
    squeezed: Vec<String>,
    without_brackets: Vec<String>,
}

impl<'h> Headings<'h> {
    pub(super) fn of(texts: &'h [String]) -> Self {
        Headings {
            texts,
            squeezed: texts.iter().map(|text| squeezed(text)).collect(),
            without_brackets: texts.iter().map(|text| squeezed(&without_brackets(text))).collect(),
        }
    }

    /// How many of the layout's headings are present, in any spelling.
    pub(super) fn likeness(&self, layout: &Layout) -> usize {
        layout.headings().filter(|heading| !self.places_of(layout, heading, Strictness::Recognised).is_empty()).count()
    }

    /// The positions of the columns that match a heading: those spelt exactly so, otherwise those
    /// spelt similarly, otherwise those with something added in brackets.
    fn places_of(&self, layout: &Layout, heading: &str, strictness: Strictness) -> Vec<usize> {
        let exact = those(self.texts, heading);
        if !exact.is_empty() {
            return exact;
        }
        let column = match strictness {
            Strictness::Exact => None,
            Strictness::Recognised => layout.record.columns.iter().find(|column| column.heading == heading),
        };
        let names = [Some(heading), column.map(Column::field), column.map(Column::element)];
        let names: Vec<String> = names.into_iter().flatten().map(squeezed).collect();
        [&self.squeezed, &self.without_brackets]
            .into_iter()
            .flat_map(|spelling| names.iter().map(|name| those(spelling, name)))
            .find(|places| !places.is_empty())
            .unwrap_or_default()
    }
}

fn those(texts: &[String], wanted: &str) -> Vec<usize> {
    texts.iter().enumerate().filter(|(_, text)| *text == wanted).map(|(index, _)| index).collect()
}

/// The position of each of the layout's columns in the table, the header's first; `None` for a
/// column that is missing.
pub(super) fn columns(
    layout: &Layout,
    table: &Table,
    strictness: Strictness,
    findings: &mut Vec<Finding>,
) -> Vec<Option<usize>> {
    let headings = Headings::of(&table.headings);
    let found: Vec<(&str, Vec<usize>)> =
        layout.headings().map(|heading| (heading, headings.places_of(layout, heading, strictness))).collect();
    let places: Vec<Option<usize>> = found.iter().map(|(_, places)| places.first().copied()).collect();
    let mut told = match strictness {
        Strictness::Exact => inexact(&found, &table.headings, &places),
        Strictness::Recognised => missing(layout, &found).into_iter().chain(repeated(&found)).collect(),
    };
    told.extend(unknown(&found, layout, &table.headings, strictness));
    findings.extend(told.into_iter().map(|finding| finding.at(table.headings_row)));
    places
}

/// The letters and digits only, in lower case: "Family Name" matches FamilyName.
fn squeezed(heading: &str) -> String {
    heading.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Removes what is in brackets, as in "Date of Birth (dd/mm/yyyy)".
fn without_brackets(heading: &str) -> String {
    let mut depth = 0_usize;
    let is_outside = |character: &char| {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    heading.chars().filter(is_outside).collect()
}

fn inexact(found: &[(&str, Vec<usize>)], headings: &[String], places: &[Option<usize>]) -> Vec<Finding> {
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
fn missing(layout: &Layout, found: &[(&str, Vec<usize>)]) -> Option<Finding> {
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
fn repeated<'f>(found: &'f [(&str, Vec<usize>)]) -> impl Iterator<Item = Finding> + 'f {
    found.iter().filter(|(_, places)| places.len() > 1).map(|(heading, places)| {
        Finding::file(
            heading,
            format!("{} columns with this heading", places.len()),
            "must be one column",
            "Delete the unwanted columns, or rename their headings.",
        )
    })
}

fn unknown(
    found: &[(&str, Vec<usize>)],
    layout: &Layout,
    headings: &[String],
    strictness: Strictness,
) -> Option<Finding> {
    let is_taken = |index: usize| match strictness {
        Strictness::Exact => found.iter().any(|(_, places)| places.first() == Some(&index)),
        Strictness::Recognised => found.iter().any(|(_, places)| places.contains(&index)),
    };
    // A column that the service adds to its result files needs no remark.
    let is_answer = |heading: &str| {
        strictness == Strictness::Recognised && layout.answer_headings().any(|column| column == heading)
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
