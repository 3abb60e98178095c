//! What radios and checkboxes have in common: the items to choose among.

use askama::Template;

use super::field::Field;
use super::{Attributes, Classes, Content, Hint, Html, Label};

/// One item to choose, or the word between items.
#[derive(Debug, Clone, Default)]
pub struct Item {
    pub(super) content: Content,
    pub(super) value: String,
    /// The name and the id, where they are not the group's own.
    pub(super) name: Option<String>,
    pub(super) id: Option<String>,
    pub(super) hint: Option<Hint>,
    /// Whether it is chosen, whatever the values of the group are.
    pub(super) checked: Option<bool>,
    pub(super) disabled: bool,
    pub(super) conditional: Option<Html>,
    /// `exclusive`: choosing it takes back the others, with script.
    pub(super) behaviour: Option<String>,
    pub(super) label_classes: Classes,
    pub(super) label_attributes: Attributes,
    pub(super) attributes: Attributes,
    /// Stands between items, and makes this no item itself.
    pub(super) divider: Option<String>,
}

impl Item {
    /// An item by what the form has for it and what is shown.
    pub fn new(value: impl Into<String>, content: impl Into<Content>) -> Item {
        Item { value: value.into(), content: content.into(), ..Item::default() }
    }

    /// A word between items: "or".
    pub fn divider(words: impl Into<String>) -> Item {
        Item { divider: Some(words.into()), ..Item::default() }
    }

    /// Adds a hint below it.
    pub fn hint(mut self, hint: impl Into<Hint>) -> Item {
        self.hint = Some(hint.into());
        self
    }

    /// What is asked when it is chosen. Without script it always shows.
    pub fn conditional(mut self, html: Html) -> Item {
        self.conditional = Some(html);
        self
    }
}

/// The items as they are shown, with hint and error of the group before them.
#[derive(Template)]
#[template(path = "components/choices.html")]
pub(super) struct Choices<'a> {
    /// The name of the component.
    pub kind: &'static str,
    /// The type of its inputs.
    pub input: &'static str,
    pub field: &'a Field,
    pub items: Vec<Shown<'a>>,
    pub classes: &'a Classes,
    pub attributes: &'a Attributes,
}

/// An item as it is shown.
pub(super) struct Shown<'a> {
    id: String,
    name: &'a str,
    value: &'a str,
    checked: bool,
    disabled: bool,
    described_by: String,
    label: Label,
    hint: Option<Hint>,
    conditional: Option<&'a Html>,
    behaviour: Option<&'a str>,
    attributes: &'a Attributes,
    divider: Option<&'a str>,
}

/// The items of a group as they are shown. `described_by` names what describes each of them.
pub(super) fn shown<'a>(
    (kind, name, id): (&'static str, &'a str, &str),
    items: &'a [Item],
    described_by: &str,
    chosen: impl Fn(&str) -> bool,
) -> Vec<Shown<'a>> {
    let shown = |(position, item): (usize, &'a Item)| {
        let id = match (&item.id, position) {
            (Some(id), _) => id.clone(),
            (None, 0) => id.to_owned(),
            (None, _) => format!("{id}-{}", position + 1),
        };
        let hint_id = format!("{id}-item-hint");
        let own = if item.hint.is_some() { hint_id.as_str() } else { "" };
        let described_by = format!("{described_by} {own}").trim().to_owned();
        let hint = item.hint.clone().map(|hint| Hint {
            id: Some(hint_id),
            classes: Classes::from(format!("govuk-{kind}__hint").as_str()).and(hint.classes.0.trim_start()),
            ..hint
        });
        let label = Label {
            content: item.content.clone(),
            target: Some(id.clone()),
            page_heading: false,
            classes: Classes::from(format!("govuk-{kind}__label").as_str()).and(item.label_classes.0.trim_start()),
            attributes: item.label_attributes.clone(),
        };
        Shown {
            name: item.name.as_deref().unwrap_or(name),
            value: &item.value,
            checked: item.checked.unwrap_or_else(|| chosen(&item.value)),
            disabled: item.disabled,
            conditional: item.conditional.as_ref(),
            behaviour: item.behaviour.as_deref(),
            attributes: &item.attributes,
            divider: item.divider.as_deref(),
            id,
            described_by,
            label,
            hint,
        }
    };
    items.iter().enumerate().map(shown).collect()
}
