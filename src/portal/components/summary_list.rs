//! What is known of something, as names and values, with what may be changed.

use askama::Template;

use super::{Attributes, Classes, Content, Html, component};

/// Names and values. In a card they have a title, where a page shows several of their kind.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/summary_list.html")]
pub struct SummaryList {
    pub(super) rows: Vec<SummaryRow>,
    pub(super) card: Option<Card>,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

/// A name, its value, and what can be done with it.
#[derive(Debug, Clone, Default)]
pub struct SummaryRow {
    pub(super) key: Content,
    pub(super) key_classes: Classes,
    pub(super) value: Content,
    pub(super) value_classes: Classes,
    /// Whether the row says that it has actions, even without one.
    pub(super) has_actions: bool,
    pub(super) actions: Vec<RowAction>,
    pub(super) action_classes: Classes,
    pub(super) classes: Classes,
}

/// A link of a row or a card.
#[derive(Debug, Clone, Default)]
pub struct RowAction {
    pub(super) content: Content,
    pub(super) href: String,
    /// What it acts on, read aloud after the words of the link.
    pub(super) hidden: String,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

/// The frame around a list that has a title.
#[derive(Debug, Clone, Default)]
pub(super) struct Card {
    pub title: Content,
    pub heading_level: String,
    pub title_classes: Classes,
    pub actions: Vec<RowAction>,
    pub action_classes: Classes,
    pub classes: Classes,
    pub attributes: Attributes,
}

#[derive(Template)]
#[template(path = "components/row_action.html")]
struct Shown<'a> {
    action: &'a RowAction,
    card_title: Content,
}

component!(SummaryList);

impl SummaryList {
    /// A list without rows yet.
    pub fn new() -> SummaryList {
        SummaryList::default()
    }

    /// A list in a card with a title, which is a heading of level 2.
    pub fn titled(title: impl Into<Content>) -> SummaryList {
        let card = Card { title: title.into(), heading_level: "2".to_owned(), ..Card::default() };
        SummaryList { card: Some(card), ..SummaryList::default() }
    }

    /// Adds a name with its value.
    pub fn row(self, key: impl Into<Content>, value: impl Into<Content>) -> SummaryList {
        self.with(SummaryRow::new(key, value))
    }

    /// Adds a row.
    pub fn with(mut self, row: SummaryRow) -> SummaryList {
        self.rows.push(row);
        self
    }

    /// Adds a link beside the title of the card, if it has one.
    pub fn action(mut self, action: RowAction) -> SummaryList {
        if let Some(card) = &mut self.card {
            card.actions.push(action);
        }
        self
    }

    fn lacks_actions(&self, row: &SummaryRow) -> bool {
        !row.has_actions && row.actions.is_empty() && self.rows.iter().any(|row| !row.actions.is_empty())
    }

    fn shown(&self, action: &RowAction) -> Html {
        let card_title = self.card.as_ref().map(|card| card.title.clone()).unwrap_or_default();
        Html(Shown { action, card_title }.to_string().into())
    }
}

impl SummaryRow {
    /// A name with its value.
    pub fn new(key: impl Into<Content>, value: impl Into<Content>) -> SummaryRow {
        SummaryRow { key: key.into(), value: value.into(), ..SummaryRow::default() }
    }

    /// Adds a link "Change" with what it changes, which is read aloud after it.
    pub fn change(self, href: impl Into<String>, what: impl Into<String>) -> SummaryRow {
        self.action(RowAction::new("Change", href).of(what))
    }

    /// Adds a link.
    pub fn action(mut self, action: RowAction) -> SummaryRow {
        self.actions.push(action);
        self
    }
}

impl RowAction {
    /// A link by its words and its address.
    pub fn new(content: impl Into<Content>, href: impl Into<String>) -> RowAction {
        RowAction { content: content.into(), href: href.into(), ..RowAction::default() }
    }

    /// What it acts on, read aloud after the words of the link.
    pub fn of(mut self, what: impl Into<String>) -> RowAction {
        self.hidden = what.into();
        self
    }

    pub(super) fn shown(&self, card: &Card) -> Html {
        Html(Shown { action: self, card_title: card.title.clone() }.to_string().into())
    }
}
