//! Comma-separated values in batch files: a strict reader that reports the row of every error, and
//! the writer for all outgoing files, which prevents any cell from being interpreted as a formula.
//!
//! We wrote our own reader because a checker must report what common readers ignore: a quotation
//! mark that is never closed, text after a closing one, blank lines that shift the row numbers.
//! Tests compare it with the `csv` crate on input that both accept.

#[cfg(test)]
mod tests;
mod writer;

use std::borrow::Cow;

pub(super) use writer::{without_guard, write_row};

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

/// The most cells in a row, as in a spreadsheet: a file of nothing but commas would otherwise take
/// forty times its size in memory.
pub(super) const MOST_CELLS: usize = 256;

/// Why a row cannot be read. The rows after it cannot be read either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// A quotation mark is never closed.
    Unclosed,
    /// There is text between a closing quotation mark and the next separator.
    BehindQuote,
    /// There are more than [`MOST_CELLS`] cells.
    TooWide,
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
                Ok(_) if cells.len() == MOST_CELLS => {
                    self.rest = None;
                    return Some(Err((self.row, Broken::TooWide)));
                }
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
