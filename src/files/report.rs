//! Reports on checked files, for people and for programs: the summary first, then the rows.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde::Serialize;

use super::check::{Checked, Format};
use super::csv;
use super::finding::{Finding, Weight};
use crate::xml::escape;

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

/// The summary of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary<'c> {
    /// The file's name.
    pub file: &'c str,
    /// The kind of file that it appears to be.
    pub kind: Option<&'static str>,
    /// Its layout version.
    pub version: Option<&'c str>,
    /// Its form.
    #[serde(rename = "form")]
    pub format: &'static str,
    /// Its encoding.
    pub encoding: Option<String>,
    /// How many records were read.
    pub records: usize,
    /// How many records would be refused.
    pub refused_records: usize,
    /// Whether the whole file would be refused.
    pub refused: bool,
    /// All findings.
    pub findings: &'c [Finding],
}

impl<'c> Summary<'c> {
    /// Summarises a checked file.
    pub fn of(checked: &'c Checked) -> Self {
        let rows = checked
            .findings
            .iter()
            .filter(|finding| finding.weight == Weight::Record)
            .filter_map(|finding| finding.row);
        let batch = checked.batch.as_ref();
        Summary {
            file: &checked.name,
            kind: batch.map(|batch| batch.layout.title()),
            version: batch.map(|batch| batch.layout.version.as_str()),
            format: checked.format.word(),
            encoding: checked.encoding.map(|encoding| encoding.to_string()),
            records: batch.map_or(0, super::Batch::len),
            refused_records: rows.collect::<BTreeSet<usize>>().len(),
            refused: checked.is_refused(),
            findings: &checked.findings,
        }
    }

    /// A description of the file.
    fn title(&self, checked: &Checked) -> String {
        let encoding = self.encoding.as_ref().map(|encoding| format!(", {encoding}")).unwrap_or_default();
        match &checked.batch {
            Some(batch) => {
                let layout = batch.layout;
                format!(
                    "{} {} ({}{encoding}), {}",
                    layout.title(),
                    layout.version,
                    self.format,
                    layout.records(self.records)
                )
            }
            None => format!("a file that cannot be read ({}{encoding})", self.format),
        }
    }

    /// What the service would do with the file.
    fn verdict(&self, checked: &Checked) -> String {
        let remarks = match self.findings.iter().filter(|finding| finding.weight == Weight::Remark).count() {
            0 => String::new(),
            1 => " There is 1 remark.".to_owned(),
            count => format!(" There are {count} remarks."),
        };
        let refused = checked.batch.as_ref().map(|batch| batch.layout.records(self.records)).unwrap_or_default();
        if self.refused {
            let count = self.findings.iter().filter(|finding| finding.weight == Weight::File).count();
            let records = if self.refused_records > 0 {
                format!(" In addition, {} of {refused} would be refused.", self.refused_records)
            } else {
                String::new()
            };
            format!(
                "The file as a whole would be refused: {count} error{}.{records}{remarks}",
                if count == 1 { "" } else { "s" }
            )
        } else if self.refused_records > 0 {
            format!("{} of {refused} would be refused.{remarks}", self.refused_records)
        } else {
            format!("Validation was successful, no error found.{remarks}")
        }
    }
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
            let weight = match finding.weight {
                Weight::File => "file",
                Weight::Record => "record",
                Weight::Remark => "remark",
            };
            let cells = [
                &checked.name,
                &row,
                &finding.column,
                weight,
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

const PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<title>Check of batch files</title>\n<style>\n\
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #0b0c0c; background: #fff }\n\
table { border-collapse: collapse; width: 100% }\nth, td { border-bottom: 1px solid #b1b4b6; padding: .4rem; text-align: left; vertical-align: top }\n\
</style>\n</head>\n<body>\n<h1>Check of batch files</h1>\n";

fn page(files: &[Checked]) -> String {
    let mut out = String::from(PAGE);
    for checked in files {
        let summary = Summary::of(checked);
        element("h2", summary.file, &mut out);
        element("p", &summary.title(checked), &mut out);
        element("p", &summary.verdict(checked), &mut out);
        if summary.findings.is_empty() {
            continue;
        }
        out.push_str("<table>\n<thead><tr>");
        for heading in ["Place", "Column", "Code", "Found", "Rule", "What to do"] {
            out.push_str("<th scope=\"col\">");
            escape(heading, &mut out);
            out.push_str("</th>");
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for finding in summary.findings {
            out.push_str("<tr>");
            let code = if finding.weight == Weight::Remark { "remark" } else { finding.code };
            for cell in
                [&place(checked, finding), &finding.column, code, &finding.found, &finding.rule, &finding.advice]
            {
                element("td", cell, &mut out);
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n");
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn element(name: &str, text: &str, out: &mut String) {
    let _ = write!(out, "<{name}>");
    escape(text, out);
    let _ = write!(out, "</{name}>");
}
