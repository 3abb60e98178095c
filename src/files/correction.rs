//! A file with its errors beside the rows, for correction: the sender's own values, and behind
//! them what is wrong and what to do. It can be corrected in a spreadsheet program and sent again
//! as it is.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::check::Checked;
use super::convert::{NamedText, csv_text, header_values};
use super::finding::{Finding, Weight};
use super::layout::{CORRECTION_COLUMNS, Holds, Layout};
use crate::domain::achievements::{self, AchievedRow, RowTerms};
use crate::model::{JobKind, SubmissionType, Ukprn};

/// Which records of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Included {
    /// All of them.
    All,
    /// Those that would be refused.
    Refused,
}

/// Writes the records with the errors beside them, as CSV. What is wrong with the file as a whole
/// stands beside the first one. `None` if the file could not be read.
pub fn with_errors(checked: &Checked, included: Included) -> Option<NamedText> {
    let batch = checked.batch.as_ref()?;
    let layout = batch.layout;
    let refused = checked.refused_places();
    let texts = texts(checked, batch.places().first().copied());
    let records: Vec<Vec<&str>> = batch
        .places()
        .into_iter()
        .zip(batch.values())
        .filter(|(place, _)| included == Included::All || refused.contains(place))
        .map(|(place, mut values)| {
            let (errors, advice) = texts.get(&place).map_or(("", ""), |(errors, advice)| (errors, advice));
            values.extend([errors, advice]);
            values
        })
        .collect();
    let count = records.len().to_string();
    let header: Vec<&str> = layout
        .header
        .columns
        .iter()
        .map(|column| if column.holds == Holds::Count { count.as_str() } else { batch.header.get(column.holds) })
        .collect();
    let stem = checked.name.rsplit_once('.').map_or(checked.name.as_str(), |(stem, _)| stem);
    let name = format!("ERR_{}.CSV", stem.trim_start_matches("ERR_"));
    Some(NamedText {
        name,
        text: csv_text(layout, &CORRECTION_COLUMNS.map(str::to_owned), &header, records.into_iter()),
    })
}

/// The failed records of an achievement job with their errors beside them, as CSV: to be corrected
/// and submitted alone.
pub fn failed_achievements(
    name: &str,
    ukprn: Ukprn,
    (submission_type, today): (SubmissionType, NaiveDate),
    rows: &[AchievedRow],
) -> Option<NamedText> {
    let terms = RowTerms { submission_type: Some(submission_type), today };
    let layout = Layout::of_kind(JobKind::Achievement).next()?;
    let lines: Vec<(String, String)> = rows.iter().map(|each| errors_of(each, terms)).collect();
    let count = rows.len().to_string();
    let name = format!("ERR_{}.CSV", name.rsplit_once('.').map_or(name, |(stem, _)| stem).trim_start_matches("ERR_"));
    let header = header_values(layout, [&name, ukprn.as_str(), &count], |holds| match holds {
        Holds::Submission => submission_type.code(),
        _ => "",
    });
    let records = rows.iter().zip(&lines).map(|(each, (errors, advice))| {
        let values = layout.record.columns.iter().map(|column| each.row.get(column.field()).unwrap_or_default());
        values.chain([errors.as_str(), advice.as_str()]).collect()
    });
    let text = csv_text(layout, &CORRECTION_COLUMNS.map(str::to_owned), &header, records);
    Some(NamedText { name, text })
}

fn errors_of(AchievedRow { row, code, master }: &AchievedRow, terms: RowTerms) -> (String, String) {
    let mut texts = (String::new(), String::new());
    for line in achievements::lines(row, terms, code, master.as_deref()) {
        join(&mut texts.0, line.code);
        join(&mut texts.1, &line.message);
    }
    texts
}

/// What stands beside each row that has errors.
fn texts(checked: &Checked, first: Option<usize>) -> BTreeMap<usize, (String, String)> {
    let mut texts: BTreeMap<usize, (String, String)> = BTreeMap::new();
    let errors = checked.findings.iter().filter(|finding| finding.weight != Weight::Remark);
    for finding in errors {
        let Some(place) = finding.row.or(first) else { continue };
        let (errors, advice) = texts.entry(place).or_default();
        join(errors, &sentence(finding));
        if !advice.contains(&finding.advice) {
            join(advice, &finding.advice);
        }
    }
    texts
}

fn sentence(Finding { column, code, found, rule, .. }: &Finding) -> String {
    let code = if code.is_empty() { String::new() } else { format!("{code} ") };
    let column = if column.is_empty() { String::new() } else { format!("{column}: ") };
    format!("{code}{column}{found}; rule: {rule}.")
}

fn join(text: &mut String, more: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}
