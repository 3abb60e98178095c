//! The findings of a check: each has the row, the column, the kind of value found, the rule, and
//! what to do. A finding never quotes a value.

use serde::{Serialize, Serializer};

pub use crate::model::Weight;

/// One thing to report about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it causes to be refused.
    #[serde(serialize_with = "word")]
    pub weight: Weight,
    /// The row as a spreadsheet counts it (the headings are row 1), or the number of the record in
    /// XML. `None` for the whole file.
    pub row: Option<usize>,
    /// The column's heading in the file.
    pub column: String,
    /// The code that the record would get; empty for the file and for remarks.
    pub code: &'static str,
    /// What kind of value was found.
    pub found: String,
    /// The rule that it breaks, phrased to follow the column's name.
    pub rule: String,
    /// What to do about it.
    pub advice: String,
}

impl Finding {
    pub(super) fn file(
        column: &str,
        found: impl Into<String>,
        rule: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Finding {
            weight: Weight::File,
            row: None,
            column: column.to_owned(),
            code: "",
            found: found.into(),
            rule: rule.into(),
            advice: advice.into(),
        }
    }

    pub(super) fn remark(
        column: &str,
        found: impl Into<String>,
        rule: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Finding { weight: Weight::Remark, ..Finding::file(column, found, rule, advice) }
    }

    pub(super) fn record(
        code: &'static str,
        column: &str,
        found: impl Into<String>,
        rule: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Finding { weight: Weight::Record, code, ..Finding::file(column, found, rule, advice) }
    }

    pub(super) fn at(self, row: usize) -> Self {
        Finding { row: Some(row), ..self }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn word<S: Serializer>(weight: &Weight, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(weight.code())
}

/// Remarks that may apply to many rows: each is reported once, with the number of rows.
#[derive(Debug, Default)]
pub(super) struct Remarks(Vec<(Finding, usize)>);

impl Remarks {
    pub(super) fn add(&mut self, row: usize, remark: Finding) {
        let same = |known: &Finding| (&known.column, &known.found) == (&remark.column, &remark.found);
        match self.0.iter_mut().find(|(known, _)| same(known)) {
            Some((_, rows)) => *rows += 1,
            None => self.0.push((remark.at(row), 1)),
        }
    }

    pub(super) fn into_findings(self) -> impl Iterator<Item = Finding> {
        self.0.into_iter().map(|(remark, rows)| {
            let found = if rows > 1 { format!("{}, in {rows} rows from here on", remark.found) } else { remark.found };
            Finding { found, ..remark }
        })
    }
}
