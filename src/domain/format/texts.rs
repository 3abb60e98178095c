//! The texts of a learner's fields as they were sent, not yet checked.

use super::{Field, FieldError};

/// The text of each field; `None` if the field was not sent. It holds personal data, so it has no
/// `Debug`.
#[derive(Clone, Copy, Default)]
pub struct FieldTexts<'a> {
    texts: [Option<&'a str>; Field::COUNT],
}

impl<'a> FieldTexts<'a> {
    /// The same with another text for a field.
    #[must_use]
    pub fn with(mut self, field: Field, text: impl Into<Option<&'a str>>) -> Self {
        if let Some(place) = self.texts.get_mut(field.place()) {
            *place = text.into();
        }
        self
    }

    /// The text of a field as it was sent, perhaps empty.
    pub fn sent(&self, field: Field) -> Option<&'a str> {
        self.texts.get(field.place()).copied().flatten()
    }

    /// The text of a field; absent and empty are the same.
    pub fn filled(&self, field: Field) -> Option<&'a str> {
        self.sent(field).filter(|text| !text.is_empty())
    }

    /// The fields that were sent, with their texts.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &'a str)> {
        Field::all().zip(self.texts).filter_map(|(field, text)| Some((field, text?)))
    }

    /// Everything wrong with a form: texts that break their rule, and fields of `mandatory` that
    /// are empty or blank.
    pub fn errors(&self, mandatory: &[Field]) -> Vec<FieldError> {
        let unfilled = |field: &Field| self.sent(*field).is_none_or(|text| text.trim().is_empty());
        let missing = mandatory.iter().filter(|field| unfilled(field)).map(|field| field.missing());
        let broken =
            self.iter().flat_map(|(field, text)| field.broken(text).map(move |rule| FieldError { field, rule }));
        missing.chain(broken).collect()
    }
}

impl<'a> FromIterator<(Field, Option<&'a str>)> for FieldTexts<'a> {
    fn from_iter<T: IntoIterator<Item = (Field, Option<&'a str>)>>(texts: T) -> Self {
        texts.into_iter().fold(Self::default(), |submitted, (field, text)| submitted.with(field, text))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::*;

    #[test]
    fn a_form_learns_of_everything_that_is_wrong_with_it() {
        let form = FieldTexts::default()
            .with(Field::GivenName, " ")
            .with(Field::FamilyName, "Example")
            .with(Field::DateOfBirth, "31/03/2008")
            .with(Field::Notes, "");
        let found = form.errors(&[Field::GivenName, Field::FamilyName, Field::Gender]);
        let expected =
            [(Field::GivenName, Rule::Mandatory), (Field::Gender, Rule::Mandatory), (Field::DateOfBirth, Rule::Date)];
        assert_eq!(found, expected.map(|(field, rule)| FieldError { field, rule }));
    }
}
