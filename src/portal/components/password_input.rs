//! A field for a password, with a button that shows it, which appears with script.

use askama::Template;

use super::button::{Button, Kind};
use super::field::Field;
use super::{Attributes, Classes, Content, ErrorMessage, Hint, Html, Input, Label, component, explained, labelled};

/// A field for a password. It is never filled in by a page of ours.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/password_input.html")]
pub struct PasswordInput {
    pub(super) name: String,
    pub(super) label: Label,
    pub(super) field: Field,
    pub(super) value: Option<String>,
    pub(super) autocomplete: Option<String>,
    pub(super) disabled: bool,
    pub(super) words: Words,
    pub(super) button_classes: Classes,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

/// What its button says and what is read aloud when it is pressed, where it is not as usual.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    pub show: Option<String>,
    pub hide: Option<String>,
    pub show_label: Option<String>,
    pub hide_label: Option<String>,
    pub shown: Option<String>,
    pub hidden: Option<String>,
}

component!(PasswordInput);
labelled!(PasswordInput);
explained!(PasswordInput);

impl PasswordInput {
    /// The password of an account that exists.
    pub fn current(name: &str, label: impl Into<Label>) -> PasswordInput {
        let (name, field) = (name.to_owned(), Field::named(name));
        PasswordInput { name, field, label: label.into(), ..PasswordInput::default() }
    }

    /// A password that is being chosen.
    pub fn chosen(name: &str, label: impl Into<Label>) -> PasswordInput {
        let autocomplete = Some("new-password".to_owned());
        PasswordInput { autocomplete, ..PasswordInput::current(name, label) }
    }

    /// The field that it is made of.
    fn input(&self) -> Input {
        let mut field = self.field.clone();
        field.group_classes = Classes::from("govuk-password-input").and(self.field.group_classes.0.trim_start());
        field.group_attributes = self.group_attributes();
        field.after = Content::Html(Html(format!("{}{}", self.button(), self.field.after).into()));
        let own = "govuk-password-input__input govuk-js-password-input-input";
        Input {
            name: self.name.clone(),
            label: self.label.clone(),
            field,
            kind: "password".to_owned(),
            value: self.value.clone(),
            autocomplete: Some(self.autocomplete.clone().unwrap_or_else(|| "current-password".to_owned())),
            autocapitalize: Some("none".to_owned()),
            spellcheck: Some(false),
            disabled: self.disabled,
            wrapper_classes: Classes::from("govuk-password-input__wrapper"),
            classes: Classes::from(own).and(self.classes.0.trim_start()),
            attributes: self.attributes.clone(),
            ..Input::default()
        }
    }

    fn group_attributes(&self) -> Attributes {
        let mut attributes = Attributes::default();
        attributes.add("data-module", "govuk-password-input");
        let words = [
            ("data-i18n.show-password", &self.words.show),
            ("data-i18n.hide-password", &self.words.hide),
            ("data-i18n.show-password-aria-label", &self.words.show_label),
            ("data-i18n.hide-password-aria-label", &self.words.hide_label),
            ("data-i18n.password-shown-announcement", &self.words.shown),
            ("data-i18n.password-hidden-announcement", &self.words.hidden),
        ];
        for (name, word) in words {
            if let Some(word) = word {
                attributes.add(name, word);
            }
        }
        attributes.0.extend(self.field.group_attributes.0.iter().cloned());
        attributes
    }

    fn button(&self) -> Button {
        let mut button = Button::new(self.words.show.as_deref().unwrap_or("Show"))
            .secondary()
            .classes("govuk-password-input__toggle govuk-js-password-input-toggle")
            .classes(self.button_classes.0.trim_start())
            .attribute("aria-controls", &self.field.id)
            .attribute("aria-label", self.words.show_label.as_deref().unwrap_or("Show password"));
        button.attributes.flag("hidden");
        button.kind = Kind("button");
        button
    }
}
