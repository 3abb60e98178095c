//! What LearnerService reports about an invalid request in addition to the captured fault: the
//! Xerces message that clients know, and the place.

use super::envelope;
use crate::contract::{Element, first_fault};
use crate::xml::{Limits, Place, Reader, escape};

/// A refused request as a strict validator sees it, and the line and column at which the service
/// stopped reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strict {
    /// The first error that Xerces would report. If it would find none, the service's own.
    pub text: String,
    line: usize,
    column: usize,
}

impl Strict {
    /// Reads the request `body` again, which the service refused at `place` with the message
    /// `rule`.
    pub fn of(body: &str, limits: &Limits, request: &Element, place: &Place, rule: &str) -> Strict {
        let text = fault_of_body(body, limits, request).unwrap_or_else(|| rule.to_owned());
        let body = body.strip_prefix('\u{feff}').unwrap_or(body);
        let before = body.get(..place.offset).unwrap_or(body);
        let (lines, last) = before.rsplit_once('\n').unwrap_or(("", before));
        let line = if last.len() == before.len() { 1 } else { lines.matches('\n').count() + 2 };
        Strict { text, line, column: last.chars().count() + 1 }
    }

    /// Writes the second entry in a fault's detail: the refused element, its place, and the rule.
    pub fn write(&self, place: &Place, rule: &str, out: &mut String) {
        out.push_str("<Refusal xmlns=\"urn:learning-records:refusal\">");
        for (name, value) in [
            ("Element", format!("/{}", place.path).as_str()),
            ("Line", &self.line.to_string()),
            ("Column", &self.column.to_string()),
            ("Rule", rule),
        ] {
            out.push('<');
            out.push_str(name);
            out.push('>');
            escape(value, out);
            out.push_str("</");
            out.push_str(name);
            out.push('>');
        }
        out.push_str("</Refusal>");
    }
}

fn fault_of_body(body: &str, limits: &Limits, request: &Element) -> Option<String> {
    let mut reader = Reader::new(body, limits).ok()?;
    let opened = envelope::open(&mut reader).ok()?;
    first_fault(&mut reader, &opened.root, request).ok()?
}
