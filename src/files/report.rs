//! Reports on checked files, for people and for programs: the summary first, then the rows.

mod html;
mod summary;

use std::fmt::Write;

use super::check::{Checked, Format};
use super::csv;
use super::finding::{Finding, Weight};
use html::page;
pub use summary::Summary;

/// The format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// Plain text.
    Text,
    /// JSON: an array with an object for each file.
    Json,
    /// Comma-separated values, with a row for each finding.
    Csv,
    /// A self-contained HTML page.
    Html,
}

/// Writes the report on the files.
pub fn report(format: ReportFormat, files: &[Checked]) -> String {
    match format {
        ReportFormat::Text => files.iter().map(text).collect::<Vec<_>>().join("\n"),
        ReportFormat::Json => {
            let summaries: Vec<Summary<'_>> = files.iter().map(Summary::of).collect();
            // Strings and numbers always serialise.
            let mut json = serde_json::to_string_pretty(&summaries).unwrap_or_default();
            json.push('\n');
            json
        }
        ReportFormat::Csv => comma_separated(files),
        ReportFormat::Html => page(files),
    }
}

/// Where a finding is: its row, or in an XML file the record's number.
fn place(checked: &Checked, finding: &Finding) -> String {
    match (finding.row, checked.format) {
        (None, _) => String::new(),
        (Some(row), Format::Xml) => format!("record {row}"),
        (Some(row), Format::Csv | Format::Spreadsheet) => format!("row {row}"),
    }
}

fn text(checked: &Checked) -> String {
    let summary = Summary::of(checked);
    let mut out = format!("{}: {}\n{}\n", summary.file, summary.title(checked), summary.verdict(checked));
    if !summary.findings.is_empty() {
        out.push('\n');
    }
    for finding in summary.findings {
        let place = place(checked, finding);
        let code = match finding.weight {
            Weight::File => "error",
            Weight::Remark => "remark",
            Weight::Record => finding.code,
        };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{place:<10}  {code:<8}  {}", sentence(finding));
        let _ = writeln!(out, "{:22}{}", "", finding.advice);
    }
    out
}

/// For example "DateOfBirth: a date with slashes; rule: is a date yyyy-mm-dd of the years 1800 to
/// 2099."
fn sentence(finding: &Finding) -> String {
    let column = if finding.column.is_empty() { String::new() } else { format!("{}: ", finding.column) };
    let joint = if finding.weight == Weight::Remark { "," } else { "; rule:" };
    format!("{column}{}{joint} {}.", finding.found, finding.rule)
}

fn comma_separated(files: &[Checked]) -> String {
    let mut out = String::new();
    csv::write_row(["File", "Row", "Column", "Weight", "Code", "Found", "Rule", "Advice"], &mut out);
    for checked in files {
        for finding in &checked.findings {
            let row = finding.row.map(|row| row.to_string()).unwrap_or_default();
            let cells = [
                &checked.name,
                &row,
                &finding.column,
                finding.weight.code(),
                finding.code,
                &finding.found,
                &finding.rule,
                &finding.advice,
            ];
            csv::write_row(cells, &mut out);
        }
    }
    out
}
