//! Reads spreadsheets for the check: the first sheet that looks like a batch file becomes a table
//! of cells. Spreadsheets are converted, never submitted.

mod container;
mod disguise;
mod xls;
mod xlsx;

use std::collections::BTreeSet;

use calamine::{Data, SheetType, SheetVisible};

use super::cell::{Cell, Moment, Value};
use super::csv;
use super::finding::Finding;
use super::headings::Headings;
use super::layout::Layout;
use super::number_format::{self, Kind};
use super::table::{self, Table, TableRow};

/// Cells beyond these limits do not belong to a batch file.
const MOST_ROWS: u32 = 20_000;
const MOST_COLUMNS: u32 = 256;
/// How many rows to search for headings.
const ROWS_WITH_HEADINGS: usize = 10;

/// Whether the bytes begin like a spreadsheet (a ZIP archive or an OLE compound file), or are an
/// HTML page or XML named like a workbook.
pub(super) fn is_spreadsheet(bytes: &[u8]) -> bool {
    is_zip(bytes) || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) || disguise::page(bytes).is_some()
}

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Reads a workbook. If it cannot be read, that becomes a finding.
pub(super) fn read(bytes: &[u8], findings: &mut Vec<Finding>) -> Table {
    let mut chosen = Chosen::default();
    let read = match disguise::page(bytes).or_else(|| disguise::other_archive(bytes)) {
        Some(other) => Err(other),
        None if is_zip(bytes) => xlsx::read(bytes, &mut chosen),
        None => xls::read(bytes, &mut chosen),
    };
    match read {
        Ok(()) => chosen.table(findings),
        Err(Unreadable { found, advice }) => {
            findings.push(Finding::file("the file", found, "must be an XLSX or XLS workbook", advice));
            Table::default()
        }
    }
}

/// Why a file cannot be read, and what to do about it.
struct Unreadable {
    found: &'static str,
    advice: &'static str,
}

const BROKEN: Unreadable = Unreadable {
    found: "a workbook that cannot be read",
    advice: "Open it in a spreadsheet program and save it again as XLSX, or as CSV (UTF-8).",
};
const LOCKED: Unreadable = Unreadable {
    found: "a workbook with a password",
    advice: "Open it in a spreadsheet program, remove the password (File, Info, Protect Workbook) and save it again.",
};

/// A cell with its row and column, counted from 0.
type Placed = (u32, u32, Cell);

/// The content of a sheet.
#[derive(Default)]
struct Sheet {
    cells: Vec<Placed>,
    hidden_rows: BTreeSet<u32>,
    /// The first cell beyond the limits of a batch file.
    stray: Option<(u32, u32)>,
}

impl Sheet {
    fn put(&mut self, row: u32, column: u32, cell: Cell) {
        if cell.is_empty() {
        } else if row < MOST_ROWS && column < MOST_COLUMNS {
            self.cells.push((row, column, cell));
        } else if !cell.is_blank() {
            self.stray.get_or_insert((row, column));
        }
    }
}

/// A workbook value in its number format, as a cell. `None` if it is empty.
fn cell(value: &Data, format: &str, is_1904: bool) -> Option<Cell> {
    let number = |number: f64, is_moment: bool| {
        if is_moment {
            Value::Moment(Moment::new(number, is_1904, format))
        } else {
            Value::Number { number, format: format.to_owned() }
        }
    };
    let shows_moment = number_format::kind(format) != Kind::Number;
    Some(match value {
        Data::Empty => return None,
        Data::String(text) => Cell::text(csv::without_guard(text.into()).into_owned()),
        Data::DurationIso(text) => Cell::text(text.clone()),
        #[allow(clippy::cast_precision_loss, clippy::as_conversions, reason = "a workbook's whole numbers were f64")]
        Data::Int(whole) => Cell::Value(number(*whole as f64, shows_moment)),
        Data::Float(value) => Cell::Value(number(*value, shows_moment)),
        Data::DateTime(moment) => Cell::Value(number(moment.as_f64(), true)),
        Data::DateTimeIso(text) => Cell::Value(Value::Moment(Moment::iso(text))),
        Data::Bool(value) => Cell::Value(Value::Truth(*value)),
        Data::Error(_) => Cell::Value(Value::Error),
    })
}

/// The visible worksheets, each with its index among all sheets; chart sheets are skipped.
fn visible(sheets: &[calamine::Sheet]) -> Vec<(usize, String)> {
    let seen = |sheet: &calamine::Sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet;
    sheets
        .iter()
        .enumerate()
        .filter(|(_, sheet)| seen(sheet))
        .map(|(index, sheet)| (index, sheet.name.clone()))
        .collect()
}

/// The sheet to read: the first that looks like a batch file, otherwise the first that is not
/// empty.
#[derive(Default)]
struct Chosen {
    sheet: Option<Sheet>,
    rows: Vec<TableRow>,
    /// The index of the heading row.
    headings: Option<usize>,
    sheets: usize,
}

impl Chosen {
    /// Considers the next sheet; returns true when no further sheet is needed.
    fn look(&mut self, sheet: Sheet) -> bool {
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

    fn table(self, findings: &mut Vec<Finding>) -> Table {
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
