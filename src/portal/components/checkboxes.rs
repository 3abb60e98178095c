//! A choice of several, or of one thing that is so or not.

use askama::Template;

use super::choices::{self, Choices, Item};
use super::field::Field;
use super::{Attributes, Classes, ErrorMessage, Fieldset, Hint, Html, Legend, component, explained};

/// A choice of several.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/group.html")]
pub struct Checkboxes {
    pub(super) name: String,
    pub(super) field: Field,
    pub(super) fieldset: Option<Fieldset>,
    pub(super) items: Vec<Item>,
    pub(super) values: Vec<String>,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(Checkboxes);
explained!(Checkboxes);

impl Checkboxes {
    /// A choice by its name in the form, and its question.
    pub fn new(name: &str, legend: impl Into<Legend>) -> Checkboxes {
        let fieldset = Some(Fieldset::new(legend, Html::default()));
        Checkboxes { fieldset, ..Checkboxes::alone(name) }
    }

    /// A choice that its one item's label explains.
    pub fn alone(name: &str) -> Checkboxes {
        Checkboxes { name: name.to_owned(), field: Field::named(name), ..Checkboxes::default() }
    }

    /// Adds one to choose.
    pub fn item(mut self, item: Item) -> Checkboxes {
        self.items.push(item);
        self
    }

    /// The values that are chosen.
    pub fn values<V: Into<String>>(mut self, values: impl IntoIterator<Item = V>) -> Checkboxes {
        self.values = values.into_iter().map(Into::into).collect();
        self
    }

    fn inside(&self) -> Html {
        let chosen = |value: &str| self.values.iter().any(|chosen| chosen == value);
        // Without a fieldset, each box names what describes them all.
        let described_by = if self.fieldset.is_some() { String::new() } else { self.field.descriptions() };
        let group = ("checkboxes", self.name.as_str(), self.field.id.as_str());
        let choices = Choices {
            kind: "checkboxes",
            input: "checkbox",
            field: &self.field,
            items: choices::shown(group, &self.items, &described_by, chosen),
            classes: &self.classes,
            attributes: &self.attributes,
        };
        self.field.under(self.fieldset.as_ref(), choices.to_string())
    }
}
