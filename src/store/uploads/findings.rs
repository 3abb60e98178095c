//! What the check of an upload found.

use diesel::prelude::*;

use crate::model::{FindingKind, UploadFinding, UploadId};
use crate::store::dialect::on_either;
use crate::store::schema::{upload_finding_kinds, upload_findings};
use crate::store::{AnyConnection, StoreError};

/// Rows per statement; with a fixed number it stays prepared.
const ROWS_AT_ONCE: usize = 16;

/// Owns its values: only then does diesel keep a multi-row statement prepared.
#[derive(Insertable)]
#[diesel(table_name = upload_findings, treat_none_as_default_value = false)]
struct Row {
    upload_id: i64,
    number: i32,
    kind: i32,
    place: Option<i32>,
    found: String,
}

impl Row {
    fn new(id: UploadId, finding: &UploadFinding) -> Self {
        let UploadFinding { number, kind, row, found } = finding;
        Self { upload_id: id.0, number: *number, kind: *kind, place: *row, found: found.clone() }
    }
}

/// Adds kinds of findings, and findings.
pub fn insert_findings(
    connection: &mut AnyConnection,
    id: UploadId,
    kinds: &[FindingKind],
    findings: &[UploadFinding],
) -> Result<(), StoreError> {
    for FindingKind { kind, weight, code, heading, rule, advice, findings, first_row } in kinds {
        on_either!(connection, c => {
            diesel::insert_into(upload_finding_kinds::table)
                .values((
                    upload_finding_kinds::upload_id.eq(id.0),
                    upload_finding_kinds::kind.eq(kind),
                    upload_finding_kinds::weight.eq(weight.code()),
                    upload_finding_kinds::code.eq(code),
                    upload_finding_kinds::heading.eq(heading),
                    upload_finding_kinds::rule.eq(rule),
                    upload_finding_kinds::advice.eq(advice),
                    upload_finding_kinds::findings.eq(findings),
                    upload_finding_kinds::first_row.eq(first_row),
                ))
                .execute(c)
        })?;
    }
    let (whole, rest) = findings.as_chunks::<ROWS_AT_ONCE>();
    for findings in whole {
        let rows = findings.each_ref().map(|finding| Row::new(id, finding));
        on_either!(connection, c => diesel::insert_into(upload_findings::table).values(rows).execute(c))?;
    }
    if !rest.is_empty() {
        let rows: Vec<_> = rest.iter().map(|finding| Row::new(id, finding)).collect();
        on_either!(connection, c => diesel::insert_into(upload_findings::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// The kinds of findings, in the order of first occurrence.
pub fn finding_kinds(connection: &mut AnyConnection, id: UploadId) -> Result<Vec<FindingKind>, StoreError> {
    type Columns = (i32, String, String, String, String, String, i32, Option<i32>);
    let rows: Vec<Columns> = on_either!(connection, c => {
        upload_finding_kinds::table
            .filter(upload_finding_kinds::upload_id.eq(id.0))
            .order(upload_finding_kinds::kind)
            .select((
                upload_finding_kinds::kind,
                upload_finding_kinds::weight,
                upload_finding_kinds::code,
                upload_finding_kinds::heading,
                upload_finding_kinds::rule,
                upload_finding_kinds::advice,
                upload_finding_kinds::findings,
                upload_finding_kinds::first_row,
            ))
            .load(c)?
    });
    rows.into_iter()
        .map(|(kind, weight, code, heading, rule, advice, findings, first_row)| {
            let weight = weight.parse().map_err(|_| StoreError::Corrupt("upload_finding_kinds.weight"))?;
            Ok(FindingKind { kind, weight, code, heading, rule, advice, findings, first_row })
        })
        .collect()
}

/// Findings of one kind or of all, without the first `offset`, at most `limit`.
pub fn findings(
    connection: &mut AnyConnection,
    id: UploadId,
    kind: Option<i32>,
    offset: i64,
    limit: i64,
) -> Result<Vec<UploadFinding>, StoreError> {
    type Columns = (i32, i32, Option<i32>, String);
    let rows: Vec<Columns> = on_either!(connection, c => {
        let mut query = upload_findings::table
            .filter(upload_findings::upload_id.eq(id.0))
            .order(upload_findings::number)
            .offset(offset)
            .limit(limit)
            .select((upload_findings::number, upload_findings::kind, upload_findings::place, upload_findings::found))
            .into_boxed();
        if let Some(kind) = kind {
            query = query.filter(upload_findings::kind.eq(kind));
        }
        query.load(c)?
    });
    Ok(rows.into_iter().map(|(number, kind, row, found)| UploadFinding { number, kind, row, found }).collect())
}

/// Deletes the findings of an upload.
pub(super) fn delete_findings(connection: &mut AnyConnection, id: UploadId) -> Result<(), StoreError> {
    diesel::delete(upload_findings::table.filter(upload_findings::upload_id.eq(id.0))).execute(connection)?;
    diesel::delete(upload_finding_kinds::table.filter(upload_finding_kinds::upload_id.eq(id.0))).execute(connection)?;
    Ok(())
}
