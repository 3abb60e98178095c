//! The coloured box that says that something is done.

use askama::Template;

use super::{Attributes, Classes, Content, Html, component};

/// What was done, as the page's heading, and what follows from it.
#[derive(Debug, Clone, Template)]
#[template(path = "components/panel.html")]
pub struct Panel {
    pub(super) title: Content,
    pub(super) content: Content,
    pub(super) heading_level: String,
    pub(super) actions: Option<Actions>,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

/// What can be done next, for a panel that interrupts.
#[derive(Debug, Clone, Default)]
pub(super) struct Actions {
    pub items: Vec<Html>,
    pub classes: Classes,
    pub attributes: Attributes,
}

component!(Panel);

impl Panel {
    /// What was done, and what follows from it.
    pub fn new(title: impl Into<Content>, content: impl Into<Content>) -> Panel {
        Panel {
            title: title.into(),
            content: content.into(),
            heading_level: "1".to_owned(),
            actions: None,
            classes: Classes::default(),
            attributes: Attributes::default(),
        }
    }

    fn is_interruption(&self) -> bool {
        self.classes.contains("govuk-panel--interruption")
    }

    fn shown_actions(&self) -> Option<&Actions> {
        self.actions.as_ref().filter(|_| self.is_interruption())
    }
}
