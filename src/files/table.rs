//! A batch file as a table, whatever its format: headings, header values, and records arranged by
//! the layout's columns.

use super::cell::Cell;
use super::csv::{self, Broken};
use super::finding::Finding;

/// The last row that is read, as in a spreadsheet: twice what the largest batch has.
pub(super) const LAST_ROW: usize = 20_000;

/// A record and its position: the row of a spreadsheet, or the number of the XML element.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TableRow {
    pub(super) place: usize,
    pub(super) cells: Vec<Cell>,
}

/// Rows and their headings in file order. An XML file has its header values in `first_row`; a CSV
/// file has them in its first record.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Table {
    pub(super) headings: Vec<String>,
    /// The row that holds the headings.
    pub(super) headings_row: usize,
    pub(super) rows: Vec<TableRow>,
    pub(super) first_row: Vec<Cell>,
}

/// Reads delimited values. A syntax error becomes a finding; the rows before it are kept.
pub(super) fn read_csv(text: &str, separator: char, findings: &mut Vec<Finding>) -> Table {
    let mut table = Table { headings_row: 1, ..Table::default() };
    for record in csv::Reader::new(text, separator) {
        match record {
            Ok(record) if record.row > LAST_ROW => {
                findings.push(too_long(record.row));
                break;
            }
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

/// The rows from here on are not read.
pub(super) fn too_long(row: usize) -> Finding {
    let rule = format!("must have at most {LAST_ROW} rows; nothing after them was read");
    Finding::file("the file", "more rows", rule, "Split it into several files, or delete the empty rows.").at(row)
}

pub(super) fn blank(row: usize) -> Finding {
    Finding::remark("", "an empty row", "skipped", "Delete it.").at(row)
}

fn broken_row(row: usize, broken: Broken) -> Finding {
    let (found, advice) = match broken {
        Broken::Unclosed => (
            "a quotation mark that is never closed",
            "Close it, or double it if it is part of the value. The file may also be truncated.",
        ),
        Broken::BehindQuote => {
            ("text after a closing quotation mark", "Double each quotation mark that is part of the value.")
        }
        Broken::TooWide => {
            let advice = "Delete the columns that do not belong in the file.";
            let rule = "must be within 256 columns; nothing after it can be read";
            return Finding::file("", "more than 256 cells", rule, advice).at(row);
        }
    };
    Finding::file("", found, "must be quoted as in CSV; nothing after it can be read", advice).at(row)
}

/// The row's cells, arranged by the layout's columns.
pub(super) fn arranged<'t>(row: &'t TableRow, places: &[Option<usize>]) -> Vec<Option<&'t Cell>> {
    places.iter().map(|place| place.and_then(|place| row.cells.get(place))).collect()
}
