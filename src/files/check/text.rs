//! Reads the text formats, CSV and XML.

use super::layout::common_transfer_file;
use super::rows::batch;
use super::table::{Read, from_table};
use super::{Expected, Format};
use crate::files::encoding::{self, Encoding, NotText};
use crate::files::finding::Finding;
use crate::files::headings::Strictness;
use crate::files::layout::{CORRECTION_COLUMNS, Layout};
use crate::files::table::{self, TableRow};
use crate::files::{name, xml};
use crate::model::JobKind;

pub(super) fn from_text(
    name: &str,
    bytes: &[u8],
    format: Format,
    expected: &Expected,
    findings: &mut Vec<Finding>,
) -> (Option<Read>, Option<Encoding>) {
    let decoded = if format == Format::Xml { xml::decode(bytes) } else { encoding::decode(bytes) };
    let (text, encoding) = match decoded {
        Ok(decoded) => decoded,
        Err(reason) => {
            findings.push(undecodable(reason));
            return (None, None);
        }
    };
    if encoding == Encoding::MacRoman {
        findings.push(Finding::remark(
            "the file",
            "Mac Roman, the encoding of spreadsheets on a Mac",
            "accepted",
            "Check the names. It is safer to save the file as \"CSV UTF-8 (comma delimited)\".",
        ));
    }
    let batch = match format {
        Format::Xml => from_xml(name, &text, expected, findings),
        Format::Csv | Format::Spreadsheet => from_csv(name, &text, expected, findings),
    };
    (batch, Some(encoding))
}

fn undecodable(reason: NotText) -> Finding {
    let found = match reason {
        NotText::Utf16 => "UTF-16, which spreadsheets call Unicode text",
        NotText::Unknown => "bytes in no supported encoding",
    };
    Finding::file(
        "the file",
        found,
        "must be UTF-8, Windows-1252 or Mac Roman; XML must be what its first line says",
        "Save it as \"CSV UTF-8 (comma delimited)\", or export it again.",
    )
}

fn from_csv(name: &str, text: &str, expected: &Expected, findings: &mut Vec<Finding>) -> Option<Read> {
    let separator = separator(text);
    let table = table::read_csv(text, separator, findings);
    // The service's own files for correction may have been saved by a spreadsheet program, so they
    // are treated as spreadsheets.
    let has = |column: &str| table.headings.iter().any(|heading| heading == column);
    let is_for_correction = CORRECTION_COLUMNS.into_iter().any(has)
        || Layout::of_kind(JobKind::Registration).any(|layout| layout.answer_headings().any(has));
    if separator != ',' && !is_for_correction {
        let found = match separator {
            '\t' => "tabs between the cells".to_owned(),
            other => format!("{other} between the cells"),
        };
        let advice = "Save it as CSV with commas; lrs-check --output does this.";
        findings.push(Finding::file("the file", found, "must have commas between the cells", advice).at(1));
    }
    let strictness = if is_for_correction { Strictness::Recognised } else { Strictness::Exact };
    let read = from_table(name, &table, strictness, expected, findings)?;
    findings.extend(table.rows.iter().filter_map(|row| miscounted(row, table.headings.len())));
    Some(read)
}

/// A row must have a cell for each heading; extra cells are accepted if they are empty.
fn miscounted(row: &TableRow, headings: usize) -> Option<Finding> {
    let filled = row.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    (row.cells.len() < headings || filled > headings).then(|| {
        let rule = format!("must have {headings}, one for each heading");
        let advice = "Add or delete commas; a value that contains a comma must be in quotation marks.";
        Finding::file("", format!("{} cells", row.cells.len()), rule, advice).at(row.place)
    })
}

/// The separator in the first row.
fn separator(text: &str) -> char {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: char| first.matches(separator).count();
    [';', '\t', '|'].into_iter().find(|separator| count(*separator) > count(',')).unwrap_or(',')
}

fn from_xml(name: &str, text: &str, expected: &Expected, findings: &mut Vec<Finding>) -> Option<Read> {
    let kind = match xml::root(text) {
        xml::Root::CommonTransferFile => {
            findings.push(common_transfer_file());
            return None;
        }
        xml::Root::Batch(kind, in_namespace) => {
            if !in_namespace {
                findings.push(Finding::file(
                    "the file",
                    "a root element in another namespace",
                    "must be in the layout's namespace",
                    "Correct the namespace; docs/check-a-file.md has an example.",
                ));
            }
            kind
        }
        xml::Root::Other if name::is_common_transfer_file(name) => {
            findings.push(common_transfer_file());
            return None;
        }
        xml::Root::Other => {
            // Whatever else is wrong, report first that the file is not well-formed XML.
            let mut broken = Vec::new();
            let layout = expected
                .kind
                .or_else(|| name::kind(name))
                .and_then(|kind| Layout::of_kind(kind).next())
                .or_else(|| Layout::all().first())?;
            xml::read(text, layout, &mut broken);
            broken.retain(|finding| finding.column == "the file");
            if broken.is_empty() {
                broken.push(Finding::file(
                    "the file",
                    "an unknown root element",
                    "must be LRBBatch, VLDBatch or QCFBatch",
                    "Export the file as one of these; docs/check-a-file.md has an example.",
                ));
            }
            findings.append(&mut broken);
            return None;
        }
    };
    if expected.kind.is_some_and(|expected| expected != kind) {
        findings.push(Finding::file(
            "the file",
            "a root element of another kind of file",
            "must be of the requested kind",
            "Use the right --type.",
        ));
    }
    let newest = Layout::of_kind(kind).last()?;
    let first = xml::read(text, newest, &mut Vec::new());
    let layout = first
        .first_row
        .first()
        .and_then(|version| Layout::of(kind, version.as_str()))
        .or_else(|| Layout::of_kind(kind).next())?;
    let table = xml::read(text, layout, findings);
    let places: Vec<Option<usize>> = (0..layout.headings().count()).map(Some).collect();
    let mut batch = batch(layout, &table, &places, findings, Strictness::Recognised);
    for (column, cell) in layout.header.columns.iter().zip(&table.first_row) {
        batch.header.set(column.holds, cell.as_str());
    }
    Some((batch, Strictness::Exact))
}
