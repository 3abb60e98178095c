//! The first link of a page, which leads past what all pages have.

use askama::Template;

use super::{Attributes, Classes, Content, component};

/// A link past the header, shown when it has the focus.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/skip_link.html")]
pub struct SkipLink {
    pub(super) href: String,
    pub(super) content: Content,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(SkipLink);

impl SkipLink {
    /// A link to an element of the page, by its id.
    pub fn new(content: impl Into<Content>, id: &str) -> SkipLink {
        SkipLink { href: format!("#{id}"), content: content.into(), ..SkipLink::default() }
    }
}
