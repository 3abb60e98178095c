//! What is held about one person, as a document.

use super::{Document, DocumentBlock, DocumentTable};
use crate::domain::SubjectReport;

/// A table for each kind of data; a sentence where there is none.
pub fn subject_document(report: &SubjectReport) -> Document {
    let blocks = report.sections.iter().map(|section| {
        if section.rows.is_empty() {
            return DocumentBlock::Paragraph(format!("{}: nothing", section.title));
        }
        let columns: Vec<(&str, u8)> = section.columns.iter().map(|column| (*column, 1)).collect();
        let mut table = DocumentTable::new(section.title, &columns);
        section.rows.iter().for_each(|row| table.push(row.iter().cloned()));
        DocumentBlock::Table(table)
    });
    Document { title: "What is held about a learner".to_owned(), blocks: blocks.collect() }
}
