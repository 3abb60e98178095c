//! A body as text.

use std::ops::Deref;

use crate::soap::http::media::Charset;
use crate::xml::Declaration;

/// A body as text, without byte order mark and XML declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    whole: String,
    start: usize,
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.whole.get(self.start..).unwrap_or_default()
    }
}

/// Text already decoded, without a declaration.
impl From<String> for Text {
    fn from(whole: String) -> Self {
        Self { whole, start: 0 }
    }
}

impl Text {
    /// Removes byte order mark and declaration; returns the declared encoding, if there is one.
    #[expect(clippy::option_option, reason = "declared, and then known or not")]
    pub(super) fn of(whole: String) -> Result<(Self, Option<Option<Charset>>), &'static str> {
        let start = if whole.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let declaration = Declaration::read(whole.get(start..).unwrap_or_default())?;
        let declared = declaration.encoding.map(Charset::named);
        let start = start + declaration.length;
        Ok((Text { whole, start }, declared))
    }
}
