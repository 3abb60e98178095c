//! Reported problems with ULNs. Their state is that of their cases.

use diesel::prelude::*;

use super::schema::{cases, uln_problems};
use super::{AnyConnection, StoreError};
use crate::model::{Uln, UlnProblem};

type Row = (i32, String, String, Option<String>, String);

fn problem((case, kind, uln, other, explanation): Row) -> Result<UlnProblem, StoreError> {
    Ok(UlnProblem {
        case,
        kind: kind.parse().map_err(|_| StoreError::Corrupt("uln_problems.problem"))?,
        uln: uln.parse().map_err(|_| StoreError::Corrupt("uln_problems.uln"))?,
        other: other.map(|uln| uln.parse()).transpose().map_err(|_| StoreError::Corrupt("uln_problems.other_uln"))?,
        explanation: explanation.parse().map_err(|_| StoreError::Corrupt("uln_problems.explanation"))?,
    })
}

/// Adds a problem to its case.
pub fn insert(connection: &mut AnyConnection, problem: &UlnProblem) -> Result<(), StoreError> {
    diesel::insert_into(uln_problems::table)
        .values((
            uln_problems::case_number.eq(problem.case),
            uln_problems::problem.eq(problem.kind.code()),
            uln_problems::uln.eq(problem.uln.as_str()),
            uln_problems::other_uln.eq(problem.other.as_ref().map(Uln::as_str)),
            uln_problems::explanation.eq(problem.explanation.as_str()),
        ))
        .execute(connection)?;
    Ok(())
}

/// The problem of a case.
pub fn find(connection: &mut AnyConnection, case: i32) -> Result<Option<UlnProblem>, StoreError> {
    let row: Option<Row> = uln_problems::table.find(case).first(connection).optional()?;
    row.map(problem).transpose()
}

/// The cases of the problems that an organisation reported, the newest first.
pub fn cases_of(connection: &mut AnyConnection, organisation_id: i32, limit: i64) -> Result<Vec<i32>, StoreError> {
    Ok(uln_problems::table
        .inner_join(cases::table)
        .filter(cases::organisation_id.eq(organisation_id))
        .order(cases::number.desc())
        .limit(limit)
        .select(cases::number)
        .load(connection)?)
}

/// The problems that name any of these ULNs, the first first.
pub fn about(connection: &mut AnyConnection, ulns: &[Uln]) -> Result<Vec<UlnProblem>, StoreError> {
    let texts = || ulns.iter().map(Uln::as_str);
    let rows: Vec<Row> = uln_problems::table
        .filter(uln_problems::uln.eq_any(texts()).or(uln_problems::other_uln.eq_any(texts())))
        .order(uln_problems::case_number)
        .load(connection)?;
    rows.into_iter().map(problem).collect()
}
