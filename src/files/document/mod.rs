//! Documents that people read and keep: headings, paragraphs and tables, written as CSV or as a
//! tagged PDF. The caller decides what a document says.

mod csv;
mod pdf;
#[cfg(test)]
mod tests;

pub use csv::document_csv;
pub use pdf::{PdfError, document_pdf};

/// A document, in British English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The title, which is its first heading.
    pub title: String,
    /// What stands below the title.
    pub blocks: Vec<DocumentBlock>,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentBlock {
    /// A heading of the second level.
    Heading(String),
    /// A paragraph.
    Paragraph(String),
    /// A table.
    Table(DocumentTable),
}

/// A table: each column has a head, and the first cell of each row names the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentTable {
    caption: String,
    head: Vec<String>,
    /// How wide each column is, in relation to the others.
    widths: Vec<u8>,
    rows: Vec<Vec<String>>,
}

impl DocumentTable {
    /// A table without rows yet, by its caption and the head and relative width of each column.
    pub fn new(caption: impl Into<String>, columns: &[(&str, u8)]) -> Self {
        let (head, widths) = columns.iter().map(|(head, width)| ((*head).to_owned(), *width)).unzip();
        Self { caption: caption.into(), head, widths, rows: Vec::new() }
    }

    /// Adds a row. Missing cells are empty, and an empty cell has a dash, so that nobody takes it
    /// for a mistake.
    pub fn push(&mut self, cells: impl IntoIterator<Item = String>) {
        let mut row: Vec<String> = cells.into_iter().collect();
        row.resize(self.head.len(), String::new());
        for cell in row.iter_mut().filter(|cell| cell.trim().is_empty()) {
            "\u{2013}".clone_into(cell);
        }
        self.rows.push(row);
    }

    /// What the table shows.
    pub fn caption(&self) -> &str {
        &self.caption
    }

    /// The heads of its columns.
    pub fn head(&self) -> &[String] {
        &self.head
    }

    /// The rows, each with a cell for each column.
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }
}
