//! XLSX workbooks. The library reads the values and number formats; the XML parts supply what it
//! omits: which formulas have no result, and which rows are hidden.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{Cursor, Read, Seek};

use calamine::{Data, Reader as _, Xlsx, XlsxError};
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::{BROKEN, Chosen, LOCKED, Sheet, Unreadable, cell, visible};
use crate::files::cell::{Cell, Value};

/// The maximum unpacked size of a workbook, in bytes; anything larger is an attack or a
/// mistake: 10,000 achievements take about 15 MiB.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

pub(super) fn read(bytes: &[u8], chosen: &mut Chosen) -> Result<(), Unreadable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| BROKEN)?;
    if unpacked_size(&mut archive)? > MOST_BYTES {
        return Err(Unreadable { found: "a workbook that unpacks to more than 64 MiB", ..BROKEN });
    }
    let parts = Parts::read(&mut archive);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsxError::Password => LOCKED,
        _ => BROKEN,
    })?;
    let names = visible(book.sheets_metadata());
    chosen.sheets = names.len();
    for (_, name) in &names {
        let mut sheet = sheet(&mut book, name, parts.no_results)?;
        if let Some(part) = parts.sheets.get(name) {
            sheet.hidden_rows = hidden_rows(&part_text(&mut archive, part));
        }
        if chosen.look(sheet) {
            break;
        }
    }
    Ok(())
}

fn sheet<R: Read + Seek>(book: &mut Xlsx<R>, name: &str, no_results: bool) -> Result<Sheet, Unreadable> {
    let is_1904 = book.has_1904_epoch();
    let without_result = without_result(book, name, no_results)?;
    let mut sheet = Sheet::default();
    let mut reader = book.worksheet_cells_reader(name).map_err(|_| BROKEN)?;
    while let Some((found, style)) = reader.next_cell_with_style_id().map_err(|_| BROKEN)? {
        let (row, column) = found.get_position();
        let format = reader.styles().get(style).and_then(|style| style.number_format.as_ref());
        let format = format.map_or("General", |format| &format.format_code);
        let cell = if without_result.contains(&(row, column)) {
            Some(Cell::Value(Value::NoResult))
        } else {
            cell(&Data::from(found.get_value().clone()), format, is_1904)
        };
        if let Some(cell) = cell {
            sheet.put(row, column, cell);
        }
    }
    sheet.cells.sort_by_key(|(row, column, _)| (*row, *column));
    Ok(sheet)
}

/// The formula cells whose result was not saved.
fn without_result<R: Read + Seek>(
    book: &mut Xlsx<R>,
    name: &str,
    no_results: bool,
) -> Result<HashSet<(u32, u32)>, Unreadable> {
    let mut without_result = HashSet::new();
    let mut reader = book.worksheet_cells_reader(name).map_err(|_| BROKEN)?;
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(|_| BROKEN)? {
        if cell.formula.is_some() && (no_results || Data::from(cell.value) == Data::Empty) {
            without_result.insert(cell.pos);
        }
    }
    Ok(without_result)
}

/// The actual unpacked size of the archive in bytes: the sizes in its headers cannot be trusted.
fn unpacked_size(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<u64, Unreadable> {
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

/// What the workbook part declares.
#[derive(Default)]
struct Parts {
    /// The path of each sheet's part, by the sheet's name.
    sheets: BTreeMap<String, String>,
    /// The writer left the calculation to the spreadsheet program, so the stored results are
    /// placeholders.
    no_results: bool,
}

impl Parts {
    fn read(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Self {
        let mut targets = BTreeMap::new();
        each_element(&part_text(archive, "xl/_rels/workbook.xml.rels"), |element| {
            if let (Some(id), Some(target)) = (attribute(element, "Id"), attribute(element, "Target")) {
                let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
                targets.insert(id, path);
            }
        });
        let mut parts = Parts::default();
        each_element(&part_text(archive, "xl/workbook.xml"), |element| match element.local_name().as_ref() {
            "sheet" => {
                if let (Some(name), Some(id)) = (attribute(element, "name"), attribute(element, "id")) {
                    parts.sheets.extend(targets.get(&id).map(|path| (name, path.clone())));
                }
            }
            "calcPr" => {
                parts.no_results =
                    attribute(element, "fullCalcOnLoad").is_some_and(|value| ["1", "true"].contains(&value.as_str()));
            }
            _ => {}
        });
        parts
    }
}

fn hidden_rows(sheet: &str) -> BTreeSet<u32> {
    let mut hidden = BTreeSet::new();
    let mut next = 1_u32;
    each_element(sheet, |element| {
        if element.local_name().as_ref() == "row" {
            let row = attribute(element, "r").and_then(|row| row.parse().ok()).unwrap_or(next);
            if attribute(element, "hidden").is_some_and(|value| ["1", "true"].contains(&value.as_str())) {
                hidden.extend(row.checked_sub(1));
            }
            next = row.saturating_add(1);
        }
    });
    hidden
}

/// The text of a part; empty if the part does not exist.
fn part_text(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> String {
    let mut bytes = Vec::new();
    if let Ok(part) = archive.by_name(name) {
        // A truncated part also makes the library's own reading fail, which reports it.
        let _ = part.take(MOST_BYTES).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn each_element(text: &str, mut with: impl FnMut(&BytesStart<'_>)) {
    let mut reader = quick_xml::Reader::from_str(text);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(element) | Event::Empty(element) => with(&element),
            Event::Eof => break,
            _ => {}
        }
    }
}

/// The value of an attribute, by its local name.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(quick_xml::escape::unescape(&found.value).ok()?.into_owned())
}
