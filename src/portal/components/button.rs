//! A button, or a link that looks like one.

use askama::Template;

use super::{Attributes, Classes, Content, component};

/// A button. It submits its form unless it leads to an address.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/button.html")]
pub struct Button {
    pub(super) content: Content,
    pub(super) kind: Kind,
    pub(super) href: Option<String>,
    pub(super) name: Option<String>,
    pub(super) value: Option<String>,
    pub(super) id: Option<String>,
    pub(super) disabled: bool,
    pub(super) prevent_double_click: Option<bool>,
    pub(super) start: bool,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

/// What a press of a button does, as HTML has it: `submit`, `button` or `reset`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind(pub &'static str);

impl Default for Kind {
    fn default() -> Self {
        Kind("submit")
    }
}

component!(Button);

impl Button {
    /// A button that submits its form; what it says names the act.
    pub fn new(content: impl Into<Content>) -> Button {
        Button { content: content.into(), ..Button::default() }
    }

    /// A link that looks like a button.
    pub fn link(content: impl Into<Content>, href: impl Into<String>) -> Button {
        Button { content: content.into(), href: Some(href.into()), ..Button::default() }
    }

    /// The second choice of a page.
    pub fn secondary(self) -> Button {
        self.classes("govuk-button--secondary")
    }

    /// An act that removes something.
    pub fn warning(self) -> Button {
        self.classes("govuk-button--warning")
    }

    /// What the form has when it is submitted by this button.
    pub fn named(mut self, name: impl Into<String>, value: impl Into<String>) -> Button {
        self.name = Some(name.into());
        self.value = Some(value.into());
        self
    }

    /// With script, a second press within a second does nothing.
    pub fn once(mut self) -> Button {
        self.prevent_double_click = Some(true);
        self
    }

    fn is_html(&self) -> bool {
        matches!(self.content, Content::Html(_))
    }
}
