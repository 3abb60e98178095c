//! The limits of a document (the table in hardening.md), for requests about one learner and for
//! batches.

use super::Reader;
use crate::xml::error::{NotWellFormed, ReadError};

/// The limits of a document; exceeding one is refused with [`NotWellFormed::Limit`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Nesting depth of elements.
    pub depth: u32,
    /// Children of one element.
    pub children: u32,
    /// Elements in total.
    pub elements: u32,
    /// Attributes of one element, namespace declarations included.
    pub attributes: usize,
    /// Length of an attribute's value, in bytes.
    pub attribute_value: usize,
    /// Length of an element's text, in bytes.
    pub text: usize,
    /// Attributes in total, namespace declarations included.
    pub attributes_in_all: usize,
    /// References to entities and characters in total: each takes four bytes, and as long to read
    /// as an element.
    pub references: usize,
    /// Namespace bindings in scope at once.
    pub bindings: usize,
    /// Length of a name, in bytes.
    pub name: usize,
}

impl Limits {
    /// For requests about one learner.
    pub const INTERACTIVE: Limits = Limits {
        depth: 32,
        children: 2_000,
        elements: 20_000,
        attributes: 64,
        attribute_value: 8 * 1024,
        text: 64 * 1024,
        references: 50_000,
        attributes_in_all: 50_000,
        bindings: 128,
        name: 256,
    };

    /// For requests that carry a batch.
    pub const BATCH: Limits = Limits {
        children: 100_000,
        elements: 5_000_000,
        references: 500_000,
        attributes_in_all: 1_000_000,
        ..Limits::INTERACTIVE
    };
}

impl Reader<'_> {
    pub(super) fn count_references(&mut self, more: usize) -> Result<(), ReadError> {
        self.references += more;
        if self.references > self.limits.references {
            return Err(self.broken(NotWellFormed::Limit("references to entities and characters")));
        }
        Ok(())
    }
}
