//! The summary of a checked file: what it is, and what the service would do with it.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::files::check::Checked;
use crate::files::finding::{Finding, Weight};

/// The summary of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary<'c> {
    /// The file's name.
    pub file: &'c str,
    /// The kind of file that it appears to be.
    pub kind: Option<&'static str>,
    /// Its layout version.
    pub version: Option<&'c str>,
    /// Its format.
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
            records: batch.map_or(0, crate::files::Batch::len),
            refused_records: rows.collect::<BTreeSet<usize>>().len(),
            refused: checked.is_refused(),
            findings: &checked.findings,
        }
    }

    /// A description of the file.
    pub(super) fn title(&self, checked: &Checked) -> String {
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
    pub(super) fn verdict(&self, checked: &Checked) -> String {
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
