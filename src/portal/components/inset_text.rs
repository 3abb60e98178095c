//! A text set off from what stands around it.

use askama::Template;

use super::{Attributes, Classes, Content, component};

/// A text set off by a line at its side.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/inset_text.html")]
pub struct InsetText {
    pub(super) content: Content,
    pub(super) id: Option<String>,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(InsetText);

impl InsetText {
    /// A text set off.
    pub fn new(content: impl Into<Content>) -> InsetText {
        InsetText { content: content.into(), ..InsetText::default() }
    }
}
