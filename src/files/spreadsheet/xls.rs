//! XLS workbooks. The library reads the values; the raw records supply what it omits or gets wrong:
//! each cell's number format, which formulas have no result, and which rows are hidden.

use std::collections::{BTreeSet, HashMap};
use std::io::Cursor;

use calamine::{Data, Reader as _, Xls, XlsError, XlsOptions};

use super::container::Container;
use super::{BROKEN, Chosen, LOCKED, Sheet, Unreadable, cell, visible};
use crate::files::cell::{Cell, Value};
use crate::files::number_format;

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

/// What the raw records say in addition to the values.
#[derive(Default)]
struct Marks {
    is_biff8: bool,
    has_codepage: bool,
    /// Saved by a program that calculates, so formulas have their results.
    is_calculated: bool,
    formats: HashMap<u16, String>,
    /// The format index of each XF record.
    xfs: Vec<u16>,
    sheets: Vec<SheetMarks>,
}

#[derive(Default)]
struct SheetMarks {
    /// The XF record of each numeric cell.
    formats: HashMap<(u32, u32), u16>,
    without_result: BTreeSet<(u32, u32)>,
    hidden_rows: BTreeSet<u32>,
}

impl Marks {
    fn read(stream: &[u8]) -> Self {
        let mut marks = Marks::default();
        let mut places = Vec::new();
        for Record { kind, data } in records(stream, 0) {
            match kind {
                0x0809 => marks.is_biff8 = u16_at(data, 0) == Some(0x0600),
                0x0042 => marks.has_codepage = true,
                0x01c1 => marks.is_calculated = true,
                0x041e => marks.formats.extend(marks.format_record(data)),
                0x00e0 => marks.xfs.extend(u16_at(data, 2)),
                0x0085 => places.extend(u32_at(data, 0)),
                0x000a => break,
                _ => {}
            }
        }
        let calculated = marks.is_calculated;
        marks.sheets = places.into_iter().map(|place| SheetMarks::read(stream, place, calculated)).collect();
        marks
    }

    /// FORMAT: an index, and the format code as text.
    fn format_record(&self, data: &[u8]) -> Option<(u16, String)> {
        let number = u16_at(data, 0)?;
        let text = if self.is_biff8 {
            let (wide, text) = (data.get(4)? & 1 == 1, data.get(5..)?);
            if wide {
                let units = text.chunks_exact(2).filter_map(|unit| u16_at(unit, 0));
                char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect()
            } else {
                text.iter().copied().map(char::from).collect()
            }
        } else {
            data.get(3..)?.iter().copied().map(char::from).collect()
        };
        Some((number, text))
    }

    fn format(&self, xf: u16) -> &str {
        let number = self.xfs.get(usize::from(xf)).copied().unwrap_or(0);
        self.formats.get(&number).map_or_else(|| number_format::builtin(number), String::as_str)
    }
}

impl SheetMarks {
    fn read(stream: &[u8], place: u32, calculated: bool) -> Self {
        let mut marks = SheetMarks::default();
        let mut depth = 0_u32;
        for Record { kind, data } in records(stream, usize::try_from(place).unwrap_or(usize::MAX)) {
            // A chart embedded in the sheet has records of its own.
            match kind {
                0x0809 => depth += 1,
                0x000a if depth <= 1 => break,
                0x000a => depth -= 1,
                _ if depth == 1 => marks.take(kind, data, calculated),
                _ => {}
            }
        }
        marks
    }

    fn take(&mut self, kind: u16, data: &[u8], calculated: bool) {
        let (Some(row), Some(column)) = (u16_at(data, 0), u16_at(data, 2)) else { return };
        let at = (u32::from(row), u32::from(column));
        match kind {
            // NUMBER, RK
            0x0203 | 0x027e => self.formats.extend(u16_at(data, 4).map(|xf| (at, xf))),
            // MULRK: an XF index and a 4-byte number for each column.
            0x00bd => {
                let cells = data.get(4..data.len().saturating_sub(2)).unwrap_or_default().chunks_exact(6);
                self.formats
                    .extend((at.1..).zip(cells).filter_map(|(column, cell)| Some(((at.0, column), u16_at(cell, 0)?))));
            }
            // FORMULA: a program that cannot calculate stores an empty text, or 0 and a flag asking
            // for recalculation.
            0x0006 => {
                self.formats.extend(u16_at(data, 4).map(|xf| (at, xf)));
                let result = data.get(6..14).unwrap_or_default();
                let is_empty = result.first() == Some(&3) && result.ends_with(&[0xff, 0xff]);
                let is_zero =
                    result.iter().all(|byte| *byte == 0) && u16_at(data, 14).is_some_and(|flags| flags & 2 != 0);
                if !calculated && (is_empty || is_zero) {
                    self.without_result.insert(at);
                }
            }
            // ROW
            0x0208 if u16_at(data, 12).is_some_and(|flags| flags & 0x20 != 0) => {
                self.hidden_rows.insert(u32::from(row));
            }
            _ => {}
        }
    }
}

struct Record<'s> {
    kind: u16,
    data: &'s [u8],
}

fn records(stream: &[u8], from: usize) -> impl Iterator<Item = Record<'_>> {
    let mut rest = stream.get(from..).unwrap_or_default();
    std::iter::from_fn(move || {
        let kind = u16_at(rest, 0)?;
        let end = usize::from(u16_at(rest, 2)?).checked_add(4)?;
        let data = rest.get(4..end)?;
        rest = rest.get(end..).unwrap_or_default();
        Some(Record { kind, data })
    })
}

pub(super) fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(data.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

pub(super) fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
