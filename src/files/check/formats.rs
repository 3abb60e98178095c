//! Reads a file of each form and identifies its layout.

use super::rows::batch;
use super::{Expected, Format};
use crate::files::batch::Batch;
use crate::files::encoding::{self, Encoding, NotText};
use crate::files::finding::{Finding, Weight};
use crate::files::headings::{self, Headings, Strictness};
use crate::files::layout::{Holds, Layout};
use crate::files::table::{self, Table, TableRow};
use crate::files::{name, spreadsheet, xml};
use crate::model::JobKind;

/// A batch, and how strictly its header and headings are to be checked.
pub(super) type Read = (Batch, Strictness);

pub(super) fn from_spreadsheet(
    name: &str,
    bytes: &[u8],
    expected: &Expected,
    findings: &mut Vec<Finding>,
) -> Option<Read> {
    let table = spreadsheet::read(bytes, findings);
    if findings.iter().any(|finding| finding.weight == Weight::File) {
        return None;
    }
    from_table(name, &table, Strictness::Recognised, expected, findings)
}

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
    // The service's own correction file may have been saved by a spreadsheet program, so it is
    // treated as a spreadsheet.
    let is_for_correction = Layout::of_kind(JobKind::Registration)
        .any(|layout| table.headings.iter().any(|heading| layout.answer_headings().any(|column| column == heading)));
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

fn from_table(
    name: &str,
    table: &Table,
    strictness: Strictness,
    expected: &Expected,
    findings: &mut Vec<Finding>,
) -> Option<Read> {
    if let Some(answer) = answer(table) {
        findings.push(answer);
        return None;
    }
    let layout = layout(name, table, expected, findings)?;
    let places = headings::columns(layout, table, strictness, findings);
    Some((batch(layout, table, &places, findings, strictness), strictness))
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

fn common_transfer_file() -> Finding {
    Finding::file(
        "the file",
        "a common transfer file (CTF)",
        "is not supported",
        "Export a registration file (LRB, version 2A or 3A) from your management information system instead.",
    )
}

/// Recognises the service's own result files, whose records cannot be submitted again.
fn answer(table: &Table) -> Option<Finding> {
    let is_answer = |layout: &&Layout| {
        layout.kind() != JobKind::Registration
            && layout.answer_headings().all(|column| table.headings.iter().any(|heading| heading == column))
    };
    let layout = Layout::all().iter().find(is_answer)?;
    Some(
        Finding::file(
            "the file",
            format!("the results of a {}", layout.title()),
            "must contain the records to submit",
            "Correct the records in the original file and send that again.",
        )
        .at(table.headings_row),
    )
}

/// Chooses the layout: of the requested kind, or the kind in the file's name, or the kind whose
/// headings match best; then the version stated in the file.
fn layout(name: &str, table: &Table, expected: &Expected, findings: &mut Vec<Finding>) -> Option<&'static Layout> {
    let kind = expected.kind.or_else(|| name::kind(name));
    let headings = Headings::of(&table.headings);
    let candidates = Layout::all().iter().filter(|layout| kind.is_none_or(|kind| layout.kind() == kind));
    let candidates: Vec<(usize, &'static Layout)> =
        candidates.map(|layout| (headings.likeness(layout), layout)).collect();
    let known = candidates.iter().map(|(known, _)| *known).max()?;
    let mut likest = candidates.into_iter().filter(|(likeness, _)| *likeness == known).map(|(_, layout)| layout);
    let best = likest.next()?;
    let filled = table.headings.iter().filter(|heading| !heading.trim().is_empty()).count();
    if known == 0 || known * 2 < filled {
        let of = kind.map_or("a batch file", |_| best.title());
        findings.push(Finding::file(
            "",
            "unknown headings, or none",
            format!("must be the headings of {of}"),
            "Put the headings in the first row; docs/check-a-file.md lists them. If the file is of another kind, use --type.",
        ).at(table.headings_row));
        return None;
    }
    if likest.any(|layout| layout.kind() != best.kind()) {
        findings.push(Finding::file(
            "the file",
            "headings that several kinds of file have",
            "must be of a known kind",
            "Use --type registration, --type verify or --type achievement.",
        ));
        return None;
    }
    let column = table.headings.iter().position(|heading| heading == best.heading_that_holds(Holds::Version));
    let version = column.and_then(|column| table.rows.first()?.cells.get(column));
    Some(version.and_then(|version| Layout::of(best.kind(), version.as_str())).unwrap_or(best))
}
