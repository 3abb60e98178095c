//! Looking for the qualifications and units that an awarding organisation may submit, and why it
//! may not submit others.

use super::Catalogue;
use crate::domain::{Caller, Error};
use crate::model::{Availability, CatalogueEntry, Permission, Reference};
use crate::store::catalogue as rows;

/// The most entries of each kind that a search shows (our choice).
const MOST: usize = 20;
/// Words beyond this many narrow a search no further (our choice).
const MOST_WORDS: usize = 8;

/// What a search of the catalogue found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offered {
    /// What the organisation may submit, by reference.
    pub open: Vec<CatalogueEntry>,
    /// What it may not submit, and why.
    pub closed: Vec<(CatalogueEntry, WhyNot)>,
    /// Whether there is more than what is here.
    pub more: bool,
}

/// Why an organisation may not submit achievements of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNot {
    /// It belongs to another organisation, which does not share it (B002).
    OfAnother,
    /// Its owner shares it with some organisations, and not with this one (B002).
    NotShared,
    /// The organisation is not recognised (B009).
    NotRecognised,
}

impl Catalogue<'_> {
    /// Looks for entries that have all the words of this text in their reference or title. A
    /// reference is found with and without slashes.
    ///
    /// # Errors
    /// When the caller may not submit achievements, or the store fails.
    pub fn search(&self, caller: &Caller<'_>, text: &str) -> Result<Offered, Error> {
        caller.require(Permission::SubmitAchievements)?;
        let organisation = caller.organisation()?;
        let words: Vec<String> = text
            .split_whitespace()
            .take(MOST_WORDS)
            .map(|word| word.parse().map_or_else(|_| word.to_owned(), |reference: Reference| reference.to_string()))
            .collect();
        if words.is_empty() {
            return Ok(Offered::default());
        }
        let owners = [organisation.ukprn.as_str(), organisation.org_ref.as_str()];
        let one_more = i64::try_from(MOST).unwrap_or(i64::MAX).saturating_add(1);
        let found = |open| self.0.inner.store.read(|store| rows::search(store, &words, owners, open, one_more));
        let (mut open, mut others) = (found(true)?, found(false)?);
        let more = open.len() > MOST || others.len() > MOST;
        open.truncate(MOST);
        others.truncate(MOST);
        let is_recognised = self.recognition(organisation)?.was_granted();
        let mut offered = Offered { more, ..Offered::default() };
        for entry in open.into_iter().chain(others) {
            let why = match entry.availability {
                _ if !is_recognised => WhyNot::NotRecognised,
                _ if entry.is_open_to(organisation) => {
                    offered.open.push(entry);
                    continue;
                }
                Availability::Restricted => WhyNot::NotShared,
                Availability::Private | Availability::Shared => WhyNot::OfAnother,
            };
            offered.closed.push((entry, why));
        }
        Ok(offered)
    }
}
