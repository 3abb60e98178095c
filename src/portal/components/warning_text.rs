//! What somebody must know before an act that has consequences.

use askama::Template;

use super::{Attributes, Classes, Content, component};

/// A warning.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/warning_text.html")]
pub struct WarningText {
    pub(super) content: Content,
    /// Read aloud before the text.
    pub(super) prefix: String,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(WarningText);

impl WarningText {
    /// A warning.
    pub fn new(content: impl Into<Content>) -> WarningText {
        WarningText { content: content.into(), prefix: "Warning".to_owned(), ..WarningText::default() }
    }
}
