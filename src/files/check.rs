//! Reading and checking a file: its name, its encoding, its form, its header, and each record by the domain's rules.

mod forms;
mod header;
mod looks;
mod records;
mod rows;

use std::collections::HashSet;

use chrono::NaiveDate;

use super::batch::Batch;
use super::encoding::Encoding;
use super::finding::{Finding, Weight};
use super::spreadsheet;
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
    /// The service's ages (rules.md 4.5), and anything else unknown.
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
    let (read, encoding) = if bytes.len() > MOST_BYTES {
        findings.push(Finding::file(
            "the file",
            "more than 32 MiB",
            "must be smaller",
            "Divide it into several files.",
        ));
        (None, None)
    } else {
        match form {
            Form::Spreadsheet => (forms::from_spreadsheet(name, bytes, expected, &mut findings), None),
            Form::Csv | Form::Xml => forms::from_text(name, bytes, form, expected, &mut findings),
        }
    };
    if let Some((batch, strictness)) = &read {
        header::check(name, form, batch, *strictness, expected, &mut findings);
        let refused: HashSet<(Option<usize>, String)> = findings
            .iter()
            .filter(|finding| finding.weight == Weight::File)
            .map(|finding| (finding.row, finding.column.clone()))
            .collect();
        records::check(batch, expected, &mut findings);
        // A cell that refuses the whole file is told once.
        findings.retain(|finding| {
            finding.weight != Weight::Record || !refused.contains(&(finding.row, finding.column.clone()))
        });
    }
    findings.sort_by_key(|finding| finding.row);
    let batch = read.map(|(batch, _)| batch);
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
