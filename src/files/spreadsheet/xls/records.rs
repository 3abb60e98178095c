//! The raw records of a workbook: number formats, formulas without a result, hidden rows.

use std::collections::{BTreeSet, HashMap};

use crate::files::number_format;
use crate::files::spreadsheet::bytes::{u16_at, u32_at};

/// What the raw records say in addition to the values.
#[derive(Default)]
pub(super) struct Marks {
    pub(super) is_biff8: bool,
    pub(super) has_codepage: bool,
    /// Saved by a program that calculates, so formulas have their results.
    is_calculated: bool,
    formats: HashMap<u16, String>,
    /// The format index of each XF record.
    xfs: Vec<u16>,
    pub(super) sheets: Vec<SheetMarks>,
}

#[derive(Default)]
pub(super) struct SheetMarks {
    /// The XF record of each numeric cell.
    pub(super) formats: HashMap<(u32, u32), u16>,
    pub(super) without_result: BTreeSet<(u32, u32)>,
    pub(super) hidden_rows: BTreeSet<u32>,
}

impl Marks {
    pub(super) fn read(stream: &[u8]) -> Self {
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

    pub(super) fn format(&self, xf: u16) -> &str {
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
