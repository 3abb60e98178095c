//! What kind of service this is, at the top of every page.

use askama::Template;

use super::{Attributes, Classes, Content, Tag, component};

/// The kind of service, as a tag, and what it means.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/phase_banner.html")]
pub struct PhaseBanner {
    pub(super) tag: Tag,
    pub(super) content: Content,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(PhaseBanner);

impl PhaseBanner {
    /// A kind of service and what it means.
    pub fn new(tag: Tag, content: impl Into<Content>) -> PhaseBanner {
        PhaseBanner { tag, content: content.into(), ..PhaseBanner::default() }
    }

    fn shown_tag(&self) -> Tag {
        let classes = Classes::from("govuk-phase-banner__content__tag").and(self.tag.classes.0.trim_start());
        Tag { classes, ..self.tag.clone() }
    }
}
