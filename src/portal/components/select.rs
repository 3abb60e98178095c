//! A choice of one from a list that folds out.

use askama::Template;

use super::field::Field;
use super::{Attributes, Classes, ErrorMessage, Hint, Label, component, explained, labelled};

/// A choice of one, where radios would be too many.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/select.html")]
pub struct Select {
    pub(super) name: String,
    pub(super) label: Label,
    pub(super) field: Field,
    pub(super) choices: Vec<Choice>,
    pub(super) value: Option<String>,
    pub(super) disabled: bool,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

/// One of the list.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    pub(super) text: String,
    /// What the form has for it; the text, unless set.
    pub(super) value: Option<String>,
    /// Whether it is chosen, whatever the value of the whole is.
    pub(super) selected: Option<bool>,
    pub(super) disabled: bool,
    pub(super) attributes: Attributes,
}

component!(Select);
labelled!(Select);
explained!(Select);

impl Select {
    /// A list by its name in the form, and its label.
    pub fn new(name: &str, label: impl Into<Label>) -> Select {
        let (name, field) = (name.to_owned(), Field::named(name));
        Select { name, field, label: label.into(), ..Select::default() }
    }

    /// Adds one to choose, by what the form has for it and what is shown.
    pub fn choice(mut self, value: impl Into<String>, text: impl Into<String>) -> Select {
        self.choices.push(Choice { text: text.into(), value: Some(value.into()), ..Choice::default() });
        self
    }

    /// The value that is chosen.
    pub fn value(mut self, value: impl Into<String>) -> Select {
        self.value = Some(value.into());
        self
    }

    fn selects(&self, choice: &Choice) -> bool {
        let value = choice.value.as_ref().unwrap_or(&choice.text);
        choice.selected.unwrap_or_else(|| self.value.as_ref() == Some(value))
    }
}
