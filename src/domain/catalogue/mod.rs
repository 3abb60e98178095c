//! The catalogue of qualifications and units (rules.md 6.1, 6.2): loading it, looking an entry up,
//! and who is recognised to award.

mod row;
mod search;

pub use row::{COLUMNS, Column, RowError, entry};
pub use search::{Offered, WhyNot};

use super::{Action, Administration, AdministrationError, Error, Service};
use crate::model::{CatalogueEntry, Organisation, Recognition, Reference, Ukprn};
use crate::store::{audit, catalogue as rows};

/// Entries per transaction.
const ROWS_AT_ONCE: usize = 1_000;

/// Qualifications and units, and who is recognised to award them.
#[derive(Clone, Copy)]
pub struct Catalogue<'s>(pub(super) &'s Service);

impl Catalogue<'_> {
    /// The entry of a reference.
    pub fn entry(&self, reference: Reference) -> Result<Option<CatalogueEntry>, Error> {
        Ok(self.0.inner.store.read(|store| rows::of(store, &[reference]))?.pop())
    }

    /// An awarding organisation's recognition, as jobs see it.
    pub fn recognition(&self, organisation: &Organisation) -> Result<Recognition, Error> {
        let known = self.0.inner.store.read(|store| rows::recognition(store, organisation.id))?;
        Ok(known.unwrap_or(Recognition::RECOGNISED))
    }
}

/// The result of loading a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CatalogueReport {
    /// Entries added.
    pub added: u64,
    /// Entries that replaced a different one with the same reference.
    pub changed: u64,
    /// Entries that were already there, identical.
    pub unchanged: u64,
}

impl Administration<'_> {
    /// Adds entries to the catalogue, replacing those with the same reference; the last one counts.
    /// `progress` is told how many were processed. Entries processed before an error stay.
    pub fn import_catalogue(
        &self,
        entries: impl IntoIterator<Item = CatalogueEntry>,
        mut progress: impl FnMut(u64),
    ) -> Result<CatalogueReport, AdministrationError> {
        let service = self.service;
        let mut report = CatalogueReport::default();
        let mut entries = entries.into_iter();
        loop {
            let chunk: Vec<CatalogueEntry> = entries.by_ref().take(ROWS_AT_ONCE).collect();
            if chunk.is_empty() {
                break;
            }
            let now = service.clock().now();
            let done = service.inner.store.write(move |store| {
                let mut report = CatalogueReport::default();
                let references: Vec<Reference> = chunk.iter().map(|entry| entry.reference).collect();
                let mut known = rows::of(store, &references)?;
                for entry in &chunk {
                    match known.iter_mut().find(|other| other.reference == entry.reference) {
                        Some(same) if same == entry => report.unchanged += 1,
                        Some(other) => {
                            report.changed += 1;
                            rows::put(store, entry, now)?;
                            other.clone_from(entry);
                        }
                        None => {
                            report.added += 1;
                            rows::put(store, entry, now)?;
                            known.push(entry.clone());
                        }
                    }
                }
                Ok(report)
            })?;
            report.added += done.added;
            report.changed += done.changed;
            report.unchanged += done.unchanged;
            progress(report.added + report.changed + report.unchanged);
        }
        self.call(Action::ImportCatalogue, |operator| {
            operator.trail([None], &format!("{} added, {} changed", report.added, report.changed));
            Ok(report)
        })
    }

    /// Sets an awarding organisation's recognition. One without an explicit recognition counts as
    /// recognised.
    pub fn set_recognition(&self, ukprn: Ukprn, recognition: Recognition) -> Result<(), AdministrationError> {
        let id = self.organisation(ukprn)?.id;
        self.call(Action::SetRecognition, |operator| {
            let entry = operator.entry(self.service.clock().now(), None, recognition.status.code());
            Ok(self.service.inner.store.write(move |store| {
                rows::set_recognition(store, id, recognition)?;
                audit::insert(store, std::iter::once(&entry))
            })?)
        })
    }
}
