//! Reading the beginning of a document whose rest is not there yet, or not to be looked at yet.

use super::{Limits, Reader};
use crate::xml::characters::check_characters;
use crate::xml::error::ReadError;

impl<'i> Reader<'i> {
    /// Begins to read a document of which this is the beginning. Its characters are checked by [`Reader::check_so_far`], not here: what
    /// stands behind the part that is read does not count.
    pub fn beginning(beginning: &'i str, limits: &'i Limits) -> Self {
        Self::unchecked(beginning, limits)
    }

    /// Takes the element that is open as ended when its child of this name has ended.
    pub fn end_after(&mut self, child: &'static str) {
        self.ends_after = Some((self.open.len(), child));
    }

    /// Checks the characters of what has been read.
    ///
    /// # Errors
    /// When the document has a character that XML does not allow.
    pub fn check_so_far(&mut self) -> Result<(), ReadError> {
        check_characters(self.source.get(..self.offset()).unwrap_or(self.source))
    }
}
