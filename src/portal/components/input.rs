//! A field of one line.

use askama::Template;

use super::field::Field;
use super::{Attributes, Classes, Content, ErrorMessage, Hint, Label, component, explained, labelled};

/// A field of one line with its label, hint and error.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/input.html")]
pub struct Input {
    pub(super) name: String,
    pub(super) label: Label,
    pub(super) field: Field,
    pub(super) kind: String,
    pub(super) value: Option<String>,
    pub(super) autocomplete: Option<String>,
    pub(super) autocapitalize: Option<String>,
    pub(super) inputmode: Option<String>,
    pub(super) pattern: Option<String>,
    pub(super) spellcheck: Option<bool>,
    pub(super) disabled: bool,
    pub(super) prefix: Option<Affix>,
    pub(super) suffix: Option<Affix>,
    pub(super) wrapper_classes: Classes,
    pub(super) wrapper_attributes: Attributes,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

/// What stands before or after the field, such as a unit. It is not read aloud.
#[derive(Debug, Clone, Default)]
pub(super) struct Affix {
    pub content: Content,
    pub classes: Classes,
    pub attributes: Attributes,
}

component!(Input);
labelled!(Input);
explained!(Input);

impl Input {
    /// A field by its name in the form, and its label.
    pub fn new(name: &str, label: impl Into<Label>) -> Input {
        let (name, field) = (name.to_owned(), Field::named(name));
        Input { name, field, label: label.into(), kind: "text".to_owned(), ..Input::default() }
    }

    /// What stands in it: what was typed, when the form comes back.
    pub fn value(mut self, value: impl Into<String>) -> Input {
        self.value = Some(value.into());
        self
    }

    /// How many characters wide it is shown: 2, 3, 4, 5, 10, 20 or 30.
    pub fn width(self, characters: u8) -> Input {
        self.classes(&format!("govuk-input--width-{characters}"))
    }

    /// What browsers may fill in: `username`, `one-time-code`, `off` ...
    pub fn autocomplete(mut self, purpose: &str) -> Input {
        self.autocomplete = Some(purpose.to_owned());
        self
    }

    /// For digits: the numeric keyboard on a telephone, and no spelling.
    pub fn numeric(mut self) -> Input {
        self.inputmode = Some("numeric".to_owned());
        self.spellcheck = Some(false);
        self
    }

    /// For an e-mail address: its keyboard, and no spelling.
    pub fn email(mut self) -> Input {
        self.kind = "email".to_owned();
        self.spellcheck = Some(false);
        self
    }

    /// Without the browser's spelling check, for names and codes.
    pub fn unspelled(mut self) -> Input {
        self.spellcheck = Some(false);
        self
    }

    fn wrapped(&self) -> bool {
        let beside = !self.field.before.is_empty() || !self.field.after.is_empty();
        self.prefix.is_some() || self.suffix.is_some() || beside
    }
}
