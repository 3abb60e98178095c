//! The link to the page before, at the top.

use askama::Template;

use super::{Attributes, Classes, Content, component};

/// A link back.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/back_link.html")]
pub struct BackLink {
    pub(super) content: Content,
    pub(super) href: String,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(BackLink);

impl BackLink {
    /// A link "Back" to an address.
    pub fn new(href: impl Into<String>) -> BackLink {
        BackLink { content: Content::from("Back"), href: href.into(), ..BackLink::default() }
    }
}
