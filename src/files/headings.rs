//! Matches a file's headings to the layout's columns, and reports what is wrong with them.

mod check;

use super::finding::Finding;
use super::layout::{Column, Layout};
use super::table::Table;
use check::{inexact, missing, repeated, unknown};

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
