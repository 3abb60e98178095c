//! The fields of a form, as sent, and what is wrong with them.

use std::borrow::Cow;

use super::components::ErrorSummary;

/// The fields that a page received, in the order in which they were sent.
#[derive(Default)]
pub(super) struct Form(Vec<(String, String)>);

/// What is wrong with a field, in words for the person who filled it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldError {
    /// The name and id of the field.
    pub(super) field: &'static str,
    /// The sentence, without a full stop: it stands in the summary and at the field.
    pub(super) text: Cow<'static, str>,
}

/// What is wrong with a form, in the order of its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FormErrors(Vec<FieldError>);

impl Form {
    /// The fields of a body of the type `application/x-www-form-urlencoded`. What is not UTF-8 is
    /// replaced.
    pub(super) fn of(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// Adds a field.
    pub(super) fn push(&mut self, name: String, value: String) {
        self.0.push((name, value));
    }

    /// A field without spaces around it; empty where it was not sent.
    pub(super) fn text(&self, name: &str) -> &str {
        self.as_typed(name).trim()
    }

    /// A field exactly as sent, such as a password.
    pub(super) fn as_typed(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All fields.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All values of a field, such as ticked boxes.
    pub(super) fn all<'f>(&'f self, name: &str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl FormErrors {
    /// Notes what is wrong with a field. Only the first error of each field is kept.
    pub(super) fn add(&mut self, field: &'static str, text: impl Into<Cow<'static, str>>) {
        if self.of(field).is_none() {
            self.0.push(FieldError { field, text: text.into() });
        }
    }

    /// A form with one error.
    pub(super) fn one(field: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self(vec![FieldError { field, text: text.into() }])
    }

    /// What is wrong with this field.
    pub(super) fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.text.as_ref())
    }

    /// The summary at the top of the page; nothing if the form is right.
    pub(super) fn summary(&self) -> Option<ErrorSummary> {
        let all = self.0.iter().fold(ErrorSummary::new(), |all, error| all.field(error.field, error.text.as_ref()));
        (!self.is_empty()).then_some(all)
    }

    /// All errors.
    #[cfg(test)]
    pub(super) fn all(&self) -> &[FieldError] {
        &self.0
    }

    /// Whether the form is right.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_browsers_send_them() {
        let form = Form::of(b"name=+Zo%C3%AB+O%27Hara+&role=online&role=batch&empty=&broken=%FF");
        assert_eq!(form.text("name"), "Zo\u{eb} O'Hara");
        assert_eq!(form.as_typed("name"), " Zo\u{eb} O'Hara ");
        assert_eq!(form.all("role").collect::<Vec<_>>(), ["online", "batch"]);
        assert_eq!((form.text("empty"), form.text("absent")), ("", ""));
        assert_eq!(form.text("broken"), "\u{fffd}");
    }

    #[test]
    fn a_field_has_one_error() {
        let mut errors = FormErrors::default();
        errors.add("uln", "Enter a ULN");
        errors.add("uln", "ULN must have 10 digits");
        assert_eq!((errors.of("uln"), errors.of("name")), (Some("Enter a ULN"), None));
        assert!(!errors.is_empty() && FormErrors::default().is_empty());
    }
}
