//! Writes CSV so that no cell can be interpreted as a formula, and removes that guard again.

use std::borrow::Cow;

/// Appends a row as existing clients write it: every cell quoted, CRLF at the end (rules.md 5.3). A
/// cell that a spreadsheet would interpret as a formula gets a guard: an apostrophe in front.
pub(in crate::files) fn write_row<'c>(cells: impl IntoIterator<Item = &'c str>, out: &mut String) {
    for (index, cell) in cells.into_iter().enumerate() {
        out.push_str(if index == 0 { "\"" } else { ",\"" });
        if needs_guard(cell) {
            out.push('\'');
        }
        let mut pieces = cell.split('"');
        out.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            out.push_str("\"\"");
            out.push_str(piece);
        }
        out.push('"');
    }
    out.push_str("\r\n");
}

/// Removes the guard from a cell, so that a row which was exported, corrected in a spreadsheet and
/// submitted again keeps its values.
pub(in crate::files) fn without_guard(cell: Cow<'_, str>) -> Cow<'_, str> {
    match cell.strip_prefix('\'') {
        Some(rest) if needs_guard(rest) => match cell {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(1..).unwrap_or_default()),
            Cow::Owned(_) => Cow::Owned(rest.to_owned()),
        },
        _ => cell,
    }
}

/// Whether a spreadsheet would interpret a cell as a formula: it begins with `= + - @`, a tab or a
/// line end, and is not a plain number. A cell that already has a guard gets a second one, so that
/// removing one restores what was written.
fn needs_guard(cell: &str) -> bool {
    let bare = cell.trim_start_matches('\'');
    match bare.chars().next() {
        Some('=' | '@' | '\t' | '\r' | '\n') => true,
        Some('+' | '-') => bare.len() != cell.len() || !is_plain_number(bare),
        _ => false,
    }
}

fn is_plain_number(text: &str) -> bool {
    let digits = text.get(1..).unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'.'))
}
