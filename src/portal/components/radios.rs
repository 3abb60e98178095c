//! A choice of one.

use askama::Template;

use super::choices::{self, Choices, Item};
use super::field::Field;
use super::{Attributes, Classes, ErrorMessage, Fieldset, Hint, Html, Legend, component, explained};

/// A choice of one among a few.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/group.html")]
pub struct Radios {
    pub(super) name: String,
    pub(super) field: Field,
    pub(super) fieldset: Option<Fieldset>,
    pub(super) items: Vec<Item>,
    pub(super) value: String,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(Radios);
explained!(Radios);

impl Radios {
    /// A choice by its name in the form, and its question.
    pub fn new(name: &str, legend: impl Into<Legend>) -> Radios {
        let fieldset = Some(Fieldset::new(legend, Html::default()));
        Radios { name: name.to_owned(), field: Field::named(name), fieldset, ..Radios::default() }
    }

    /// Adds one to choose.
    pub fn item(mut self, item: Item) -> Radios {
        self.items.push(item);
        self
    }

    /// The value that is chosen; none when it is empty.
    pub fn value(mut self, value: impl Into<String>) -> Radios {
        self.value = value.into();
        self
    }

    fn inside(&self) -> Html {
        let chosen = |value: &str| !self.value.is_empty() && self.value == value;
        let choices = Choices {
            kind: "radios",
            input: "radio",
            field: &self.field,
            items: choices::shown(("radios", &self.name, &self.field.id), &self.items, "", chosen),
            classes: &self.classes,
            attributes: &self.attributes,
        };
        self.field.under(self.fieldset.as_ref(), choices.to_string())
    }
}
