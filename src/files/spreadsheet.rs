//! Spreadsheets as the checking tool reads them: the first sheet with anything in it becomes a table of texts. Spreadsheets are converted,
//! never sent.

use std::io::{Cursor, Read};

use calamine::{Data, Reader as _, SheetVisible, Xls, Xlsx};

use super::csv;
use super::finding::Finding;
use super::table::{Cell, Table, TableRow, blank};

/// What a workbook may hold once it is unpacked; more is an attack or a mistake.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// Cells beyond these are none of a batch file.
const MOST_ROWS: u32 = 20_000;
const MOST_COLUMNS: u32 = 256;

/// Whether bytes begin as a spreadsheet does (a ZIP archive, or an old compound file).
pub(super) fn is_spreadsheet(bytes: &[u8]) -> bool {
    is_zip(bytes) || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0])
}

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Reads a workbook. What cannot be read is a finding.
pub(super) fn read(bytes: &[u8], findings: &mut Vec<Finding>) -> Table {
    let cells = if is_zip(bytes) { xlsx(bytes, findings) } else { xls(bytes, findings) };
    match cells {
        Ok(cells) => table(cells, findings),
        Err(Unreadable(found)) => {
            findings.push(Finding::file(
                "the file",
                found,
                "must be a workbook of XLSX or XLS",
                "Save it again as XLSX, or as CSV (UTF-8).",
            ));
            Table::default()
        }
    }
}

/// A cell with its row and column, both from 0.
type Placed = (u32, u32, Cell);

struct Unreadable(&'static str);

const BROKEN: Unreadable = Unreadable("a workbook that cannot be read");

fn xlsx(bytes: &[u8], findings: &mut Vec<Finding>) -> Result<Vec<Placed>, Unreadable> {
    if unpacked_size(bytes)? > MOST_BYTES {
        return Err(Unreadable("a workbook that unpacks to more than 256 MiB"));
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| BROKEN)?;
    let names = visible(book.sheets_metadata());
    for (index, name) in names.iter().enumerate() {
        let mut reader = book.worksheet_cells_reader(name).map_err(|_| BROKEN)?;
        let mut cells = Vec::new();
        while let Some(cell) = reader.next_cell().map_err(|_| BROKEN)? {
            let (row, column) = cell.get_position();
            let text = text(&Data::from(cell.get_value().clone()));
            put(&mut cells, row, column, text)?;
        }
        if !cells.is_empty() {
            tell_of_others(names.len() - index - 1, findings);
            return Ok(cells);
        }
    }
    Ok(Vec::new())
}

fn xls(bytes: &[u8], findings: &mut Vec<Finding>) -> Result<Vec<Placed>, Unreadable> {
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|_| BROKEN)?;
    let names = visible(book.sheets_metadata());
    for (index, name) in names.iter().enumerate() {
        let range = book.worksheet_range(name).map_err(|_| BROKEN)?;
        let (row, column) = range.start().unwrap_or_default();
        let mut cells = Vec::new();
        for (down, right, value) in range.used_cells() {
            let place =
                |start: u32, offset: usize| u32::try_from(offset).ok().and_then(|offset| start.checked_add(offset));
            let (Some(row), Some(column)) = (place(row, down), place(column, right)) else { return Err(BROKEN) };
            put(&mut cells, row, column, text(value))?;
        }
        if !cells.is_empty() {
            tell_of_others(names.len() - index - 1, findings);
            return Ok(cells);
        }
    }
    Ok(Vec::new())
}

fn visible(sheets: &[calamine::Sheet]) -> Vec<String> {
    sheets.iter().filter(|sheet| sheet.visible == SheetVisible::Visible).map(|sheet| sheet.name.clone()).collect()
}

fn tell_of_others(count: usize, findings: &mut Vec<Finding>) {
    if count > 0 {
        findings.push(Finding::remark(
            "the file",
            format!("{count} more sheet{}", if count == 1 { "" } else { "s" }),
            "left out, because the first one with anything in it is read",
            "Put the records on the first sheet.",
        ));
    }
}

fn put(cells: &mut Vec<Placed>, row: u32, column: u32, text: String) -> Result<(), Unreadable> {
    if text.is_empty() {
        return Ok(());
    }
    if row >= MOST_ROWS || column >= MOST_COLUMNS {
        return Err(Unreadable("cells far outside of a batch file: below row 20,000 or right of column 256"));
    }
    cells.push((row, column, Cell::text(text)));
    Ok(())
}

/// How many bytes the archive's parts really have; what their headers say is the sender's word.
fn unpacked_size(bytes: &[u8]) -> Result<u64, Unreadable> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| BROKEN)?;
    let mut total = 0_u64;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| BROKEN)?;
        let left = MOST_BYTES.saturating_sub(total).saturating_add(1);
        total += std::io::copy(&mut part.take(left), &mut std::io::sink()).map_err(|_| BROKEN)?;
        if total > MOST_BYTES {
            break;
        }
    }
    Ok(total)
}

fn table(mut cells: Vec<Placed>, findings: &mut Vec<Finding>) -> Table {
    cells.sort_by_key(|(row, column, _)| (*row, *column));
    let mut rows: Vec<TableRow> = Vec::new();
    let mut next = 0;
    for (row, column, cell) in cells {
        let place = usize::try_from(row).unwrap_or(usize::MAX).saturating_add(1);
        if rows.last().is_none_or(|last| last.place != place) {
            findings.extend(
                (next..row).filter(|_| next > 0).filter_map(|row| usize::try_from(row).ok()).map(|row| blank(row + 1)),
            );
            next = row + 1;
            rows.push(TableRow { place, cells: Vec::new() });
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if let Some(last) = rows.last_mut() {
            last.cells.resize(column.saturating_add(1), Cell::default());
            if let Some(place) = last.cells.get_mut(column) {
                *place = cell;
            }
        }
    }
    let mut rows = rows.into_iter();
    let headings =
        rows.next().map(|row| row.cells.into_iter().map(|cell| cell.as_str().to_owned()).collect()).unwrap_or_default();
    Table { headings, rows: rows.collect(), first_row: Vec::new() }
}

/// A cell as text: whole numbers without a decimal point, dates as yyyy-mm-dd.
fn text(value: &Data) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(text) => csv::without_guard(text.into()).into_owned(),
        Data::Int(number) => number.to_string(),
        // Rust writes a whole f64 without a decimal point and without powers of ten.
        Data::Float(number) => number.to_string(),
        Data::Bool(value) => if *value { "1" } else { "0" }.to_owned(),
        Data::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::DateTimeIso(moment) => moment.split('T').next().unwrap_or_default().to_owned(),
        Data::DurationIso(duration) => duration.clone(),
        Data::Error(error) => error.to_string(),
    }
}
