//! A date as day, month and year.

use askama::Template;

use super::field::Field;
use super::{Attributes, Classes, Content, ErrorMessage, Fieldset, Hint, Html, Input, Label, Legend};
use super::{component, explained};

/// A date as day, month and year: fields `NAME-day`, `NAME-month` and `NAME-year`, which are their
/// ids as well.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/group.html")]
pub struct DateInput {
    pub(super) name_prefix: Option<String>,
    pub(super) field: Field,
    pub(super) fieldset: Option<Fieldset>,
    pub(super) parts: Vec<DatePart>,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

/// A part of a date.
#[derive(Debug, Clone, Default)]
pub(super) struct DatePart {
    pub name: String,
    pub id: Option<String>,
    pub label: String,
    pub value: Option<String>,
    /// Whether it is the part in error; all are, when the date has an error and none says.
    pub error: Option<bool>,
    pub width: u8,
    pub inputmode: Option<String>,
    pub autocomplete: Option<String>,
    pub pattern: Option<String>,
    pub classes: Classes,
    pub attributes: Attributes,
}

#[derive(Template)]
#[template(path = "components/date_parts.html")]
struct Parts<'a> {
    field: &'a Field,
    inputs: Vec<Input>,
    classes: &'a Classes,
    attributes: &'a Attributes,
}

component!(DateInput);
explained!(DateInput);

impl DateInput {
    /// A date by its name in the form, and its question.
    pub fn new(name: &str, legend: impl Into<Legend>) -> DateInput {
        let part = |name: &str, label: &str, width| DatePart {
            name: name.to_owned(),
            label: label.to_owned(),
            width,
            ..DatePart::default()
        };
        DateInput {
            name_prefix: Some(name.to_owned()),
            field: Field::named(name),
            fieldset: Some(Fieldset::new(legend, Html::default())),
            parts: vec![part("day", "Day", 2), part("month", "Month", 2), part("year", "Year", 4)],
            ..DateInput::default()
        }
    }

    /// What stands in day, month and year: what was typed, when the form comes back.
    pub fn values(mut self, values: [&str; 3]) -> DateInput {
        for (part, value) in self.parts.iter_mut().zip(values) {
            part.value = Some(value.to_owned());
        }
        self
    }

    /// Says which of day, month and year are in error, where not the whole date is.
    pub fn parts_in_error(mut self, in_error: [bool; 3]) -> DateInput {
        for (part, in_error) in self.parts.iter_mut().zip(in_error) {
            part.error = Some(in_error);
        }
        self
    }

    fn inside(&self) -> Html {
        let any = self.parts.iter().any(DatePart::is_in_error);
        let parts = Parts {
            field: &self.field,
            inputs: self.parts.iter().map(|part| self.input(part, any)).collect(),
            classes: &self.classes,
            attributes: &self.attributes,
        };
        let grouped = self.fieldset.clone().map(|fieldset| Fieldset { role: Some("group".to_owned()), ..fieldset });
        self.field.under(grouped.as_ref(), parts.to_string())
    }

    fn input(&self, part: &DatePart, any_in_error: bool) -> Input {
        let all_in_error = part.error != Some(false) && self.field.error.is_some() && !any_in_error;
        let mut classes = Classes::from("govuk-date-input__input");
        if !part.classes.contains("govuk-input--error") && (part.is_in_error() || all_in_error) {
            classes.add("govuk-input--error");
        }
        if !part.classes.contains("govuk-input--width-") {
            classes.add(&format!("govuk-input--width-{}", part.width));
        }
        classes.add(part.classes.0.trim_start());
        let name = match &self.name_prefix {
            Some(prefix) => format!("{prefix}-{}", part.name),
            None => part.name.clone(),
        };
        Input {
            field: Field {
                id: part.id.clone().unwrap_or_else(|| format!("{}-{}", self.field.id, part.name)),
                ..Field::default()
            },
            name,
            label: Label::from(Content::from(&part.label)).classes("govuk-date-input__label"),
            kind: "text".to_owned(),
            value: part.value.clone(),
            inputmode: Some(part.inputmode.clone().unwrap_or_else(|| "numeric".to_owned())),
            autocomplete: part.autocomplete.clone(),
            pattern: part.pattern.clone(),
            classes,
            attributes: part.attributes.clone(),
            ..Input::default()
        }
    }
}

impl DatePart {
    fn is_in_error(&self) -> bool {
        self.error == Some(true) || self.classes.contains("govuk-input--error")
    }
}
