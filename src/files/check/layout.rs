//! Identifies the layout of a table, and files that are not batch files.

use super::Expected;
use crate::files::finding::Finding;
use crate::files::headings::Headings;
use crate::files::layout::{Holds, Layout};
use crate::files::name;
use crate::files::table::Table;
use crate::model::JobKind;

/// Recognises the service's own result files, whose records cannot be submitted again.
pub(super) fn answer(table: &Table) -> Option<Finding> {
    let is_answer = |layout: &&Layout| {
        layout.kind() != JobKind::Registration
            && layout.answer_headings().all(|column| table.headings.iter().any(|heading| heading == column))
    };
    let layout = Layout::all().iter().find(is_answer)?;
    Some(
        Finding::file(
            "the file",
            format!("the results of a {}", layout.title()),
            "must contain the records to submit",
            "Correct the records in the original file and send that again.",
        )
        .at(table.headings_row),
    )
}

/// Chooses the layout: of the requested kind, or the kind in the file's name, or the kind whose
/// headings match best; then the version stated in the file.
pub(super) fn layout(
    name: &str,
    table: &Table,
    expected: &Expected,
    findings: &mut Vec<Finding>,
) -> Option<&'static Layout> {
    let kind = expected.kind.or_else(|| name::kind(name));
    let headings = Headings::of(&table.headings);
    let candidates = Layout::all().iter().filter(|layout| kind.is_none_or(|kind| layout.kind() == kind));
    let candidates: Vec<(usize, &'static Layout)> =
        candidates.map(|layout| (headings.likeness(layout), layout)).collect();
    let known = candidates.iter().map(|(known, _)| *known).max()?;
    let mut likest = candidates.into_iter().filter(|(likeness, _)| *likeness == known).map(|(_, layout)| layout);
    let best = likest.next()?;
    let filled = table.headings.iter().filter(|heading| !heading.trim().is_empty()).count();
    if known == 0 || known * 2 < filled {
        let of = kind.map_or("a batch file", |_| best.title());
        findings.push(Finding::file(
            "",
            "unknown headings, or none",
            format!("must be the headings of {of}"),
            "Put the headings in the first row; docs/check-a-file.md lists them. If the file is of another kind, use --type.",
        ).at(table.headings_row));
        return None;
    }
    if likest.any(|layout| layout.kind() != best.kind()) {
        findings.push(Finding::file(
            "the file",
            "headings that several kinds of file have",
            "must be of a known kind",
            "Use --type registration, --type verify or --type achievement.",
        ));
        return None;
    }
    let column = table.headings.iter().position(|heading| heading == best.heading_that_holds(Holds::Version));
    let version = column.and_then(|column| table.rows.first()?.cells.get(column));
    Some(version.and_then(|version| Layout::of(best.kind(), version.as_str())).unwrap_or(best))
}

pub(super) fn common_transfer_file() -> Finding {
    Finding::file(
        "the file",
        "a common transfer file (CTF)",
        "is not supported",
        "Export a registration file (LRB, version 2A or 3A) from your management information system instead.",
    )
}
