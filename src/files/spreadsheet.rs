//! Reads spreadsheets for the check: the first sheet that looks like a batch file becomes a table
//! of cells. Spreadsheets are converted, never submitted.

mod bytes;
mod chosen;
mod container;
mod disguise;
mod xls;
mod xlsx;

use std::collections::BTreeSet;

use calamine::{Data, SheetType, SheetVisible};

use super::cell::{Cell, Moment, Value};
use super::csv;
use super::finding::Finding;
use super::number_format::{self, Kind};
use super::table::Table;
use chosen::Chosen;

/// Cells beyond these limits do not belong to a batch file.
const MOST_ROWS: u32 = 20_000;

const MOST_COLUMNS: u32 = 256;

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
