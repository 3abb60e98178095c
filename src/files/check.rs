//! Reading and checking a file: its name, its encoding, its form, its header, and each record by the domain's rules.

mod header;
mod records;

use std::borrow::Cow;
use std::collections::HashSet;
use std::iter;

use chrono::NaiveDate;

use super::batch::Batch;
use super::cell::Wants;
use super::encoding::{self, Encoding, NotText};
use super::finding::{Finding, Remarks, Weight};
use super::layout::{Holds, Layout};
use super::table::{self, Strictness, Table};
use super::{name, spreadsheet, xml};
use crate::model::{JobKind, Ukprn};

/// The most bytes of a file: ten thousand achievements are some 8 MB.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// What is known about a file before it is read.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// What its records are; otherwise its name and its headings tell.
    pub kind: Option<JobKind>,
    /// Whose file it is.
    pub ukprn: Option<Ukprn>,
    /// The day by which ages are counted.
    pub today: NaiveDate,
    /// The youngest and the oldest age, in years, at which a learner may be registered.
    pub ages: (u32, u32),
}

impl Expected {
    /// The service's ages (domain.md 4.5), and anything else unknown.
    pub fn on(today: NaiveDate) -> Self {
        Expected { kind: None, ukprn: None, today, ages: (13, 110) }
    }
}

/// The form that a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Comma-separated values.
    Csv,
    /// XML.
    Xml,
    /// A workbook; it can be converted and not sent.
    Spreadsheet,
}

impl Form {
    /// As reports call it.
    pub const fn word(self) -> &'static str {
        match self {
            Form::Csv => "CSV",
            Form::Xml => "XML",
            Form::Spreadsheet => "spreadsheet",
        }
    }
}

/// What became of a check.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The file's name without its folder.
    pub name: String,
    /// The form that it has.
    pub form: Form,
    /// Its encoding, where it is text.
    pub encoding: Option<Encoding>,
    /// What it holds, as far as it could be read.
    pub batch: Option<Batch>,
    /// What is to be said about it, in the order of the rows, the file as a whole first.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// Whether the file as a whole would be refused.
    pub fn is_refused(&self) -> bool {
        self.batch.is_none() || self.findings.iter().any(|finding| finding.weight == Weight::File)
    }

    /// Whether nothing of it would be refused.
    pub fn is_clean(&self) -> bool {
        self.batch.is_some() && self.findings.iter().all(|finding| finding.weight == Weight::Remark)
    }
}

/// Reads and checks a file.
pub fn check(name: &str, bytes: &[u8], expected: &Expected) -> Checked {
    let mut findings = Vec::new();
    let form = form(name, bytes);
    let (batch, encoding) = if bytes.len() > MOST_BYTES {
        findings.push(Finding::file(
            "the file",
            "more than 32 MiB",
            "must be smaller",
            "Divide it into several files.",
        ));
        (None, None)
    } else {
        match form {
            Form::Spreadsheet => (from_spreadsheet(name, bytes, expected, &mut findings), None),
            Form::Csv | Form::Xml => from_text(name, bytes, form, expected, &mut findings),
        }
    };
    if let Some(batch) = &batch {
        header::check(name, form, batch, expected, &mut findings);
        let refused: HashSet<(Option<usize>, String)> = findings
            .iter()
            .filter(|finding| form == Form::Spreadsheet && finding.weight == Weight::File)
            .map(|finding| (finding.row, finding.column.clone()))
            .collect();
        records::check(batch, expected, &mut findings);
        // Of a cell that holds something else than its column wants, the rules would say that it is empty.
        findings.retain(|finding| {
            finding.weight != Weight::Record || !refused.contains(&(finding.row, finding.column.clone()))
        });
    }
    findings.sort_by_key(|finding| finding.row);
    Checked { name: name.to_owned(), form, encoding, batch, findings }
}

fn form(name: &str, bytes: &[u8]) -> Form {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if spreadsheet::is_spreadsheet(bytes) {
        Form::Spreadsheet
    } else if start.starts_with(b"<") || (start.is_empty() && name.to_ascii_uppercase().ends_with(".XML")) {
        Form::Xml
    } else {
        Form::Csv
    }
}

fn from_spreadsheet(name: &str, bytes: &[u8], expected: &Expected, findings: &mut Vec<Finding>) -> Option<Batch> {
    let table = spreadsheet::read(bytes, findings);
    if findings.iter().any(|finding| finding.weight == Weight::File) {
        return None;
    }
    let layout = layout(name, &table, expected, findings)?;
    let places = table::columns(layout, &table.headings, Strictness::Recognised, findings);
    Some(batch(layout, &table, &places, findings, Strictness::Recognised))
}

fn from_text(
    name: &str,
    bytes: &[u8],
    form: Form,
    expected: &Expected,
    findings: &mut Vec<Finding>,
) -> (Option<Batch>, Option<Encoding>) {
    let decoded = if form == Form::Xml { xml::decode(bytes) } else { encoding::decode(bytes) };
    let (text, encoding) = match decoded {
        Ok(decoded) => decoded,
        Err(reason) => {
            findings.push(undecodable(reason));
            return (None, None);
        }
    };
    let batch = match form {
        Form::Xml => from_xml(name, &text, expected, findings),
        Form::Csv | Form::Spreadsheet => from_csv(name, &text, expected, findings),
    };
    (batch, Some(encoding))
}

fn undecodable(reason: NotText) -> Finding {
    let found = match reason {
        NotText::Utf16 => "UTF-16, which spreadsheets call Unicode text",
        NotText::Unknown => "bytes that are no text in a known encoding",
    };
    Finding::file(
        "the file",
        found,
        "must be UTF-8 or Windows-1252; XML must be what its first line says",
        "Save it as \"CSV UTF-8 (comma delimited)\", or export it again.",
    )
}

