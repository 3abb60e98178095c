//! A group of controls under one question.

use askama::Template;

use super::{Attributes, Classes, Content, Html, component};

/// A group of controls.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/fieldset.html")]
pub struct Fieldset {
    pub(super) legend: Legend,
    pub(super) inside: Html,
    pub(super) role: Option<String>,
    pub(super) described_by: String,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

/// The question that a group of controls belongs to.
#[derive(Debug, Clone, Default)]
pub struct Legend {
    pub(super) content: Content,
    pub(super) page_heading: bool,
    pub(super) classes: Classes,
}

component!(Fieldset);

impl Fieldset {
    /// Controls under a question.
    pub fn new(legend: impl Into<Legend>, inside: Html) -> Fieldset {
        Fieldset { legend: legend.into(), inside, ..Fieldset::default() }
    }
}

impl Legend {
    /// The question as the page's heading, for a page with one question.
    pub fn page_heading(content: impl Into<Content>) -> Legend {
        Legend { content: content.into(), page_heading: true, classes: Classes::from("govuk-fieldset__legend--l") }
    }

    /// A question among others, as a heading of medium size.
    pub fn medium(content: impl Into<Content>) -> Legend {
        Legend { content: content.into(), page_heading: false, classes: Classes::from("govuk-fieldset__legend--m") }
    }
}

impl<C: Into<Content>> From<C> for Legend {
    fn from(content: C) -> Self {
        Legend { content: content.into(), ..Legend::default() }
    }
}
