//! XLS workbooks. The library reads the values; the raw records supply what it omits or gets wrong:
//! each cell's number format, which formulas have no result, and which rows are hidden.

mod records;

use std::io::Cursor;

use calamine::{Data, Reader as _, Xls, XlsError, XlsOptions};

use super::container::Container;
use super::{BROKEN, Chosen, LOCKED, Sheet, Unreadable, cell, visible};
use crate::files::cell::{Cell, Value};
use records::{Marks, SheetMarks};

/// BIFF8 text is always UTF-16, although some programs write another CODEPAGE record.
const UTF_16: u16 = 1200;

/// The encoding of BIFF5 without a CODEPAGE record.
const WINDOWS_1252: u16 = 1252;

pub(super) fn read(bytes: &[u8], chosen: &mut Chosen) -> Result<(), Unreadable> {
    let container = Container::open(bytes).ok_or(BROKEN)?;
    if container.has("EncryptedPackage") {
        return Err(LOCKED);
    }
    let stream = container.stream("Workbook").or_else(|| container.stream("Book")).ok_or(BROKEN)?;
    let marks = Marks::read(&stream);

    let mut options = XlsOptions::default();
    options.force_codepage = match (marks.is_biff8, marks.has_codepage) {
        (true, _) => Some(UTF_16),
        (false, true) => None,
        (false, false) => Some(WINDOWS_1252),
    };
    let mut book: Xls<_> = Xls::new_with_options(Cursor::new(bytes), options).map_err(|error| match error {
        XlsError::Password => LOCKED,
        _ => BROKEN,
    })?;
    let is_1904 = book.has_1904_epoch();
    let names = visible(book.sheets_metadata());
    chosen.sheets = names.len();
    for (index, name) in &names {
        let range = book.worksheet_range(name).map_err(|_| BROKEN)?;
        let (row, column) = range.start().unwrap_or_default();
        let nothing = SheetMarks::default();
        let marked = marks.sheets.get(*index).unwrap_or(&nothing);
        let mut sheet = Sheet { hidden_rows: marked.hidden_rows.clone(), ..Sheet::default() };
        for (down, right, value) in range.used_cells() {
            let at =
                |start: u32, offset: usize| u32::try_from(offset).ok().and_then(|offset| start.checked_add(offset));
            let (Some(row), Some(column)) = (at(row, down), at(column, right)) else { return Err(BROKEN) };
            if !marked.without_result.contains(&(row, column)) {
                let format = marked.formats.get(&(row, column)).map_or("General", |xf| marks.format(*xf));
                if let Some(cell) = cell(&unformatted(value), format, is_1904) {
                    sheet.put(row, column, cell);
                }
            }
        }
        for (row, column) in &marked.without_result {
            sheet.put(*row, *column, Cell::Value(Value::NoResult));
        }
        sheet.cells.sort_by_key(|(row, column, _)| (*row, *column));
        if chosen.look(sheet) {
            break;
        }
    }
    Ok(())
}

/// The library mistakes some number formats for dates, so dates are turned back into numbers here.
fn unformatted(value: &Data) -> Data {
    match value {
        Data::DateTime(moment) => Data::Float(moment.as_f64()),
        other => other.clone(),
    }
}
