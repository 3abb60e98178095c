//! A batch file as a table, whatever form it had: headings, the values of its header, and its records under the layout's columns.

use super::cell::Cell;
use super::csv::{self, Broken};
use super::finding::Finding;
use super::layout::Layout;

/// A record with its place: the row of a spreadsheet, or the number of the element.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TableRow {
    pub(super) place: usize,
    pub(super) cells: Vec<Cell>,
}

/// Rows under headings as they stand in the file. An XML file has its header's values in `first_row`; a CSV file has them in its first
/// row of records.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Table {
    pub(super) headings: Vec<String>,
    pub(super) rows: Vec<TableRow>,
    pub(super) first_row: Vec<Cell>,
}

/// Reads comma-separated values. What cannot be read is a finding, and the rows before it are kept.
pub(super) fn read_csv(text: &str, findings: &mut Vec<Finding>) -> Table {
    let mut table = Table::default();
    for record in csv::Reader::new(text) {
        match record {
            Ok(record) if record.row == 1 => {
                table.headings =
                    record.cells.iter().map(|cell| cell.trim_start_matches('\u{feff}').to_owned()).collect();
            }
            Ok(record) if record.is_blank() => findings.push(blank(record.row)),
            Ok(record) => {
                let cells =
                    record.cells.into_iter().map(|cell| Cell::text(csv::without_guard(cell).into_owned())).collect();
                table.rows.push(TableRow { place: record.row, cells });
            }
            Err((row, broken)) => findings.push(broken_row(row, broken)),
        }
    }
    table
}

pub(super) fn blank(row: usize) -> Finding {
    Finding::remark("", "an empty row", "left out", "Delete it.").at(row)
}

fn broken_row(row: usize, broken: Broken) -> Finding {
    let (found, advice) = match broken {
        Broken::Unclosed => (
            "a quotation mark that is never closed",
            "Close it, or write a quotation mark inside a quoted cell twice. The file may also be cut off.",
        ),
        Broken::BehindQuote => {
            ("text behind a closing quotation mark", "Write a quotation mark inside a quoted cell twice.")
        }
    };
    Finding::file("", found, "must be quoted as CSV files are; nothing behind it can be read", advice).at(row)
}

/// How strictly headings are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// Spelling, letter case and order are those of the layout: files that are sent.
    Exact,
    /// Headings are recognised: spreadsheets, which are converted and not sent.
    Recognised,
}

/// Where each column of the layout stands in the table, header first; none for a column that is not there.
pub(super) fn columns(
    layout: &Layout,
    headings: &[String],
    strictness: Strictness,
    findings: &mut Vec<Finding>,
) -> Vec<Option<usize>> {
    let expected: Vec<&str> = layout.headings().collect();
    let places: Vec<Option<usize>> =
        expected.iter().map(|heading| place_of(layout, headings, heading, strictness)).collect();
    if strictness == Strictness::Exact {
        misspelt(&expected, &places, headings, findings);
        let order: Vec<usize> = places.iter().copied().flatten().collect();
        if !order.is_sorted() {
            findings.push(
                Finding::file(
                    "",
                    "headings in another order",
                    "must be in the order of the layout",
                    "Put the columns into that order: docs/check-a-file.md lists them. lrs-check --output does so.",
                )
                .at(1),
            );
        }
    }
    unknown(&places, headings, strictness, findings);
    places
}

fn place_of(layout: &Layout, headings: &[String], heading: &str, strictness: Strictness) -> Option<usize> {
    let exact = headings.iter().position(|found| found == heading);
    let alike = |known: &str| headings.iter().position(|found| squeezed(found) == squeezed(known));
    exact.or_else(|| alike(heading)).or_else(|| match strictness {
        Strictness::Exact => None,
        Strictness::Recognised => {
            let column = layout.record.columns.iter().find(|column| column.heading == heading)?;
            alike(column.field()).or_else(|| alike(column.element()))
        }
    })
}

/// Letters and digits alone, in lower case: "Family Name" is FamilyName.
fn squeezed(heading: &str) -> String {
    heading.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

fn misspelt(expected: &[&str], places: &[Option<usize>], headings: &[String], findings: &mut Vec<Finding>) {
    for (heading, place) in expected.iter().zip(places) {
        match place.and_then(|place| headings.get(place)) {
            Some(found) if found == heading => {}
            Some(_) => findings.push(
                Finding::file(
                    heading,
                    "the heading spelt otherwise",
                    "must be spelt exactly so, capital letters included",
                    "Correct the heading. lrs-check --output does so.",
                )
                .at(1),
            ),
            None => findings.push(
                Finding::file(
                    heading,
                    "no such column",
                    "must be there, even where it is empty",
                    "Add the column. lrs-check --output does so.",
                )
                .at(1),
            ),
        }
    }
}

fn unknown(places: &[Option<usize>], headings: &[String], strictness: Strictness, findings: &mut Vec<Finding>) {
    let strange = headings
        .iter()
        .enumerate()
        .filter(|(index, heading)| !places.contains(&Some(*index)) && !heading.trim().is_empty());
    for (index, _) in strange {
        // The heading is whatever somebody wrote into the first row, perhaps a learner's name: its place is told instead.
        let column = format!("column {}", index + 1);
        findings.push(match strictness {
            Strictness::Exact => Finding::file(
                &column,
                "a heading that is not known here",
                "must be one of the layout",
                "Delete the column, or correct its heading.",
            )
            .at(1),
            Strictness::Recognised => Finding::remark(
                &column,
                "a heading that is not known here",
                "left out",
                "Correct the heading if the column is meant for the file.",
            )
            .at(1),
        });
    }
}

/// How many of the layout's headings a first row has, in whatever spelling.
pub(super) fn likeness(layout: &Layout, headings: &[String]) -> usize {
    layout.headings().filter(|heading| place_of(layout, headings, heading, Strictness::Recognised).is_some()).count()
}

/// The row's cells under the layout's columns.
pub(super) fn arranged<'t>(row: &'t TableRow, places: &[Option<usize>]) -> Vec<Option<&'t Cell>> {
    places.iter().map(|place| place.and_then(|place| row.cells.get(place))).collect()
}
