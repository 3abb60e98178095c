//! The errors of a page at its top, each with a link to its field.

use askama::Template;

use super::{Attributes, Classes, Content, component};

/// The errors of a page. With script it takes the focus when the page opens.
#[derive(Debug, Clone, Template)]
#[template(path = "components/error_summary.html")]
pub struct ErrorSummary {
    pub(super) title: Content,
    pub(super) description: Content,
    pub(super) errors: Vec<SummaryError>,
    pub(super) disable_auto_focus: Option<bool>,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

#[derive(Debug, Clone, Default)]
pub(super) struct SummaryError {
    pub content: Content,
    pub href: Option<String>,
    pub attributes: Attributes,
}

component!(ErrorSummary);

impl ErrorSummary {
    /// A summary without errors yet.
    pub fn new() -> ErrorSummary {
        ErrorSummary {
            title: Content::from("There is a problem"),
            description: Content::default(),
            errors: Vec::new(),
            disable_auto_focus: None,
            classes: Classes::default(),
            attributes: Attributes::default(),
        }
    }

    /// Adds an error of the field with an id.
    pub fn field(mut self, id: &str, content: impl Into<Content>) -> ErrorSummary {
        let href = Some(format!("#{id}"));
        self.errors.push(SummaryError { content: content.into(), href, attributes: Attributes::default() });
        self
    }

    /// Adds an error that no field of the page can put right.
    pub fn page(mut self, content: impl Into<Content>) -> ErrorSummary {
        self.errors.push(SummaryError { content: content.into(), ..SummaryError::default() });
        self
    }
}

impl Default for ErrorSummary {
    fn default() -> Self {
        ErrorSummary::new()
    }
}
