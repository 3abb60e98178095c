//! Writes a batch as a file that can be submitted: whatever the source, the result has the
//! headings, header, count, encoding and line endings of its layout. Values are unchanged.

use super::batch::Batch;
use super::layout::{Holds, Layout};
use super::name::{self, Extension};
use super::{csv, xml};
use crate::model::{Timestamp, Ukprn};

/// A file's name and its text, in UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedText {
    /// A name that the service accepts.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Writes a batch as a file. Empty records are dropped. Without a UKPRN, the batch's own is used.
/// `number` is the sequence number of the day's achievement files.
///
/// # Errors
/// When neither the caller nor the batch gives a UKPRN.
pub fn convert(
    batch: &Batch,
    ukprn: Option<Ukprn>,
    now: Timestamp,
    number: u16,
    extension: Extension,
) -> Result<NamedText, &'static str> {
    let ukprn = ukprn.or_else(|| batch.header.ukprn.parse().ok()).ok_or("the file has no UKPRN; use --ukprn")?;
    let layout = batch.layout;
    let name = name::make(layout, ukprn, now, number, extension);
    let records: Vec<Vec<&str>> =
        batch.values().into_iter().filter(|values| values.iter().any(|value| !value.trim().is_empty())).collect();
    let count = records.len().to_string();
    let header = header_values(layout, [&name, ukprn.as_str(), &count], |holds| batch.header.get(holds));
    let text = match extension {
        Extension::Csv => csv_text(layout, &[], &header, records.into_iter()),
        Extension::Xml => xml::write(layout, &[], header, records),
    };
    Ok(NamedText { name, text })
}

/// The values of the header's columns: what is known of every file, and the rest from `other`.
pub(super) fn header_values<'v>(
    layout: &'v Layout,
    [name, ukprn, count]: [&'v str; 3],
    other: impl Fn(Holds) -> &'v str,
) -> Vec<&'v str> {
    let value = |holds| match holds {
        Holds::Version => layout.version.as_str(),
        Holds::Name => name,
        Holds::Ukprn => ukprn,
        Holds::Count => count,
        other_column => other(other_column),
    };
    layout.header.columns.iter().map(|column| value(column.holds)).collect()
}

/// The layout's headings plus `further` ones, then the records; the first record carries the
/// header's values.
pub(super) fn csv_text<'v>(
    layout: &Layout,
    further: &[String],
    header: &[&'v str],
    records: impl Iterator<Item = Vec<&'v str>>,
) -> String {
    let mut out = String::new();
    csv::write_row(layout.headings().chain(further.iter().map(String::as_str)), &mut out);
    let empty = vec![""; header.len()];
    for (index, values) in records.enumerate() {
        let header = if index == 0 { header } else { &empty };
        csv::write_row(header.iter().copied().chain(values), &mut out);
    }
    out
}
