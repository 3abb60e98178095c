//! The bar at the top with the wordmark. It is not the government's, and so has no crown.

use askama::Template;

use super::{Attributes, Classes, Content, component};

/// The bar at the top.
#[derive(Debug, Clone, Template)]
#[template(path = "components/generic_header.html")]
pub struct GenericHeader {
    pub(super) logo: Content,
    pub(super) href: String,
    pub(super) container_classes: String,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(GenericHeader);

impl GenericHeader {
    /// A wordmark that leads to the start.
    pub fn new(logo: impl Into<Content>) -> GenericHeader {
        GenericHeader {
            logo: logo.into(),
            href: "/".to_owned(),
            container_classes: "govuk-width-container".to_owned(),
            classes: Classes::default(),
            attributes: Attributes::default(),
        }
    }
}
