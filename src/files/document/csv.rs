//! A document as CSV, for spreadsheets: its title and paragraphs, then its tables with their heads.

use super::{Document, DocumentBlock};
use crate::files::csv::write_row;

/// The document as CSV in UTF-8 with a byte order mark, by which spreadsheets know the encoding. No
/// cell can be interpreted as a formula.
pub fn document_csv(document: &Document) -> String {
    let mut text = String::from("\u{feff}");
    write_row([document.title.as_str()], &mut text);
    for block in &document.blocks {
        match block {
            DocumentBlock::Heading(words) | DocumentBlock::Paragraph(words) => write_row([words.as_str()], &mut text),
            DocumentBlock::Table(table) => {
                write_row([table.caption()], &mut text);
                for row in std::iter::once(table.head()).chain(table.rows().iter().map(Vec::as_slice)) {
                    write_row(row.iter().map(String::as_str), &mut text);
                }
            }
        }
    }
    text
}
