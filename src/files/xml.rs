//! Batch files in XML (rules.md 5.4): the header's elements first, then one element per record,
//! whose children have no namespace.

use std::borrow::Cow;

use super::cell::Cell;
use super::encoding::{self, Encoding, NotText};
use super::finding::Finding;
use super::layout::{Column, Layout};
use super::table::{self, LAST_ROW, Table, TableRow};
use crate::model::JobKind;
use crate::xml::{Limits, ReadError, Reader, Start, escape};

/// What the root element says the document is.
pub(super) enum Root {
    /// A batch file of this kind; the flag says whether its namespace is right.
    Batch(JobKind, bool),
    /// A common transfer file.
    CommonTransferFile,
    /// Something else.
    Other,
}

/// The text of an XML file: UTF-8, or Windows-1252 or ISO 8859-1 if its declaration says so.
///
/// # Errors
/// When the bytes are in none of these encodings, or not in the declared one.
pub(super) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), NotText> {
    let head = String::from_utf8_lossy(bytes.get(..200).unwrap_or(bytes)).to_ascii_lowercase();
    let declared = head.split_once("encoding=").map(|(_, rest)| rest.trim_start_matches(['"', '\'']));
    let single_byte =
        declared.is_some_and(|name| ["windows-1252", "iso-8859-1"].iter().any(|known| name.starts_with(known)));
    if single_byte && !bytes.contains(&0) {
        let text = encoding::windows_1252(bytes).ok_or(NotText::Unknown)?;
        return Ok((Cow::Owned(text), Encoding::Windows1252));
    }
    match encoding::decode(bytes) {
        // XML without a declaration is UTF-8.
        Ok((_, Encoding::Windows1252 | Encoding::MacRoman)) => Err(NotText::Unknown),
        other => other,
    }
}

/// Identifies a document by its root element.
pub(super) fn root(text: &str) -> Root {
    let Ok(mut reader) = Reader::new(text, &Limits::BATCH) else { return Root::Other };
    let Ok(Some(start)) = reader.child() else { return Root::Other };
    if start.local.eq_ignore_ascii_case("CTfile") {
        return Root::CommonTransferFile;
    }
    let named = Layout::all().iter().find(|layout| layout.xml.root == start.local);
    named.map_or(Root::Other, |layout| Root::Batch(layout.kind(), reader.namespace(&start) == layout.xml.namespace))
}

/// Reads a document into a table with the layout's headings.
pub(super) fn read(text: &str, layout: &Layout, findings: &mut Vec<Finding>) -> Table {
    let mut table = Table { headings: layout.headings().map(str::to_owned).collect(), ..Table::default() };
    let read = Reader::new(text, &Limits::BATCH)
        .and_then(|mut reader| Document { layout, findings, table: &mut table }.read(&mut reader));
    if let Err(error) = read {
        findings.push(unreadable(text, &error));
    }
    table
}

fn unreadable(text: &str, error: &ReadError) -> Finding {
    let (what, place) = match error {
        ReadError::NotWellFormed { reason, place } => (reason.to_string(), place),
        ReadError::Invalid(invalid) => ("an element with invalid content".to_owned(), &invalid.place),
    };
    let line = text.bytes().take(place.offset).filter(|byte| *byte == b'\n').count() + 1;
    Finding::file(
        "the file",
        format!("line {line}: {what}"),
        "must be well-formed XML",
        "Export the file again; do not edit it by hand.",
    )
}

struct Document<'d> {
    layout: &'d Layout,
    findings: &'d mut Vec<Finding>,
    table: &'d mut Table,
}

