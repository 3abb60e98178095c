//! How large a document may be: the table of hardening.md, for requests about one learner and for batches.

use super::Reader;
use crate::xml::error::{NotWellFormed, ReadError};

/// What a document may be; more is refused with [`NotWellFormed::Limit`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Nesting of elements.
    pub depth: u32,
    /// Child elements of one element.
    pub children: u32,
    /// Elements in all.
    pub elements: u32,
    /// Attributes of one element, namespace declarations included.
    pub attributes: usize,
    /// Bytes of one attribute's value.
    pub attribute_value: usize,
    /// Bytes of the text of one element.
    pub text: usize,
    /// Attributes in all, namespace declarations included.
    pub attributes_in_all: usize,
    /// References to entities and characters in all: four bytes that cost as much to read as an element.
    pub references: usize,
    /// Namespace bindings in scope at once.
    pub bindings: usize,
    /// Bytes of one name.
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
