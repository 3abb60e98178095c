//! The details of a learner, as a session keeps them from page to page.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::format::{Field, FieldTexts};
use crate::domain::text_of;
use crate::model::Learner;

/// The texts of a learner's fields, by their names in the contract. Empty ones are not kept.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(in crate::portal) struct Details(BTreeMap<String, String>);

impl Details {
    /// The details of a record.
    pub(super) fn of(learner: &Learner) -> Self {
        let mut details = Self::default();
        for field in Field::all() {
            details.set(field, text_of(learner, field).unwrap_or_default());
        }
        details
    }

    /// The text of a field; empty where there is none.
    pub(in crate::portal) fn get(&self, field: Field) -> &str {
        self.0.get(field.name()).map_or("", String::as_str)
    }

    /// Sets the text of a field.
    pub(super) fn set(&mut self, field: Field, text: impl Into<String>) {
        match text.into() {
            text if text.is_empty() => self.0.remove(field.name()),
            text => self.0.insert(field.name().to_owned(), text),
        };
    }

    /// Takes over these fields of another learner's details.
    pub(super) fn take(&mut self, fields: impl IntoIterator<Item = Field>, others: &Self) {
        for field in fields {
            self.set(field, others.get(field));
        }
    }

    /// The details for the domain.
    pub(super) fn texts(&self) -> FieldTexts<'_> {
        Field::all()
            .fold(FieldTexts::default(), |texts, field| texts.with(field, self.0.get(field.name()).map(String::as_str)))
    }

    /// Given name and family name.
    pub(in crate::portal) fn name(&self) -> String {
        format!("{} {}", self.get(Field::GivenName), self.get(Field::FamilyName)).trim().to_owned()
    }
}
