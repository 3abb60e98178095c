//! Comma-separated values in batch files: a strict reader that reports the row of every error, and
//! the writer for all outgoing files, which prevents any cell from being interpreted as a formula.
//!
//! We wrote our own reader because a checker must report what common readers ignore: a quotation
//! mark that is never closed, text after a closing one, blank lines that shift the row numbers.
//! Tests compare it with the `csv` crate on input that both accept.

use std::borrow::Cow;

/// A row, numbered as in a spreadsheet: the headings are row 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record<'t> {
    pub(super) row: usize,
    pub(super) cells: Vec<Cow<'t, str>>,
}

impl Record<'_> {
    /// Whether every cell is blank.
    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Why a row cannot be read. The rows after it cannot be read either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// A quotation mark is never closed.
    Unclosed,
    /// There is text between a closing quotation mark and the next separator.
    BehindQuote,
}

/// Reads a text row by row, with a comma or another separator between the cells. Lines end in CRLF,
/// LF or CR. A quoted cell may contain any of them, and a quotation mark if it is doubled.
pub(super) struct Reader<'t> {
    separator: char,
    rest: Option<&'t str>,
    row: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, separator: char) -> Self {
        Reader { separator, rest: (!text.is_empty()).then_some(text), row: 0 }
    }

    /// Also returns what follows the cell: a separator, a line end, or the end of the text.
    fn cell(&mut self) -> Result<(Cow<'t, str>, End), Broken> {
        let text = self.rest.unwrap_or_default();
        let (cell, rest) = match text.strip_prefix('"') {
            Some(quoted) => quoted_cell(quoted)?,
            None => {
                let (cell, rest) = text.split_at(text.find([self.separator, '\r', '\n']).unwrap_or(text.len()));
                (Cow::Borrowed(cell), rest)
            }
        };
        let (end, rest) = if let Some(rest) = rest.strip_prefix(self.separator) {
            (End::Cell, Some(rest))
        } else if let Some(rest) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\r', '\n'])) {
            (End::Row, (!rest.is_empty()).then_some(rest))
        } else if rest.is_empty() {
            (End::Row, None)
        } else {
            return Err(Broken::BehindQuote);
        };
        self.rest = rest;
        Ok((cell, end))
    }
}

#[derive(PartialEq, Eq)]
enum End {
    Cell,
    Row,
}

fn quoted_cell(text: &str) -> Result<(Cow<'_, str>, &str), Broken> {
    let (first, mut rest) = text.split_once('"').ok_or(Broken::Unclosed)?;
    let mut cell = Cow::Borrowed(first);
    while let Some(more) = rest.strip_prefix('"') {
        let (piece, behind) = more.split_once('"').ok_or(Broken::Unclosed)?;
        cell.to_mut().push('"');
        cell.to_mut().push_str(piece);
        rest = behind;
    }
    Ok((cell, rest))
}

impl<'t> Iterator for Reader<'t> {
    type Item = Result<Record<'t>, (usize, Broken)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rest?;
        self.row += 1;
        let mut cells = Vec::new();
        loop {
            match self.cell() {
                Ok((cell, end)) => {
                    cells.push(cell);
                    if end == End::Row {
                        return Some(Ok(Record { row: self.row, cells }));
                    }
                    // A separator at the end of the text means that the last cell is empty.
                    self.rest.get_or_insert("");
                }
                Err(broken) => {
                    self.rest = None;
                    return Some(Err((self.row, broken)));
                }
            }
        }
    }
}

/// Appends a row as existing clients write it: every cell quoted, CRLF at the end (rules.md 5.3). A
/// cell that a spreadsheet would interpret as a formula gets a guard: an apostrophe in front.
pub(super) fn write_row<'c>(cells: impl IntoIterator<Item = &'c str>, out: &mut String) {
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
pub(super) fn without_guard(cell: Cow<'_, str>) -> Cow<'_, str> {
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
pub(super) fn needs_guard(cell: &str) -> bool {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        Reader::new(text, ',').map(|record| record.unwrap().cells.into_iter().map(Cow::into_owned).collect()).collect()
    }

    #[test]
    fn quotes_line_ends_and_empty_cells() {
        assert_eq!(rows("a,b\r\nc,d"), [["a", "b"], ["c", "d"]]);
        assert_eq!(rows("a\rb\nc\r\n"), [["a"], ["b"], ["c"]]);
        assert_eq!(rows("\"a,\"\"b\"\"\r\nc\",\"\"\n,"), [["a,\"b\"\r\nc", ""], ["", ""]]);
        assert_eq!(rows("a\n\nb"), [["a"], [""], ["b"]]);
        assert_eq!(rows("O\"Brien,x"), [["O\"Brien", "x"]]);
        assert!(rows("").is_empty());
    }

    #[test]
    fn faults_are_named_with_their_row() {
        let broken = |text| Reader::new(text, ',').find_map(Result::err);
        assert_eq!(broken("a\n\"b,c\nd"), Some((2, Broken::Unclosed)));
        assert_eq!(broken("\"a\"b,c"), Some((1, Broken::BehindQuote)));
    }

    #[test]
    fn formulas_are_guarded_and_numbers_are_not() {
        for (cell, written) in [
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("-Smith", "\"'-Smith\""),
            ("'=1", "\"''=1\""),
            ("-12", "\"-12\""),
            ("+44 20 7946 0000", "\"+44 20 7946 0000\""),
            ("O'Brien", "\"O'Brien\""),
            ("\tx", "\"'\tx\""),
        ] {
            let mut out = String::new();
            write_row([cell], &mut out);
            assert_eq!(out, format!("{written}\r\n"));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(table in proptest::collection::vec(proptest::collection::vec("[-=+@'\",;a\r\n\té0-9 ]{0,6}", 1..5), 1..6)) {
            let mut out = String::new();
            for row in &table {
                write_row(row.iter().map(String::as_str), &mut out);
            }
            let read: Vec<Vec<String>> =
                Reader::new(&out, ',').map(|record| record.unwrap().cells.into_iter().map(|cell| without_guard(cell).into_owned()).collect()).collect();
            prop_assert_eq!(read, table);
            prop_assert!(!out.contains("\"=") || out.contains("\"\"="));
        }

        #[test]
        fn the_csv_crate_reads_the_same(text in "[ab,\"\r\n ]{0,30}") {
            let ours: Result<Vec<_>, _> = Reader::new(&text, ',').collect();
            let Ok(ours) = ours else { return Ok(()) };
            let mut theirs = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let theirs: Vec<Vec<String>> = theirs.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
            let ours: Vec<Vec<String>> =
                ours.into_iter().filter(|record| record.cells != [""]).map(|record| record.cells.into_iter().map(Cow::into_owned).collect()).collect();
            let theirs: Vec<Vec<String>> = theirs.into_iter().filter(|record| record != &[""]).collect();
            prop_assert_eq!(ours, theirs);
        }
    }
}
