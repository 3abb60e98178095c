//! Turns the rows of a table into a batch, and reports what is wrong with the cells.

use std::borrow::Cow;
use std::iter;

use super::records;
use crate::domain::format::is_error_value;
use crate::files::batch::Batch;
use crate::files::cell::{self, Wants};
use crate::files::finding::{Finding, Remarks, Weight};
use crate::files::headings::Strictness;
use crate::files::layout::Layout;
use crate::files::table::{self, Table};

/// Takes the header from the first row and the records from all rows, and reports what is wrong
/// with their cells.
pub(super) fn batch(
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
                let rule = "must be filled in only in the first row of records";
                findings.push(Finding::file(&column.heading, "a value", rule, "Leave the cell empty.").at(row.place));
            }
        }
        for (column, value) in layout.headings().zip(&cells) {
            if records::has_control(value) {
                findings.push(
                    Finding::file(
                        column,
                        "control characters",
                        "must be printable text",
                        "Delete the invisible characters.",
                    )
                    .at(row.place),
                );
            } else if is_error_value(value) {
                findings.push(cell::error_value(column).at(row.place));
            }
        }
        batch.push(row.place, values.iter().map(AsRef::as_ref));
    }
    findings.extend(remarks.into_findings());
    batch
}