fn from_csv(name: &str, text: &str, expected: &Expected, findings: &mut Vec<Finding>) -> Option<Batch> {
    let first = text.lines().next().unwrap_or_default();
    if let Some(separator) =
        [';', '\t', '|'].into_iter().find(|separator| first.matches(*separator).count() > first.matches(',').count())
    {
        let found = if separator == '\t' {
            "tabs between the cells".to_owned()
        } else {
            format!("{separator} between the cells")
        };
        findings.push(
            Finding::file("the file", found, "must have commas between the cells", "Save it as CSV with commas.").at(1),
        );
        return None;
    }
    let table = table::read_csv(text, findings);
    let layout = layout(name, &table, expected, findings)?;
    let places = table::columns(layout, &table.headings, Strictness::Exact, findings);
    Some(batch(layout, &table, &places, findings, Strictness::Exact))
}

fn from_xml(name: &str, text: &str, expected: &Expected, findings: &mut Vec<Finding>) -> Option<Batch> {
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
            // Whatever else it is, that it is no XML must be said first.
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
                    "a root element that is not known here",
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
            "must be of the kind that was asked for",
            "Check it as what it is.",
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
    Some(batch)
}

fn common_transfer_file() -> Finding {
    Finding::file(
        "the file",
        "a common transfer file (CTF)",
        "is not supported here",
        "Export a registration file (LRB, version 2A or 3A) from your management information system instead.",
    )
}

/// The layout: of the kind that is asked for, that the name says, or that the headings are most like; in the version that the file says.
fn layout(name: &str, table: &Table, expected: &Expected, findings: &mut Vec<Finding>) -> Option<&'static Layout> {
    let kind = expected.kind.or_else(|| name::kind(name));
    let candidates = Layout::all().iter().filter(|layout| kind.is_none_or(|kind| layout.kind() == kind));
    // The first of equals: max_by_key would take the last.
    let likeness = |layout: &'static Layout| (table::likeness(layout, &table.headings), layout);
    let (known, best) = candidates.map(likeness).reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    let filled = table.headings.iter().filter(|heading| !heading.trim().is_empty()).count();
    if known == 0 || known * 2 < filled {
        let of = kind.map_or("a batch file", |_| best.title());
        findings.push(Finding::file(
            "",
            "other headings or none",
            format!("must be the headings of {of}"),
            "Put the headings into the first row; docs/check-a-file.md lists them. If the file is of another kind, use --type.",
        ).at(1));
        return None;
    }
    let column = table.headings.iter().position(|heading| heading == best.heading_that_holds(Holds::Version));
    let version = column.and_then(|column| table.rows.first()?.cells.get(column));
    Some(version.and_then(|version| Layout::of(best.kind(), version.as_str())).unwrap_or(best))
}

/// The header from the first row, the records from all, and what is wrong with how they stand there.
fn batch(
    layout: &'static Layout,
    table: &Table,
    places: &[Option<usize>],
    findings: &mut Vec<Finding>,
    strictness: Strictness,
) -> Batch {
    let mut batch = Batch::empty(layout);
    let header_columns = layout.header.columns.len();
    let fields = layout.record.columns.iter().map(|column| Wants::of(column.field()));
    let wanted: Vec<(&str, Wants)> =
        layout.headings().zip(iter::repeat_n(Wants::Text, header_columns).chain(fields)).collect();
    let mut remarks = Remarks::default();
    for (index, row) in table.rows.iter().enumerate() {
        if strictness == Strictness::Exact {
            findings.extend(miscounted(row, table.headings.len()));
        }
        let cells: Vec<Cow<'_, str>> = table::arranged(row, places)
            .into_iter()
            .zip(&wanted)
            .map(|(cell, (heading, wants))| {
                let Some(cell) = cell else { return Cow::Borrowed("") };
                let (text, finding) = cell.under(heading, *wants);
                match finding {
                    Some(finding) if finding.weight == Weight::Remark => remarks.add(row.place, finding),
                    other => findings.extend(other.map(|finding| finding.at(row.place))),
                }
                text
            })
            .collect();
        let (header, values) = cells.split_at(header_columns.min(cells.len()));
        for (column, value) in layout.header.columns.iter().zip(header) {
            if index == 0 {
                batch.header.set(column.holds, value);
            } else if strictness == Strictness::Exact && !value.is_empty() {
                let rule = "must be filled in the first row of records alone";
                findings.push(Finding::file(&column.heading, "a value", rule, "Leave the cell empty.").at(row.place));
            }
        }
        for (column, value) in layout.headings().zip(&cells) {
            if records::has_control(value) {
                findings.push(
                    Finding::file(
                        column,
                        "control characters",
                        "must be text that can be shown",
                        "Delete the invisible characters.",
                    )
                    .at(row.place),
                );
            }
        }
        batch.push(row.place, values.iter().map(AsRef::as_ref));
    }
    findings.extend(remarks.into_findings());
    batch
}

/// A row must have a cell for each heading; more are forgiven where they are empty.
fn miscounted(row: &table::TableRow, headings: usize) -> Option<Finding> {
    let filled = row.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    (row.cells.len() < headings || filled > headings).then(|| {
        let rule = format!("must have {headings}, one for each heading");
        let advice = "Add or delete commas; a value with a comma in it must stand in quotation marks.";
        Finding::file("", format!("{} cells", row.cells.len()), rule, advice).at(row.place)
    })
}
