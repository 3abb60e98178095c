//! What is wrong with what was entered, shown at its field.

use askama::Template;

use super::{Attributes, Classes, Content, component};

/// An error at a field, in the words of the error summary.
#[derive(Debug, Clone, Template)]
#[template(path = "components/error_message.html")]
pub struct ErrorMessage {
    pub(super) content: Content,
    /// Read before the text, and not shown.
    pub(super) prefix: String,
    pub(super) id: Option<String>,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(ErrorMessage);

impl Default for ErrorMessage {
    fn default() -> Self {
        ErrorMessage {
            content: Content::default(),
            prefix: "Error".to_owned(),
            id: None,
            classes: Classes::default(),
            attributes: Attributes::default(),
        }
    }
}

impl<C: Into<Content>> From<C> for ErrorMessage {
    fn from(content: C) -> Self {
        ErrorMessage { content: content.into(), ..ErrorMessage::default() }
    }
}
