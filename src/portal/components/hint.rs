//! A hint: what helps to fill in a field.

use askama::Template;

use super::{Attributes, Classes, Content, component};

/// A hint at a field. The control names it by its id.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/hint.html")]
pub struct Hint {
    pub(super) content: Content,
    pub(super) id: Option<String>,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(Hint);

impl<C: Into<Content>> From<C> for Hint {
    fn from(content: C) -> Self {
        Hint { content: content.into(), ..Hint::default() }
    }
}
