//! The label of a control.

use askama::Template;

use super::{Attributes, Classes, Content, component};

/// A label.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/label.html")]
pub struct Label {
    pub(super) content: Content,
    /// The id of the control.
    pub(super) target: Option<String>,
    pub(super) page_heading: bool,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(Label);

impl Label {
    /// The label as the page's heading, for a page with one question.
    pub fn page_heading(mut self) -> Label {
        self.page_heading = true;
        self.classes("govuk-label--l")
    }

    /// The same for the control with an id.
    pub(super) fn for_id(&self, id: &str) -> Label {
        Label { target: Some(id.to_owned()), ..self.clone() }
    }
}

impl<C: Into<Content>> From<C> for Label {
    fn from(content: C) -> Self {
        Label { content: content.into(), ..Label::default() }
    }
}
