//! The bar with the parts of the service.

use std::fmt::{self, Display, Formatter};

use askama::Template;

use super::{Attributes, Classes, Content, Html, component};

/// The parts of the service, as links.
#[derive(Debug, Clone, Template)]
#[template(path = "components/service_navigation.html")]
pub struct ServiceNavigation {
    pub(super) service: Option<NavigationItem>,
    pub(super) items: Vec<NavigationItem>,
    /// What the landmark around a service's name is called.
    pub(super) section_label: String,
    /// What the list of links is called; the words of its button, unless set.
    pub(super) navigation_label: Option<String>,
    pub(super) navigation_id: String,
    pub(super) navigation_classes: Classes,
    pub(super) menu_button: String,
    pub(super) menu_button_label: Option<String>,
    pub(super) collapse: Option<bool>,
    pub(super) slots: Slots,
    pub(super) end_inline: bool,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

/// A part of the service.
#[derive(Debug, Clone, Default)]
pub struct NavigationItem {
    pub(super) content: Content,
    pub(super) href: Option<String>,
    pub(super) place: Option<Place>,
    pub(super) attributes: Attributes,
}

/// Where the page stands, seen from a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the page itself.
    Page,
    /// The page belongs to that part.
    Part,
}

/// What else may stand in the bar.
#[derive(Debug, Clone, Default)]
pub(super) struct Slots {
    pub start: Html,
    pub end: Html,
    pub list_start: Html,
    pub list_end: Html,
}

component!(ServiceNavigation);

impl ServiceNavigation {
    /// A bar without links yet.
    pub fn new() -> ServiceNavigation {
        ServiceNavigation {
            service: None,
            items: Vec::new(),
            section_label: "Service information".to_owned(),
            navigation_label: None,
            navigation_id: "navigation".to_owned(),
            navigation_classes: Classes::default(),
            menu_button: "Menu".to_owned(),
            menu_button_label: None,
            collapse: None,
            slots: Slots::default(),
            end_inline: false,
            classes: Classes::default(),
            attributes: Attributes::default(),
        }
    }

    /// Adds a part of the service.
    pub fn item(mut self, item: NavigationItem) -> ServiceNavigation {
        self.items.push(item);
        self
    }

    /// Adds what stands at the end of the bar, on the line of the links.
    pub fn end(mut self, html: Html) -> ServiceNavigation {
        self.slots.end = html;
        self.end_inline = true;
        self
    }

    fn is_section(&self) -> bool {
        let slots = !self.slots.start.0.is_empty() || !self.slots.end.0.is_empty();
        self.service.is_some() || slots
    }

    fn has_list(&self) -> bool {
        let slots = !self.slots.list_start.0.is_empty() || !self.slots.list_end.0.is_empty();
        !self.items.is_empty() || slots
    }

    fn collapses(&self) -> bool {
        self.collapse.unwrap_or(self.items.len() > 1)
    }

    fn shown_label(&self) -> &str {
        self.navigation_label.as_deref().unwrap_or(&self.menu_button)
    }

    fn shown_button_label(&self) -> Option<&str> {
        self.menu_button_label.as_deref().filter(|label| *label != self.menu_button)
    }
}

impl Default for ServiceNavigation {
    fn default() -> Self {
        ServiceNavigation::new()
    }
}

impl NavigationItem {
    /// A part of the service by its name and address.
    pub fn new(content: impl Into<Content>, href: impl Into<String>) -> NavigationItem {
        NavigationItem { content: content.into(), href: Some(href.into()), ..NavigationItem::default() }
    }

    /// Marks it as the page itself, or as the part that the page belongs to.
    pub fn seen_from(mut self, path: &str) -> NavigationItem {
        let Some(href) = &self.href else { return self };
        let below = path.strip_prefix(href.as_str()).is_some_and(|rest| rest.starts_with('/'));
        self.place = match path == href {
            true => Some(Place::Page),
            false => below.then_some(Place::Part),
        };
        self
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Place::Page => "page",
            Place::Part => "true",
        })
    }
}
