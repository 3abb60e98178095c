//! What only some people need to read, folded away.

use askama::Template;

use super::{Attributes, Classes, Content, component};

/// A line that unfolds to more.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/details.html")]
pub struct Details {
    pub(super) summary: Content,
    pub(super) content: Content,
    pub(super) id: Option<String>,
    pub(super) open: bool,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(Details);

impl Details {
    /// A line, and what it unfolds to.
    pub fn new(summary: impl Into<Content>, content: impl Into<Content>) -> Details {
        Details { summary: summary.into(), content: content.into(), ..Details::default() }
    }

    /// Unfolded when the page opens.
    pub fn open(mut self) -> Details {
        self.open = true;
        self
    }
}
