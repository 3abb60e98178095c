//! Checks a file: its name, encoding, format and header, then each record by the domain's rules.

mod header;
mod layout;
mod looks;
mod records;
mod rows;
mod table;
mod text;

use std::collections::HashSet;

use chrono::NaiveDate;

use super::batch::Batch;
use super::encoding::Encoding;
use super::finding::{Finding, Weight};
use super::spreadsheet;
use crate::model::{JobKind, Ukprn};

/// The largest file accepted, in bytes. Ten thousand achievements take about 8 MB.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// What the caller knows about a file before it is read.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// The kind of records. If absent, the file's name and headings decide.
    pub kind: Option<JobKind>,
    /// The organisation that the file belongs to.
    pub ukprn: Option<Ukprn>,
    /// The date on which ages are calculated.
    pub today: NaiveDate,
    /// The youngest and oldest age, in years, at which a learner may be registered.
    pub ages: (u32, u32),
}

impl Expected {
    /// The service's age limits (rules.md 4.5), with everything else unknown.
    pub fn on(today: NaiveDate) -> Self {
        Expected { kind: None, ukprn: None, today, ages: (13, 110) }
    }
}

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// XML.
    Xml,
    /// A workbook, which can be converted but not submitted.
    Spreadsheet,
}

impl Format {
    /// Its name in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Format::Csv => "CSV",
            Format::Xml => "XML",
            Format::Spreadsheet => "spreadsheet",
        }
    }
}

/// The result of a check.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The file's name without its folder.
    pub name: String,
    /// The file's format.
    pub format: Format,
    /// The encoding, for a text file.
    pub encoding: Option<Encoding>,
    /// The content, as far as it could be read.
    pub batch: Option<Batch>,
    /// The findings: those about the whole file first, then by row.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// Whether the whole file would be refused.
    pub fn is_refused(&self) -> bool {
        self.batch.is_none() || self.findings.iter().any(|finding| finding.weight == Weight::File)
    }

    /// The places of the records that would be refused.
    pub fn refused_places(&self) -> HashSet<usize> {
        let refused = self.findings.iter().filter(|finding| finding.weight == Weight::Record);
        refused.filter_map(|finding| finding.row).collect()
    }

    /// Whether neither the file nor any record would be refused.
    pub fn is_clean(&self) -> bool {
        self.batch.is_some() && self.findings.iter().all(|finding| finding.weight == Weight::Remark)
    }
}

/// Checks a file.
pub fn check(name: &str, bytes: &[u8], expected: &Expected) -> Checked {
    let mut findings = Vec::new();
    let format = format(name, bytes);
    let (read, encoding) = if bytes.len() > MOST_BYTES {
        findings.push(Finding::file("the file", "more than 32 MiB", "must be smaller", "Split it into several files."));
        (None, None)
    } else {
        match format {
            Format::Spreadsheet => (table::from_spreadsheet(name, bytes, expected, &mut findings), None),
            Format::Csv | Format::Xml => text::from_text(name, bytes, format, expected, &mut findings),
        }
    };
    if let Some((batch, strictness)) = &read {
        header::check(name, format, batch, *strictness, expected, &mut findings);
        let refused: HashSet<(Option<usize>, String)> = findings
            .iter()
            .filter(|finding| finding.weight == Weight::File)
            .map(|finding| (finding.row, finding.column.clone()))
            .collect();
        records::check(batch, expected, &mut findings);
        // A cell that causes the whole file to be refused is reported only once.
        findings.retain(|finding| {
            finding.weight != Weight::Record || !refused.contains(&(finding.row, finding.column.clone()))
        });
    }
    findings.sort_by_key(|finding| finding.row);
    let batch = read.map(|(batch, _)| batch);
    Checked { name: name.to_owned(), format, encoding, batch, findings }
}

fn format(name: &str, bytes: &[u8]) -> Format {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if spreadsheet::is_spreadsheet(bytes) {
        Format::Spreadsheet
    } else if start.starts_with(b"<") || (start.is_empty() && name.to_ascii_uppercase().ends_with(".XML")) {
        Format::Xml
    } else {
        Format::Csv
    }
}
