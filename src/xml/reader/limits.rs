//! How large a document may be: the table of hardening.md, for requests about one learner and for batches.

/// What a document may be; more is refused with [`NotWellFormed::Limit`](super::super::NotWellFormed::Limit).
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
        bindings: 128,
        name: 256,
    };

    /// For requests that carry a batch.
    pub const BATCH: Limits = Limits { children: 100_000, elements: 5_000_000, ..Limits::INTERACTIVE };
}
