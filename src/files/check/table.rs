//! Turns a spreadsheet, or any other table, into a batch.

use super::Expected;
use super::layout::{answer, layout};
use super::rows::batch;
use crate::files::batch::Batch;
use crate::files::finding::{Finding, Weight};
use crate::files::headings::{self, Strictness};
use crate::files::spreadsheet;
use crate::files::table::Table;

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

pub(super) fn from_table(
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
