//! The synthetic qualifications and units of `fixtures/catalogue.csv`, owned by the demo's awarding
//! organisation and others. They include those of `fixtures/aims.toml`.

use csv::{ReaderBuilder, StringRecord};

use super::FixtureError;
use crate::domain::catalogue;
use crate::model::CatalogueEntry;

/// Every entry, in the order of the file.
///
/// # Errors
/// The file is invalid.
pub fn entries() -> Result<Vec<CatalogueEntry>, FixtureError> {
    let wrong = |row: usize, field| FixtureError::Value { entry: format!("catalogue row {row}"), field };
    let mut reader = ReaderBuilder::new().from_reader(include_str!("../../fixtures/catalogue.csv").as_bytes());
    let headings: StringRecord = reader.headers().map_err(|_| wrong(1, "headings"))?.clone();
    let entry = |(record, row): (Result<StringRecord, csv::Error>, usize)| {
        let record = record.map_err(|_| wrong(row, "cells"))?;
        let cell = |heading: &str| {
            headings.iter().zip(&record).find(|(name, _)| *name == heading).map_or("", |(_, cell)| cell)
        };
        catalogue::entry(cell).map_err(|error| wrong(row, error.heading()))
    };
    reader.records().zip(2..).map(entry).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::super::aims;
    use super::*;
    use crate::model::EventSource;

    #[test]
    fn the_catalogue_agrees_with_the_aims() {
        let entries = entries().unwrap();
        let references: HashSet<_> = entries.iter().map(|entry| entry.reference).collect();
        assert!(entries.len() >= 180 && references.len() == entries.len());
        for aim in aims::all().unwrap() {
            if matches!(aim.source(), EventSource::Ao | EventSource::Qcfu) {
                let entry = entries.iter().find(|entry| entry.reference.to_string() == aim.code).unwrap();
                let event = aim.event(
                    "1000000000".parse().unwrap(),
                    aims::Happening::Awarded(chrono::NaiveDate::MIN, aim.grades.first().unwrap()),
                );
                assert_eq!((&entry.title, entry.credits, &entry.level), (&event.subject, event.credits, &event.level));
                assert_eq!(Some(&entry.qualification_type), event.qualification_type.as_ref());
                assert_eq!(Some(&entry.owner), event.awarding_organisation_ukprn.as_ref());
                assert!(aim.grades.iter().all(|grade| entry.grading.find(grade) == Some(grade)), "{}", aim.key);
            }
        }
    }
}
