#![allow(clippy::unwrap_used)]

use super::*;

fn document(rows: usize, subject: &str) -> Document {
    let mut table = DocumentTable::new("Events", &[("Subject", 4), ("Grade", 1)]);
    for row in 0..rows {
        table.push([format!("{subject} {row}"), String::new()]);
    }
    let blocks = vec![
        DocumentBlock::Heading("Part".to_owned()),
        DocumentBlock::Paragraph("Words.".to_owned()),
        DocumentBlock::Table(table),
    ];
    Document { title: "A title".to_owned(), blocks }
}

#[test]
fn a_long_document_conforms_whatever_its_text_is() {
    for (rows, subject) in [
        (0, ""),
        (1, "Ll\u{175}n a\u{302} \u{201c}quotes\u{201d} \u{2013} \u{20ac}"),
        (200, &*"word ".repeat(60)),
        (3, &*"w".repeat(400)),
        (2, "\u{4e2d}\u{6587} \u{1f600} \u{627}\u{644} \u{ad}\u{200b}\u{0}\u{7}"),
    ] {
        let pdf = document_pdf(&document(rows, subject)).unwrap();
        assert!(pdf.starts_with(b"%PDF-1.7"));
    }
}

#[test]
fn csv_has_everything_and_no_formula() {
    let text = document_csv(&document(1, "=1+1"));
    assert_eq!(
        text,
        "\u{feff}\"A title\"\r\n\"Part\"\r\n\"Words.\"\r\n\"Events\"\r\n\"Subject\",\"Grade\"\r\n\"'=1+1 0\",\"\u{2013}\"\r\n"
    );
}
