//! Reads the beginning of a document before the rest has arrived or needs to be read.

use super::{Limits, Reader};
use crate::xml::characters::check_characters;
use crate::xml::error::ReadError;

impl<'i> Reader<'i> {
    /// Starts reading the beginning of a document. Its characters are checked by
    /// [`Reader::check_so_far`] instead of here, so that whatever follows the part that is read
    /// does not matter.
    pub fn beginning(beginning: &'i str, limits: &'i Limits) -> Self {
        Self::unchecked(beginning, limits)
    }

    /// Treats the open element as ended once its child of this name has ended.
    pub fn end_after(&mut self, child: &'static str) {
        self.ends_after = Some((self.open.len(), child));
    }

    /// Checks the characters read so far.
    ///
    /// # Errors
    /// When the document contains a character that XML does not allow.
    pub fn check_so_far(&mut self) -> Result<(), ReadError> {
        check_characters(self.source.get(..self.offset()).unwrap_or(self.source))
    }
}