impl Document<'_> {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), ReadError> {
        reader.child()?;
        while let Some(child) = reader.child()? {
            if child.local == self.layout.xml.record {
                if self.table.rows.len() >= LAST_ROW {
                    self.findings.push(table::too_long(self.table.rows.len() + 1));
                    return Ok(());
                }
                self.record(reader)?;
            } else if let Some(index) = self.header_index(&child) {
                let text = reader.text()?.into_owned();
                self.put_header(index, text);
            } else {
                self.unknown(self.table.rows.len());
                reader.skip_unknown()?;
            }
        }
        reader.finish()
    }

    fn header_index(&self, child: &Start<'_>) -> Option<usize> {
        self.layout.header.columns.iter().position(|column| column.heading == child.local)
    }

    fn put_header(&mut self, index: usize, text: String) {
        let header = &mut self.table.first_row;
        header.resize(header.len().max(index + 1), Cell::default());
        if let Some(cell) = header.get_mut(index) {
            *cell = Cell::text(text);
        }
    }

    fn record(&mut self, reader: &mut Reader<'_>) -> Result<(), ReadError> {
        let place = self.table.rows.len() + 1;
        let header = self.layout.header.columns.len();
        let mut cells = vec![Cell::default(); header + self.layout.record.columns.len()];
        let mut seen = vec![false; self.layout.record.columns.len()];
        while let Some(child) = reader.child()? {
            let Some(index) = self.layout.record.columns.iter().position(|column| column.element() == child.local)
            else {
                self.unknown(place);
                reader.skip_unknown()?;
                continue;
            };
            let text = reader.text()?.into_owned();
            if let (Some(cell), Some(seen)) = (cells.get_mut(header + index), seen.get_mut(index)) {
                if std::mem::replace(seen, true) {
                    self.findings.push(
                        Finding::file(
                            child.local,
                            "a repeated element",
                            "must occur only once in a record",
                            "Delete one of them.",
                        )
                        .at(place),
                    );
                }
                *cell = Cell::text(text);
            }
        }
        self.table.rows.push(TableRow { place, cells });
        Ok(())
    }

    /// The sender may have named the element anything, so only its position is reported.
    fn unknown(&mut self, place: usize) {
        let finding = Finding::file(
            "",
            "an unknown element",
            "must be an element of the layout",
            "Rename or delete it; docs/check-a-file.md lists the elements.",
        );
        self.findings.push(if place == 0 { finding } else { finding.at(place) });
    }
}

/// Writes rows as a document of the layout: header values first, then a record element per row.
/// `further` are elements behind those of the layout.
pub(super) fn write<'c>(
    layout: &Layout,
    further: &[String],
    header: impl IntoIterator<Item = &'c str>,
    records: impl IntoIterator<Item = Vec<&'c str>>,
) -> String {
    let mut out = begin(layout);
    for (column, value) in layout.header.columns.iter().zip(header) {
        element(&column.heading, value, &mut out);
    }
    out.push('\n');
    for values in records {
        let elements = layout.record.columns.iter().map(Column::element).chain(further.iter().map(String::as_str));
        record(layout, elements.zip(values), &mut out);
    }
    end(layout, &mut out);
    out
}

/// The beginning of a document of the layout, up to its first element.
pub(super) fn begin(layout: &Layout) -> String {
    let names = &layout.xml;
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<b:{} xmlns:b=\"{}\">\n", names.root, names.namespace)
}

/// Writes a record: its elements that are not empty.
pub(super) fn record<'c>(layout: &Layout, elements: impl Iterator<Item = (&'c str, &'c str)>, out: &mut String) {
    out.push_str(&format!("<b:{}>", layout.xml.record));
    for (name, value) in elements.filter(|(_, value)| !value.is_empty()) {
        element(name, value, out);
    }
    out.push_str(&format!("</b:{}>\n", layout.xml.record));
}

/// The end of a document.
pub(super) fn end(layout: &Layout, out: &mut String) {
    out.push_str(&format!("</b:{}>\n", layout.xml.root));
}

fn element(name: &str, value: &str, out: &mut String) {
    out.push_str(&format!("<{name}>"));
    escape(value, out);
    out.push_str(&format!("</{name}>"));
}
