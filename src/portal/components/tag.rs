//! A word that says what state something is in.

use askama::Template;

use super::{Attributes, Classes, Content, component};

/// A state, in words; its colour only repeats them.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/tag.html")]
pub struct Tag {
    pub(super) content: Content,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(Tag);

impl Tag {
    /// A state.
    pub fn new(content: impl Into<Content>) -> Tag {
        Tag { content: content.into(), ..Tag::default() }
    }

    /// In a colour that govuk-frontend has for tags: `green`, `yellow`, `red`, `grey` ...
    pub fn coloured(content: impl Into<Content>, colour: &str) -> Tag {
        Tag::new(content).classes(&format!("govuk-tag--{colour}"))
    }
}
