//! Recognises files that look like workbooks by name or form but are something else, and says what
//! to do about each.

use std::io::{Cursor, Read};

use super::Unreadable;

const SAVE_AS_XLSX: &str =
    "Open it in a spreadsheet program and save it as an Excel workbook (XLSX), or as CSV (UTF-8).";

/// An HTML page, or a workbook in the XML of Excel 2003: programs save both as `.xls`.
pub(super) fn page(bytes: &[u8]) -> Option<Unreadable> {
    let start = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    let start = start.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let found = if !start.starts_with('<') {
        return None;
    } else if start.contains("urn:schemas-microsoft-com:office:spreadsheet") || start.contains("progid=\"excel.sheet\"")
    {
        "a workbook in the XML of Excel 2003"
    } else if ["<html", "<!doctype html", "<table", "<meta", "<style"].iter().any(|tag| start.starts_with(tag))
        || start.contains("<html")
    {
        "a web page (HTML), despite its name"
    } else {
        return None;
    };
    Some(Unreadable { found, advice: SAVE_AS_XLSX })
}

/// An archive that is not an XLSX workbook.
pub(super) fn other_archive(bytes: &[u8]) -> Option<Unreadable> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut kind = String::new();
    if let Ok(part) = archive.by_name("mimetype") {
        part.take(100).read_to_string(&mut kind).ok()?;
    }
    let mut has = |name: &str| archive.by_name(name).is_ok();
    let found = if kind.starts_with("application/vnd.oasis.opendocument.spreadsheet") {
        "an OpenDocument spreadsheet (ODS)"
    } else if has("xl/workbook.bin") {
        "a binary workbook (XLSB)"
    } else if has("Index/Document.iwa") {
        "a Numbers spreadsheet"
    } else if has("word/document.xml") || kind.starts_with("application/vnd.oasis.opendocument") {
        "a document, not a workbook"
    } else {
        return None;
    };
    Some(Unreadable { found, advice: SAVE_AS_XLSX })
}
