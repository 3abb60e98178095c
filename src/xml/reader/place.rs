//! The reader's position, and errors that state it.

use super::{RawName, Reader, Start};
use crate::xml::error::{Invalid, NotWellFormed, Place, ReadError};

impl<'i> Reader<'i> {
    /// The current position.
    pub fn place(&self) -> Place {
        let names: Vec<&str> = self.open.iter().map(|open| if open.known { open.local } else { "?" }).collect();
        Place { offset: self.offset(), path: names.join("/") }
    }

    /// A content error at the current position.
    pub fn invalid(&self, text: String) -> ReadError {
        ReadError::Invalid(Box::new(Invalid { text, place: self.place() }))
    }

    /// An error in the value of `start`, whose text has been read.
    pub(in crate::xml) fn invalid_value(&self, start: &Start<'_>, text: String) -> ReadError {
        let Place { offset, path } = self.place();
        ReadError::Invalid(Box::new(Invalid { text, place: Place { offset, path: format!("{path}/{}", start.local) } }))
    }

    /// The name of the open element at this depth; the root's is 1.
    pub(super) fn raw_name(&self, depth: usize) -> RawName<'i> {
        let open = depth.checked_sub(1).and_then(|index| self.open.get(index));
        open.map_or(RawName { prefix: "", local: "" }, |open| RawName { prefix: open.prefix, local: open.local })
    }

    pub(super) fn broken(&self, reason: NotWellFormed) -> ReadError {
        ReadError::NotWellFormed { reason, place: self.place() }
    }

    pub(super) fn offset(&self) -> usize {
        usize::try_from(self.events.buffer_position()).unwrap_or(usize::MAX)
    }
}
