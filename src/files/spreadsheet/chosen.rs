//! Chooses the sheet to read, and turns its cells into rows under headings.

use super::{Placed, Sheet};
use crate::files::cell::Cell;
use crate::files::finding::Finding;
use crate::files::headings::Headings;
use crate::files::layout::Layout;
use crate::files::table::{self, Table, TableRow};

/// How many rows to search for headings.
const ROWS_WITH_HEADINGS: usize = 10;

/// The sheet to read: the first that looks like a batch file, otherwise the first that is not
/// empty.
#[derive(Default)]
pub(super) struct Chosen {
    sheet: Option<Sheet>,
    rows: Vec<TableRow>,
    /// The index of the heading row.
    headings: Option<usize>,
    pub(super) sheets: usize,
}

impl Chosen {
    /// Considers the next sheet; returns true when no further sheet is needed.
    pub(super) fn look(&mut self, sheet: Sheet) -> bool {
        if sheet.cells.is_empty() && sheet.stray.is_none() {
            return false;
        }
        let rows = rows(&sheet.cells);
        self.headings = headings(&rows);
        if self.headings.is_some() || self.sheet.is_none() {
            self.rows = rows;
            self.sheet = Some(sheet);
        }
        self.headings.is_some()
    }

    pub(super) fn table(self, findings: &mut Vec<Finding>) -> Table {
        let Some(sheet) = self.sheet else { return Table::default() };
        tell_of_others(self.sheets.saturating_sub(1), findings);
        if let Some((row, column)) = sheet.stray {
            findings.push(Finding::file(
                "the file",
                format!("a value in cell {}{}, far outside the records", letters(column), u64::from(row) + 1),
                "must be within the first 20,000 rows and 256 columns",
                "Delete that row or column.",
            ));
        }
        let mut rows = self.rows.into_iter();
        let above = rows.by_ref().take(self.headings.unwrap_or(0)).count();
        if above > 0 {
            findings.push(
                Finding::remark(
                    "",
                    counted(above, "row"),
                    "ignored: above the headings",
                    "None needed, unless they contain records.",
                )
                .at(1),
            );
        }
        let Some(first) = rows.next() else { return Table::default() };
        let headings = first.cells.iter().map(|cell| cell.as_str().to_owned()).collect();
        let rows: Vec<TableRow> = rows.filter(|row| !row.cells.iter().all(Cell::is_blank)).collect();
        tell_of_gaps(first.place, &rows, sheet.cells.last().map_or(0, |(row, ..)| place(*row)), findings);
        let hidden = |row: &&TableRow| u32::try_from(row.place - 1).is_ok_and(|row| sheet.hidden_rows.contains(&row));
        if let Some(row) = rows.iter().find(hidden) {
            let found = format!("{}, the first one here", counted(rows.iter().filter(hidden).count(), "hidden row"));
            let advice = "Show all rows (clear the filters) and delete those that should not be sent.";
            findings.push(Finding::remark("", found, "read like the others", advice).at(row.place));
        }
        Table { headings, headings_row: first.place, rows, first_row: Vec::new() }
    }
}

/// The first row that looks like headings: at least two are known, and they are at least half of
/// the filled cells.
fn headings(rows: &[TableRow]) -> Option<usize> {
    rows.iter().take(ROWS_WITH_HEADINGS).position(|row| {
        let texts: Vec<String> = row.cells.iter().map(|cell| cell.as_str().to_owned()).collect();
        let filled = row.cells.iter().filter(|cell| !cell.is_blank()).count();
        let known = Headings::of(&texts);
        let known = Layout::all().iter().map(|layout| known.likeness(layout)).max().unwrap_or(0);
        known >= 2 && known * 2 >= filled
    })
}

fn rows(cells: &[Placed]) -> Vec<TableRow> {
    let mut rows: Vec<TableRow> = Vec::new();
    for (row, column, cell) in cells {
        let place = place(*row);
        if rows.last().is_none_or(|last| last.place != place) {
            rows.push(TableRow { place, cells: Vec::new() });
        }
        let column = usize::try_from(*column).unwrap_or(usize::MAX);
        if let Some(last) = rows.last_mut() {
            last.cells.resize(last.cells.len().max(column.saturating_add(1)), Cell::default());
            if let Some(place) = last.cells.get_mut(column) {
                *place = cell.clone();
            }
        }
    }
    rows
}

/// The row number as a spreadsheet shows it.
fn place(row: u32) -> usize {
    usize::try_from(row).unwrap_or(usize::MAX).saturating_add(1)
}

/// Reports empty rows between the headings and the last row with content, counting spaces as
/// content: one remark for each run.
fn tell_of_gaps(headings: usize, rows: &[TableRow], last: usize, findings: &mut Vec<Finding>) {
    let mut expected = headings + 1;
    for place in rows.iter().map(|row| row.place).chain([last + 1]) {
        match place.saturating_sub(expected) {
            0 => {}
            1 => findings.push(table::blank(expected)),
            _ => findings.push(
                Finding::remark("", format!("empty rows {expected} to {}", place - 1), "skipped", "Delete them.")
                    .at(expected),
            ),
        }
        expected = place + 1;
    }
}

fn tell_of_others(count: usize, findings: &mut Vec<Finding>) {
    if count > 0 {
        findings.push(Finding::remark(
            "the file",
            counted(count, "more sheet"),
            "ignored: only the first one that looks like a batch file is read",
            "Put all records on one sheet, before the others.",
        ));
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The letters of a column, as a spreadsheet shows them.
fn letters(column: u32) -> String {
    let letter = char::from_u32(u32::from(b'A') + column % 26).unwrap_or('?');
    if column < 26 { letter.to_string() } else { format!("{}{letter}", letters(column / 26 - 1)) }
}
