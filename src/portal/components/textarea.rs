//! A field of several lines.

use askama::Template;

use super::field::Field;
use super::{Attributes, Classes, ErrorMessage, Hint, Label, component, explained, labelled};

/// A field of several lines.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/textarea.html")]
pub struct Textarea {
    pub(super) name: String,
    pub(super) label: Label,
    pub(super) field: Field,
    pub(super) value: String,
    pub(super) rows: String,
    pub(super) autocomplete: Option<String>,
    pub(super) spellcheck: Option<bool>,
    pub(super) disabled: bool,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(Textarea);
labelled!(Textarea);
explained!(Textarea);

impl Textarea {
    /// A field by its name in the form, and its label.
    pub fn new(name: &str, label: impl Into<Label>) -> Textarea {
        let (name, field) = (name.to_owned(), Field::named(name));
        Textarea { name, field, label: label.into(), rows: "5".to_owned(), ..Textarea::default() }
    }

    /// What stands in it: what was typed, when the form comes back.
    pub fn value(mut self, value: impl Into<String>) -> Textarea {
        self.value = value.into();
        self
    }
}
